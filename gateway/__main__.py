"""The commands of the gateway: `python -m gateway serve|openapi|asyncapi|permissions`."""

import argparse
import sys


def _serve() -> int:
    from gateway.server import serve
    from gateway.settings import GatewaySettings

    return serve(GatewaySettings())


def _openapi() -> int:
    from gateway.openapi import document_bytes

    sys.stdout.write(document_bytes().decode())
    return 0


def _asyncapi() -> int:
    from gateway.asyncapi import document_bytes

    sys.stdout.write(document_bytes().decode())
    return 0


def _permissions() -> int:
    from gateway.permissions import table

    sys.stdout.write(table())
    return 0


_COMMANDS = {
    "serve": (_serve, "answer requests until SIGTERM"),
    "openapi": (_openapi, "print the OpenAPI 3.1 document"),
    "asyncapi": (_asyncapi, "print the AsyncAPI 3 document of the events"),
    "permissions": (_permissions, "print who may call what, as a Markdown table"),
}


def main() -> int:
    """Run one command; answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m gateway", description="HTTP/JSON in front of the services."
    )
    chosen = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (run, text) in _COMMANDS.items():
        chosen.add_parser(name, help=text).set_defaults(run=run)
    code: int = parser.parse_args().run()
    return code


if __name__ == "__main__":
    raise SystemExit(main())
