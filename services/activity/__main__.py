"""`python -m activity serve|migrate|…`: the commands of the activity service."""

from activity.main import build
from chassis.runtime import command_line

raise SystemExit(command_line(build))
