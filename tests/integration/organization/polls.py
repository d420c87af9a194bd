"""An election of a branch at the service, step by step; membership is a fake that knows the roll."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from organization.domain.elections import Elector
from shuyuan.organization.v1 import election_pb2
from shuyuan.organization.v1 import election_service_pb2 as pb
from tests.integration.organization.world import Campus, World

HELD = date(2024, 9, 1)
UNTIL = date(2027, 9, 1)


class Poll:
    """The election at hand; every step leaves it as it was answered."""

    def __init__(self, world: World, campus: Campus) -> None:
        self.world, self.campus = world, campus
        self.election: Any = None

    @classmethod
    async def prepare(cls, world: World, campus: Campus, *, voters: int = 10) -> "Poll":
        """A branch with its posts and so many full members on its roll."""
        poll = cls(world, campus)
        poll.branch = await campus.branch(world, "2021级党支部")
        kinds = ("secretary", "organization_officer", "publicity_officer")
        poll.posts = [await world.post(poll.branch.unit_id, kind) for kind in kinds]
        poll.people = [new_id() for _ in range(voters)]
        world.membership.roll = [Elector(each, "full", date(2020, 5, 4)) for each in poll.people]
        return poll

    branch: Any
    posts: list[Any]
    people: list[UUID]

    def request(self, **changes: Any) -> pb.PlanElectionRequest:
        fields = {
            "unit_id": self.branch.unit_id,
            "kind": election_pb2.Election.KIND_TERM,
            "held_on": HELD.isoformat(),
            "seats": [election_pb2.ElectionSeat(post_id=post.post_id, seats=1) for post in self.posts],
            "term_until": UNTIL.isoformat(),
        }
        return pb.PlanElectionRequest(**(fields | changes))

    async def plan(self, *, by: str = "admin", **changes: Any) -> Any:
        answer = await self.world.ask(self.world.stubs.elections.PlanElection, self.request(**changes), by=by)
        self.election = answer.election
        return self.election

    async def do(self, verb: str, *, by: str = "admin", **fields: Any) -> Any:
        """Take a step by the name of its method."""
        request = getattr(pb, f"{verb}Request")(election_id=self.election.election_id, **fields)
        method = getattr(self.world.stubs.elections, verb)
        self.election = (await self.world.ask(method, request, by=by, etag=self.election.etag)).election
        return self.election

    async def nominate(self, person_id: UUID, background: str = "OUTSTANDING_STUDENT") -> Any:
        return await self.do(
            "NominateCandidate",
            person_id=str(person_id),
            source=election_pb2.Candidate.SOURCE_PARTY_GROUP,
            background=election_pb2.Candidate.Background.Value(f"BACKGROUND_{background}"),
        )

    async def fix_roll(self, **fields: Any) -> Any:
        return await self.do("FixElectoralRoll", **fields)

    def totals(self, *votes: int, people: list[UUID] | None = None, **changes: Any) -> Any:
        """Totals in which everybody is present and every ballot counts."""
        fields: dict[str, Any] = {
            "held_on": HELD.isoformat(),
            "present": 10,
            "ballots_issued": 10,
            "ballots_returned": 10,
            "ballots_invalid": 0,
            "secret_ballot": True,
            "votes": [
                election_pb2.CandidateVotes(person_id=str(person), votes=count)
                for person, count in zip(people or self.people, votes, strict=False)
            ],
        }
        return election_pb2.ElectionTotals(**(fields | changes))

    async def vote(self, *votes: int, people: list[UUID] | None = None, **changes: Any) -> Any:
        """Enter the totals of a vote as one person, and confirm them as another."""
        await self.do("EnterElectionTotals", totals=self.totals(*votes, people=people, **changes))
        return await self.do("ConfirmElectionTotals", by="teller", number=len(self.election.rounds))

    async def elect_posts(self, *votes: int, present: int = 3, **changes: Any) -> Any:
        """The new committee elects the first elected its secretary, and shares out the other posts."""
        results = [
            election_pb2.PostResult(post_id=post.post_id, person_id=person, votes=count)
            for post, person, count in zip(
                self.posts, self.election.elected_person_ids, votes or (3, 0, 0), strict=False
            )
        ]
        fields: dict[str, Any] = {"held_on": HELD.isoformat(), "present": present, "results": results}
        return await self.do("ElectPosts", **(fields | changes))

    async def up_to_approval(self, candidates: int = 4) -> None:
        await self.plan()
        for person_id in self.people[:candidates]:
            await self.nominate(person_id)
        await self.do("SubmitCandidates", document_number="院党支〔2024〕1号")
        await self.do("ApproveCandidates", document_number="党组〔2024〕8号")
