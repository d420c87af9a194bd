"""Commands of the embedded stack: `python -m deploy.local run|up|down|status|token`."""

import argparse
import os
import sys
from pathlib import Path

from deploy.local import background, launcher, logins, running
from deploy.local.errors import LocalStackError
from deploy.local.layout import DEFAULT_BASE_PORT, DEFAULT_GATEWAY_PORT, ROOT, Ports
from deploy.local.tokens import TokenSource


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in (
        ("run", "start everything here; Ctrl-C stops it"),
        ("up", "start everything in the background"),
        ("down", "stop what `up` started"),
        ("status", "say what runs"),
        ("token", "print an access token of a demo person"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--data", type=Path, default=ROOT / ".local", help="data folder (.local)")
        if name in {"run", "up"}:
            _add_start_options(command)
        if name == "token":
            who = command.add_mutually_exclusive_group()
            who.add_argument(
                "--role", default=logins.ADMINISTRATOR_ROLE, help="a role, as listed by `status`"
            )
            who.add_argument("--number", help="a campus number")
    return parser


def _add_start_options(command: argparse.ArgumentParser) -> None:
    port = int(os.environ.get("PORT") or DEFAULT_GATEWAY_PORT)
    base = int(os.environ.get("BASE_PORT") or DEFAULT_BASE_PORT)
    command.add_argument("--port", type=int, default=port, help=f"the gateway's port (PORT, {port})")
    command.add_argument(
        "--base-port", type=int, default=base, help=f"first port of the others (BASE_PORT, {base})"
    )
    command.add_argument(
        "--demo",
        default=os.environ.get("DEMO") or "small",
        help="size of the demonstration university, or `none`",
    )


def _token(folder: Path, role: str, number: str | None) -> int:
    state = running.read(folder)
    if state is None:
        raise LocalStackError("Shuyuan is not running: `make up` starts it.")
    number = number or logins.number_of(folder, role)
    if number is None:
        roles = ", ".join(sorted({login.role for login in logins.load(folder)}))
        raise LocalStackError(f"No demo person has the role {role}; there are: {roles}.")
    print(TokenSource(state.issuer_url).fresh(number))
    return 0


def _dispatch(options: argparse.Namespace) -> int:
    folder: Path = options.data.absolute()
    if options.command == "run":
        return launcher.run(folder, Ports.fixed(options.port, options.base_port), size=options.demo)
    if options.command == "up":
        started = ["--data", str(folder), "--port", str(options.port)]
        started += ["--base-port", str(options.base_port), "--demo", options.demo]
        return background.up(folder, started)
    if options.command == "down":
        return background.down(folder)
    if options.command == "status":
        return background.status(folder)
    return _token(folder, options.role, options.number)


def main() -> int:
    """Run the command that was asked for; trouble is one line and exit status 1."""
    options = _parser().parse_args()
    try:
        return _dispatch(options)
    except LocalStackError as error:
        print(f"shuyuan: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
