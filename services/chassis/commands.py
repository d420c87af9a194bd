"""The commands every service has beside `serve` and `migrate`: events, parked, processes, audit.

They work on the service's database and print for people; nothing here is called by the service itself.
"""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import nats
import orjson

from chassis import audit, copy_store, process, relay
from chassis.applying import Applier
from chassis.calls import ServiceContext, system_call
from chassis.copies import Copy
from chassis.restore import restore_finish

Run = Callable[[ServiceContext, argparse.Namespace], Awaitable[int]]


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command's answer


def add_to(commands: Any, rows: list[Copy]) -> None:
    """Add them to a command line; `rows` are what replaying applies parked events with."""
    _add_parked(commands, rows)
    _add_events(commands)
    _add_processes(commands)
    _add_audit(commands)


def _sub(commands: Any, name: str, help_: str) -> Any:
    return commands.add_parser(name, help=help_).add_subparsers(required=True, metavar="what")


def _add(group: Any, name: str, help_: str, run: Run, *arguments: tuple[str, dict[str, Any]]) -> None:
    parser = group.add_parser(name, help=help_)
    for argument, options in arguments:
        parser.add_argument(argument, **options)
    parser.set_defaults(run=run)


_EVENT = ("event_id", {"type": UUID, "help": "id of the event"})


def _add_parked(commands: Any, rows: list[Copy]) -> None:
    group = _sub(commands, "parked", "events of other services that could not be applied")
    _add(group, "list", "list them", _list_parked)
    _add(group, "show", "show one with its document", _show_parked, _EVENT)
    _add(group, "drop", "give one up; the resource's later events stay", _drop_parked, _EVENT)
    which = ("--resource", {"type": UUID, "help": "only this resource; without it, every one"})
    _add(group, "replay", "apply them, oldest first", _replay_with(rows), which)


async def _list_parked(context: ServiceContext, _: argparse.Namespace) -> int:
    found = await copy_store.list_parked(context.database)
    for row in found:
        _say(
            f"{row['source']}  {row['position']:>8}  {row['noun']}  {row['resource_id']}  {row['event_id']}  "
            f"attempts {row['attempts']}  {row['reason']}"
        )
    _say(f"{len(found)} parked")
    return 0


async def _show_parked(context: ServiceContext, arguments: argparse.Namespace) -> int:
    row = await copy_store.show_parked(context.database, arguments.event_id)
    if row is None:
        _say("no such parked event")
        return 1
    _say(orjson.dumps(dict(row), default=str, option=orjson.OPT_INDENT_2).decode())
    return 0


async def _drop_parked(context: ServiceContext, arguments: argparse.Namespace) -> int:
    async with system_call(context, "commands/parked.drop").transaction() as work:
        dropped = await copy_store.drop(work, arguments.event_id)
    _say("dropped" if dropped else "no such parked event")
    return 0 if dropped else 1


def _replay_with(rows: list[Copy]) -> Run:
    async def run(context: ServiceContext, arguments: argparse.Namespace) -> int:
        applied, stuck = 0, 0
        for source, resource_id in await copy_store.queues(context.database):
            if arguments.resource in (None, resource_id):
                applier = Applier(context, source, [row for row in rows if row.source == source])
                count, whole = await applier.replay(resource_id)
                applied += count
                stuck += not whole
        _say(f"{applied} applied, {stuck} resources still parked")
        return 1 if stuck else 0

    return run


def _add_events(commands: Any) -> None:
    group = _sub(commands, "events", "this service's event log")
    after = ("--after", {"type": int, "default": 0, "help": "position after which to begin"})
    _add(group, "replay", "publish events to the broker again", _replay_events, after)
    _add(
        group,
        "restore-finish",
        "after a restore: open the log's next life, list what was lost",
        _finish_restore,
    )


async def _replay_events(context: ServiceContext, arguments: argparse.Namespace) -> int:
    count = await relay.replay(context.database, after=arguments.after)
    _say(f"{count} events will be published again by the active relay")
    return 0


async def _finish_restore(context: ServiceContext, _: argparse.Namespace) -> int:
    # One bounded attempt: without a retry the client would wait for an absent broker for ever.
    try:
        client = await nats.connect(context.settings.nats_url, max_reconnect_attempts=1, error_cb=_keep_quiet)
    except (nats.errors.Error, OSError) as error:
        _say(f"the broker cannot be reached ({type(error).__name__}); nothing was changed")
        return 1
    try:
        restored = await restore_finish(context.database, client.jetstream(), context.name)
    finally:
        await client.close()
    for event in restored.lost:
        _say(f"lost  {event.position:>8}  {event.type}  {event.resource_id}  {event.event_id}  {event.time}")
    _say(f"epoch {restored.epoch} goes on after position {restored.kept_position}; {len(restored.lost)} lost")
    return 0


async def _keep_quiet(_: Exception) -> None:
    """What went wrong is said once, by the command."""


def _add_processes(commands: Any) -> None:
    group = _sub(commands, "processes", "changes that touch several services")
    status = ("--status", {"help": "only running, waiting, stuck or done ones"})
    _add(group, "list", "list them, the newest first", _list_processes, status)
    which = ("process_id", {"type": UUID, "help": "id of the process"})
    _add(group, "resume", "set a stuck one going again", _resume_process, which)


async def _list_processes(context: ServiceContext, arguments: argparse.Namespace) -> int:
    found = await process.list_processes(context.database, most=200, status=arguments.status)
    for each in found:
        _say(
            f"{each.process_id}  {each.kind}  {each.status}  {each.step}  attempts {each.attempts}  "
            f"begun {each.begun_at:%Y-%m-%d %H:%M}  {each.last_error or ''}"
        )
    _say(f"{len(found)} processes")
    return 0


async def _resume_process(context: ServiceContext, arguments: argparse.Namespace) -> int:
    async with system_call(context, "commands/processes.resume").transaction() as work:
        resumed = await process.resume(work, arguments.process_id)
    _say(f"{resumed.process_id} goes on at {resumed.step}")
    return 0


def _add_audit(commands: Any) -> None:
    group = _sub(commands, "audit", "the record of who did what")
    _add(group, "verify", "check the chain of hashes", _verify_audit)


async def _verify_audit(context: ServiceContext, _: argparse.Namespace) -> int:
    broken_at = await audit.verify(context.database)
    newest = await audit.head(context.database)
    if broken_at is None:
        _say(f"whole: {newest.number} rows, newest hash {newest.hash.hex()}")
        return 0
    _say(f"broken at row {broken_at}")
    return 1
