"""The fifteen kinds of rule, by name. A pack gives them numbers; only code adds a kind."""

from typing import Final

from .amounts import AMOUNT_KINDS, amount_due
from .base import Kind, Outcome, Role, needs, unbound_roles
from .conditions import CONDITION_KINDS
from .days import DAY_KINDS
from .votes import VOTE_KINDS, votes_needed

_ALL: tuple[Kind, ...] = (*DAY_KINDS, *AMOUNT_KINDS, *VOTE_KINDS, *CONDITION_KINDS)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _ALL}

__all__ = ["KINDS", "Kind", "Outcome", "Role", "amount_due", "needs", "unbound_roles", "votes_needed"]
