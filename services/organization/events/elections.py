"""Elections: their public shape, and the facts about them as events of the contract."""

from collections.abc import Iterable
from uuid import UUID

from chassis.events import Event
from chassis.verdicts import to_message
from organization.domain.election_ballots import Contest, OpenBallot, Round
from organization.domain.elections import Candidate, Election, ElectionSeat, ElectionStep
from organization.events.shapes import day, instant, number, text
from shuyuan.organization.v1 import appointment_pb2, election_pb2, events_pb2

# What goes out to everybody is in the language of the regulations.
LANGUAGE = "zh-CN"

_KIND = election_pb2.Election.Kind.DESCRIPTOR
_STATE = election_pb2.Election.State.DESCRIPTOR
_STEP = election_pb2.ElectionStep.Kind.DESCRIPTOR
_SOURCE = election_pb2.Candidate.Source.DESCRIPTOR
_BACKGROUND = election_pb2.Candidate.Background.DESCRIPTOR
_CONTEST = election_pb2.ElectionContest.Kind.DESCRIPTOR
_ROUND = election_pb2.ElectionRound.State.DESCRIPTOR
_POST = appointment_pb2.Post.Kind.DESCRIPTOR


def election_message(election: Election, language: str = LANGUAGE) -> election_pb2.Election:
    """An election as everybody who may read elections sees it."""
    assert election.term.end is not None, "a term of office has an end"
    return election_pb2.Election(
        election_id=str(election.election_id),
        unit_id=str(election.unit_id),
        kind=number(_KIND, election.kind),
        state=number(_STATE, election.state),
        held_on=election.held_on.isoformat(),
        seats=[_seat(seat) for seat in election.seats],
        seat_count=election.seat_count,
        term_from=election.term.start.isoformat(),
        term_until=election.term.end.isoformat(),
        shift_reason=election.shift_reason,
        candidates=[_candidate(each) for each in election.candidates],
        steps=[_step(step, language) for step in election.steps],
        roll_on=day(election.roll_on),
        should_attend=election.should_attend,
        rounds=[_round(each, language) for each in election.rounds],
        contest=None if election.contest is None else contest_message(election.contest),
        elected_person_ids=[str(person) for person in election.elected],
        vacant_seats=election.vacant,
        post_results=[
            election_pb2.PostResult(
                post_id=str(each.post_id), person_id=str(each.person_id), votes=each.votes
            )
            for each in election.results
        ],
        appointment_ids=[str(each) for each in election.appointment_ids],
        ballot=None if election.ballot is None else _ballot(election.ballot),
        create_time=instant(election.created_at),
        update_time=instant(election.updated_at),
        version=election.version,
        etag=str(election.version),
    )


def _seat(seat: ElectionSeat) -> election_pb2.ElectionSeat:
    return election_pb2.ElectionSeat(
        post_id=str(seat.post_id), seats=seat.seats, post_kind=number(_POST, seat.kind)
    )


def _candidate(candidate: Candidate) -> election_pb2.Candidate:
    return election_pb2.Candidate(
        person_id=str(candidate.person_id),
        source=number(_SOURCE, candidate.source),
        background=number(_BACKGROUND, candidate.background),
    )


def _step(step: ElectionStep, language: str) -> election_pb2.ElectionStep:
    return election_pb2.ElectionStep(
        kind=number(_STEP, step.kind),
        person_id=text(step.person_id),
        time=instant(step.at),
        note=step.note,
        verdicts=[to_message(verdict, language) for verdict in step.verdicts],
    )


def contest_message(contest: Contest) -> election_pb2.ElectionContest:
    """What is voted on."""
    return election_pb2.ElectionContest(
        kind=number(_CONTEST, contest.kind),
        candidate_person_ids=[str(person) for person in contest.candidates],
        seats=contest.seats,
        takes_write_ins=contest.takes_write_ins,
    )


def _round(held: Round, language: str) -> election_pb2.ElectionRound:
    totals = held.totals
    return election_pb2.ElectionRound(
        number=held.number,
        contest=contest_message(held.contest),
        state=number(_ROUND, held.state),
        totals=election_pb2.ElectionTotals(
            held_on=totals.held_on.isoformat(),
            present=totals.present,
            ballots_issued=totals.issued,
            ballots_returned=totals.returned,
            ballots_invalid=totals.invalid,
            secret_ballot=totals.secret,
            votes=_votes(totals.votes),
            write_ins=_votes(totals.write_ins),
        ),
        should_attend=held.should_attend,
        win_base=held.win_base,
        elected_person_ids=[str(person) for person in held.elected],
        tied_person_ids=[str(person) for person in held.tied],
        entered_by=text(held.entered_by),
        confirmed_by=text(held.confirmed_by),
        verdicts=[to_message(verdict, language) for verdict in held.verdicts],
        is_electronic=held.is_electronic,
    )


def _votes(votes: Iterable[tuple[UUID, int]]) -> list[election_pb2.CandidateVotes]:
    return [election_pb2.CandidateVotes(person_id=str(person), votes=count) for person, count in votes]


def _ballot(ballot: OpenBallot) -> election_pb2.ElectionBallot:
    return election_pb2.ElectionBallot(number=ballot.number, open_time=instant(ballot.opened_at))


def planned(election: Election) -> Event:
    """An election was planned."""
    data = events_pb2.ElectionPlanned(election=election_message(election))
    return Event(election.election_id, election.version, data)


def reassigned(election: Election, before: UUID, after: UUID) -> Event:
    """A place on its roll, or a candidacy, is another entry's of the same person."""
    data = events_pb2.ElectionReassigned(
        from_person_id=str(before), to_person_id=str(after), election=election_message(election)
    )
    return Event(election.election_id, election.version, data)


def candidate_nominated(election: Election) -> Event:
    """A candidate was nominated."""
    data = events_pb2.ElectionCandidateNominated(election=election_message(election))
    return Event(election.election_id, election.version, data)


def candidate_removed(election: Election) -> Event:
    """A candidate was taken off the list."""
    data = events_pb2.ElectionCandidateRemoved(election=election_message(election))
    return Event(election.election_id, election.version, data)


def candidates_submitted(election: Election) -> Event:
    """The candidates were put before the superior."""
    data = events_pb2.ElectionCandidatesSubmitted(election=election_message(election))
    return Event(election.election_id, election.version, data)


def candidates_approved(election: Election) -> Event:
    """The superior approved the candidates."""
    data = events_pb2.ElectionCandidatesApproved(election=election_message(election))
    return Event(election.election_id, election.version, data)


def candidates_returned(election: Election) -> Event:
    """The superior returned the candidates."""
    data = events_pb2.ElectionCandidatesReturned(election=election_message(election))
    return Event(election.election_id, election.version, data)


def withdrawn(election: Election) -> Event:
    """An election was given up."""
    data = events_pb2.ElectionWithdrawn(election=election_message(election))
    return Event(election.election_id, election.version, data)


def roll_fixed(election: Election) -> Event:
    """The roll of electors was fixed."""
    data = events_pb2.ElectionRollFixed(election=election_message(election))
    return Event(election.election_id, election.version, data)


def totals_entered(election: Election) -> Event:
    """Totals of a vote were entered."""
    data = events_pb2.ElectionTotalsEntered(election=election_message(election))
    return Event(election.election_id, election.version, data)


def totals_confirmed(election: Election) -> Event:
    """Totals of a vote were confirmed."""
    data = events_pb2.ElectionTotalsConfirmed(election=election_message(election))
    return Event(election.election_id, election.version, data)


def totals_rejected(election: Election) -> Event:
    """Totals of a vote were rejected."""
    data = events_pb2.ElectionTotalsRejected(election=election_message(election))
    return Event(election.election_id, election.version, data)


def ballot_opened(election: Election) -> Event:
    """An electronic ballot was opened."""
    data = events_pb2.ElectionBallotOpened(election=election_message(election))
    return Event(election.election_id, election.version, data)


def ballot_closed(election: Election) -> Event:
    """An electronic ballot was closed and counted."""
    data = events_pb2.ElectionBallotClosed(election=election_message(election))
    return Event(election.election_id, election.version, data)


def vacancies_accepted(election: Election) -> Event:
    """The superior consented to fewer seats."""
    data = events_pb2.ElectionVacanciesAccepted(election=election_message(election))
    return Event(election.election_id, election.version, data)


def posts_elected(election: Election) -> Event:
    """The posts were shared out."""
    data = events_pb2.ElectionPostsElected(election=election_message(election))
    return Event(election.election_id, election.version, data)


def filed(election: Election) -> Event:
    """The result was reported."""
    data = events_pb2.ElectionFiled(election=election_message(election))
    return Event(election.election_id, election.version, data)


def result_returned(election: Election) -> Event:
    """The superior returned the result."""
    data = events_pb2.ElectionResultReturned(election=election_message(election))
    return Event(election.election_id, election.version, data)


def completed(election: Election) -> Event:
    """The result was confirmed."""
    data = events_pb2.ElectionCompleted(election=election_message(election))
    return Event(election.election_id, election.version, data)
