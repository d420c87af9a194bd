"""The commands of the membership service: `python -m membership serve|migrate|bootstrap|…`."""

from chassis.runtime import command_line
from membership.main import build
from membership.settings import Settings

raise SystemExit(command_line(build, Settings))
