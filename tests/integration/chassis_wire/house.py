"""A service of the frame alone, for tests that need a real process: `python -m …house <command>`."""

from chassis.runtime import Service, command_line
from chassis.settings import Settings
from tests.integration.chassis_storage.conftest import MIGRATIONS
from tests.integration.chassis_wire import lamps
from tests.integration.chassis_wire.lamps import LampServicer


def build(settings: Settings) -> Service:
    """Lamps that do nothing."""
    return Service("lamps", settings, [(lamps.add_to_server, LampServicer())], migrations=MIGRATIONS)


if __name__ == "__main__":
    raise SystemExit(command_line(build))
