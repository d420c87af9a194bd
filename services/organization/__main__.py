"""`python -m organization serve|migrate|bootstrap|…`."""

from chassis.runtime import command_line
from organization.main import build
from organization.settings import Settings

if __name__ == "__main__":
    raise SystemExit(command_line(build, Settings))
