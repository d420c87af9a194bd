"""What a service is made of, and its commands: `python -m <service> serve|migrate|parked|…`.

The composition root of a service builds a `Service`; everything that runs because of it is put together in
`serving.py`. Nothing here knows what a service is about.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
import uvloop
from google.protobuf.descriptor import EnumDescriptor

from chassis import commands, contract, key_commands, logs, migrate, subject_commands
from chassis.access import AccessControl
from chassis.calls import ServiceContext
from chassis.clock import Clock
from chassis.copies import Copy, access_copies
from chassis.database import UNREACHABLE, Database
from chassis.errors import ServiceError
from chassis.grpc_client import Siblings
from chassis.grpc_server import PortTakenError, Registration
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.holdings import Holdings
    from chassis.process import ProcessKind
    from chassis.resealing import Sealed
    from chassis.schedule import Timed

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of one service beside those every service has, for example `bootstrap`."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    # Runs with the service's context (no servers, no consumers); answers the exit code.
    run: Callable[[ServiceContext, argparse.Namespace], Awaitable[int]]


@dataclass(slots=True)
class Service:
    """A service as its composition root describes it."""

    name: str
    settings: Settings
    servicers: Sequence[Registration]
    consumers: Sequence[Copy] = ()
    schedule: "Sequence[Timed]" = ()
    processes: "Sequence[ProcessKind]" = ()
    # What it holds on subjects, if it holds anything.
    holdings: "Holdings | None" = None
    # Its columns of sealed values.
    sealed: "Sequence[Sealed]" = ()
    reasons: EnumDescriptor | None = None
    roles: EnumDescriptor | None = None
    metadata: sa.MetaData | None = None
    commands: Sequence[Command] = ()
    siblings: Siblings | None = None
    # Where the migrations are, if not in the package of the service's name.
    migrations: Path | None = None
    # Further background work, by name; supervised like everything else.
    tasks: dict[str, Callable[[ServiceContext], Awaitable[None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.reasons is not None:
            contract.register_reasons(self.reasons, f"{self.name}.shuyuan")
        if self.siblings is None:
            self.siblings = Siblings(self.settings)

    @property
    def migrations_folder(self) -> Path:
        """Where the service keeps its migrations."""
        return self.migrations or migrate.folder_of(self.name)

    @property
    def copy_rows(self) -> list[Copy]:
        """The service's consumers and what authorization keeps, without what the service itself owns."""
        mine = list(self.consumers)
        kept = [row for row in access_copies() if row not in mine]
        return [row for row in (*kept, *mine) if row.source != self.name]

    @property
    def role_table(self) -> dict[str, tuple[str, ...]]:
        """The permissions of each role."""
        return {} if self.roles is None else contract.role_permissions(self.roles)


async def open_context(service: Service) -> ServiceContext:
    """The database, the clock and the checks of a service; the caller closes the database."""
    settings = service.settings
    key = settings.identity_key_bytes if settings.identity_key else None
    database = await Database.connect(settings.database_url, size=settings.database_pool_size, digest_key=key)
    clock = Clock(movable=not settings.is_production)
    control = AccessControl(database, clock, service.role_table)
    return ServiceContext(service.name, settings, database, clock, control)


async def _with_context(service: Service, run: Callable[[ServiceContext], Awaitable[int]]) -> int:
    context = await open_context(service)
    try:
        await context.clock.load(context.database)
        return await run(context)
    finally:
        assert service.siblings is not None
        await service.siblings.close()
        await context.database.close()


async def _migrate(service: Service) -> int:
    reached = await migrate.upgrade(service.settings.database_url, service.migrations_folder)
    print(f"{service.name}: schema {reached}")  # noqa: T201 - a command's answer
    return 0


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {service.name}", description=f"The {service.name} service and its commands."
    )
    chosen = parser.add_subparsers(dest="command", required=True, metavar="command")
    chosen.add_parser("serve", help="answer calls until SIGTERM").set_defaults(alone=_serve)
    chosen.add_parser("migrate", help="bring the database to this version's schema").set_defaults(
        alone=_migrate
    )
    commands.add_to(chosen, service.copy_rows)
    subject_commands.add_to(chosen, service.holdings)
    key_commands.add_to(chosen, service.sealed)
    for command in service.commands:
        own = chosen.add_parser(command.name, help=command.help)
        command.add_arguments(own)
        own.set_defaults(run=command.run)
    return parser


async def _serve(service: Service) -> int:
    # Imported here, so that `migrate` and the other commands start without gRPC's threads.
    from chassis.serving import serve

    return await serve(service)


def _job(service: Service, arguments: argparse.Namespace) -> Any:
    if "alone" in arguments:
        return arguments.alone(service)
    return _with_context(service, lambda context: arguments.run(context, arguments))


def command_line(
    build: Callable[[S], Service], settings_type: type[S] | None = None, argv: Sequence[str] | None = None
) -> int:
    """Run one command of a service; answers the exit code."""
    kind: Any = settings_type or Settings
    service = build(kind())
    arguments = _parser(service).parse_args(argv)
    logs.configure(service.settings, service.name)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            code: int = runner.run(_job(service, arguments))
            return code
    except (PortTakenError, ServiceError) as error:
        print(f"{service.name}: {error}", file=sys.stderr)  # noqa: T201 - a command's answer
    except UNREACHABLE as error:
        print(f"{service.name}: the database cannot be reached ({type(error).__name__})", file=sys.stderr)  # noqa: T201
    except KeyboardInterrupt:
        return 130
    return 1
