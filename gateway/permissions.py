"""Who may call what, from the options of methods and roles: `python -m gateway permissions`."""

from collections.abc import Iterable

from chassis.contract import permits, role_permissions
from gateway.contract import Route, routes
from shuyuan.annotations.v1 import annotations_pb2
from shuyuan.organization.v1 import role_pb2

_YES = "●"
_SCOPES = {
    "PUBLIC": "everybody, without a token",
    "CALLER": "every caller, about themselves",
    "UNIT": "on the unit named in the request",
    "UNIVERSITY": "at the root of the university",
    "RESOURCE": "on the unit of the resource, or by a relation to it",
    "FILTERED": "only what lies in the units on which it is held",
    "SERVICE": "services only",
}


def table() -> str:
    """The table as Markdown: a row for each call, a column for each role."""
    roles = role_permissions(role_pb2.Role.DESCRIPTOR)
    heads = [_role_head(name) for name in roles]
    lines = [
        "# Who may call what",
        "",
        "Derived from the contract by `python -m gateway permissions`; do not edit.",
        "",
        *(f"- **{name}**: {meaning}" for name, meaning in _SCOPES.items()),
        "",
        _row(["Call", "Permission", "Scope", *heads]),
        _row(["---"] * (3 + len(heads))),
    ]
    lines += [
        _row(_cells(route, roles))
        for route in sorted(routes(), key=lambda route: (route.target, route.template, route.verb))
    ]
    return "\n".join(lines) + "\n"


def _cells(route: Route, roles: dict[str, tuple[str, ...]]) -> list[str]:
    access = route.access
    scope = access.scope + (f" ({', '.join(sorted(access.services))})" if access.services else "")
    call = f"`{route.verb} {route.template}`"
    open_to_all = access.scope in ("PUBLIC", "CALLER")
    held = [
        _YES if open_to_all or any(permits(pattern, access.permission) for pattern in patterns) else ""
        for patterns in roles.values()
    ]
    return [call, f"`{access.permission}`" if access.permission else "", scope, *held]


def _role_head(name: str) -> str:
    value = role_pb2.Role.DESCRIPTOR.values_by_name[name]
    zh = value.GetOptions().Extensions[annotations_pb2.term].zh
    return f"{zh} `{name.removeprefix('ROLE_').lower()}`"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
