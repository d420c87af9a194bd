"""`python -m activity serve|migrate|…`: the commands of the activity service."""

from chassis.runtime import command_line

from activity.main import build

raise SystemExit(command_line(build))
