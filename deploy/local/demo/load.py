"""Loads the demonstration university through the gateway, stage by stage, and answers its demo logins."""

from collections.abc import Callable, Sequence

from deploy.local.demo import people, structure
from deploy.local.demo.asking import Gateway
from deploy.local.demo.commitments import Commitments
from deploy.local.demo.community import Community
from deploy.local.demo.cooperation import Cooperation
from deploy.local.demo.formations import Formations
from deploy.local.demo.founding import Founding
from deploy.local.demo.governing import Governing
from deploy.local.demo.oversight import Oversight
from deploy.local.demo.recalling import Recalling
from deploy.local.demo.roles import logins
from deploy.local.demo.sizes import Size
from deploy.local.demonstration import Progress
from deploy.local.logins import Login


def load(
    gateway_url: str, token_source: Callable[[str], str], size: str, progress: Progress
) -> Sequence[Login]:
    """Fill an empty university; called again after an interruption it goes on where it was."""
    wanted = Size.parse(size)
    plan = structure.of(wanted)
    everybody = people.of(wanted, plan)
    gateway = Gateway(gateway_url, token_source, progress, f"demo-{wanted.people}")
    try:
        founding = Founding(gateway, plan, everybody)
        recalling = Recalling(gateway, wanted, plan, everybody, founding)
        founding.establish_units()
        founding.register_people()
        founding.fill_posts()
        Governing(gateway, wanted, founding).decide()
        founding.enter_members()
        founding.reorganize()
        Formations(gateway, plan, everybody, founding).set_up()
        Community(gateway, everybody, founding).settle()
        day = Cooperation(gateway, founding).arrange()
        recalling.bring_in_cases()
        recalling.swear()
        recalling.award()
        Commitments(gateway, plan, everybody, founding).make(day)
        Oversight(gateway, plan, founding).exercise()
    finally:
        gateway.close()
    return logins(plan, everybody)
