"""`python -m evaluation serve|migrate|…`: the commands of the evaluation service."""

from chassis.runtime import command_line
from evaluation.main import build

raise SystemExit(command_line(build))
