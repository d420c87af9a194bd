"""The commands about the keys under which values are sealed: which key has sealed how much, and sealing anew."""

import argparse
from collections.abc import Sequence
from typing import Any

from chassis.calls import ServiceContext, system_call
from chassis.field_cipher import FieldCipher
from chassis.ids import new_id
from chassis.resealing import ROWS_AT_ONCE, Resealer, Sealed, reseal

HOW = """
To replace a field key without a pause:
  1. put the new key FIRST in SHUYUAN_FIELD_KEYS, the old one behind it, and roll the service out:
     from then on values are sealed with the new key, and both open;
  2. run `keys reseal`; it may be stopped and started again, and the service runs meanwhile;
  3. when `keys list` shows no value under the old key, remove it and roll the service out.
"""


def add_to(commands: Any, columns: Sequence[Sealed]) -> None:
    """Add them to a command line, where the service seals anything."""
    if not columns:
        return
    group = commands.add_parser("keys", help="the keys under which values are sealed").add_subparsers(
        required=True, metavar="what"
    )
    parser = group.add_parser("list", help="say how many values each key has sealed")
    parser.set_defaults(run=lambda context, _: _list(context, columns))
    parser = group.add_parser(
        "reseal",
        help="seal with the newest key what an older one has sealed",
        description="Seals with the first key of the ring what another one has sealed, and says how far it is.",
        epilog=HOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rows", type=int, default=ROWS_AT_ONCE, help="rows of one transaction (default: %(default)s)"
    )
    parser.set_defaults(run=lambda context, arguments: _reseal(context, columns, arguments))


async def _list(context: ServiceContext, columns: Sequence[Sealed]) -> int:
    current = FieldCipher(context.settings.field_key_ring).current
    for each in columns:
        for key_id, rows in (await Resealer(each).counts(context.database)).items():
            _say(f"{each.name}  {key_id}{' (seals now)' if key_id == current else ''}  {rows} values")
    return 0


async def _reseal(context: ServiceContext, columns: Sequence[Sealed], arguments: argparse.Namespace) -> int:
    cipher = FieldCipher(context.settings.field_key_ring)
    if cipher.current is None:
        _say("no field key is set")
        return 1
    if arguments.rows < 1:
        _say("--rows must be 1 or more")
        return 2
    call = system_call(context, "commands/keys.reseal")
    total: dict[str, tuple[int, int]] = {}
    async for progress in reseal(call.transaction, columns, cipher, size=arguments.rows):
        total[progress.name] = (progress.resealed, progress.unreadable)
        _say(f"{progress.name}  {progress.resealed} sealed anew, {progress.unreadable} unreadable")
    changed = {name: resealed for name, (resealed, _) in total.items() if resealed}
    if changed:
        async with call.transaction() as work:
            work.audit_change("field_key", new_id(), None, {"key_id": cipher.current, **changed})
    lost = sum(unreadable for _, unreadable in total.values())
    _say(f"everything is sealed with {cipher.current}" if not lost else f"{lost} values cannot be read")
    return 1 if lost else 0


def _say(text: str) -> None:
    # A long run is watched.
    print(text, flush=True)  # noqa: T201 - a command's answer
