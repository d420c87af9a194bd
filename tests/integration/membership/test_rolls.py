"""Rolls as of any day, transfers, participations, and what follows from a reorganisation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest

from chassis.calls import Caller
from chassis.errors import PermissionDeniedError
from membership.domain.members import RollMove
from membership.errors import (
    MemberAlreadyEstablishedError,
    UnitKindNotAllowedError,
)
from membership.operations.reorganizations import apply_moves
from shuyuan.membership.v1 import admission_service_pb2, member_pb2, person_pb2
from shuyuan.membership.v1 import roll_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office

STAFF, STUDENT = person_pb2.PERSON_KIND_STAFF, person_pb2.PERSON_KIND_STUDENT
ACADEMY = person_pb2.AFFILIATION_KIND_ACADEMY


async def roll(office: Office, unit_id: UUID, as_of: str) -> pb.UnitRoll:
    request = pb.GetUnitRollRequest(unit_id=str(unit_id), as_of=as_of)
    found: pb.UnitRoll = (await office.ask("RollService/GetUnitRoll", request)).roll
    return found


async def member(office: Office, person_id: UUID) -> member_pb2.Member:
    answer = await office.ask("RollService/GetMember", pb.GetMemberRequest(person_id=str(person_id)))
    found: member_pb2.Member = answer.member
    return found


async def apply(office: Office, reorganization: UUID, moves: Sequence[RollMove], day: date) -> None:
    async with office.call(Caller("system", service="membership")).transaction() as work:
        await apply_moves(work, office.means, reorganization, moves, effective_on=day)


class TestRoll:
    async def test_a_roll_counts_staff_and_students_of_the_day(self, office: Office) -> None:
        branch = await office.unit("branch", form="joint_teacher_student")
        await office.members(branch, 2, kind=STAFF)
        await office.members(branch, 3, since="2024-09-10")

        assert (await roll(office, branch, "2024-09-09")).full_members == 2
        today = await roll(office, branch, "2024-10-08")
        assert (today.staff_members, today.student_members, today.voters) == (2, 3, 5)

    async def test_the_sizes_of_units_are_traced_by_day(self, office: Office) -> None:
        joint, other = await office.unit("branch", form="joint_teacher_student"), await office.unit("branch")
        await office.members(joint, 2, kind=STAFF)
        await office.members(joint, 3, since="2024-09-10")
        request = pb.TraceRollSizesRequest(unit_ids=[str(joint), str(other)], as_of="2024-09-10")

        answer = await office.ask("RollService/TraceRollSizes", request, by="organization")
        request.as_of = "2024-09-09"
        earlier = await office.ask("RollService/TraceRollSizes", request, by="organization")

        last = answer.sizes[-1]
        assert {size.unit_id for size in answer.sizes} == {str(joint)}
        assert (last.since, last.full_members, last.members) == ("2024-09-10", 5, 5)
        assert (last.staff_members, last.student_members) == (2, 3)
        assert list(earlier.sizes) == list(answer.sizes)[:-1]

    async def test_a_member_is_established_once(self, office: Office) -> None:
        branch = await office.unit("branch", form="staff")
        (person,) = await office.members(branch, 1)
        again = pb.RelationshipInput(
            person_id=str(person),
            unit_id=str(branch),
            relationship_from="2023-09-01",
            status=member_pb2.MEMBERSHIP_STATUS_FULL,
            standing_from="2022-06-01",
        )
        with pytest.raises(MemberAlreadyEstablishedError):
            await office.ask(
                "RollService/EstablishRelationships", pb.EstablishRelationshipsRequest(members=[again])
            )

    @pytest.mark.parametrize(
        ("kind", "form"), [("school", ""), ("branch", "functional"), ("branch", "temporary")]
    )
    async def test_a_formal_relationship_is_with_an_ordinary_branch(
        self, office: Office, kind: str, form: str
    ) -> None:
        unit = await office.unit(kind, form=form)
        with pytest.raises(UnitKindNotAllowedError):
            await office.members(unit, 1)

    async def test_members_are_listed_below_a_unit_in_one_query(self, office: Office) -> None:
        university = await office.unit("university")
        general = await office.unit("general_branch", parent=university)
        branches = [await office.unit("branch", parent=general, form="staff") for _ in range(2)]
        people = [person for branch in branches for person in await office.members(branch, 2)]
        await office.members(await office.unit("branch", parent=university, form="staff"), 1)
        counting = office.count_queries()

        request = pb.ListMembersRequest(unit_id=str(general), page_size=3)
        first = await office.ask("RollService/ListMembers", request)
        request.page_token = first.next_page_token
        second = await office.ask("RollService/ListMembers", request)

        listed = [item.person_id for item in [*first.members, *second.members]]
        assert listed == sorted(str(person) for person in people)
        assert len([sql for sql in counting.asked if "FROM relationship r JOIN member" in sql]) == 2

    async def test_a_counsellor_elsewhere_does_not_read_the_roll(self, office: Office) -> None:
        university = await office.unit("university")
        branch, other = [await office.unit("branch", parent=university, form="staff") for _ in range(2)]
        reader = await office.person()
        await office.grant(reader, "ROLE_COUNSELLOR", other)
        with pytest.raises(PermissionDeniedError):
            await office.ask("RollService/GetUnitRoll", pb.GetUnitRollRequest(unit_id=str(branch)), by=reader)


class TestParticipation:
    @pytest.mark.covers("S33", "S34")
    async def test_taking_part_leaves_the_formal_relationship(self, office: Office) -> None:
        branch = await office.unit("branch", form="staff")
        functional = await office.unit("branch", form="functional")
        (person,) = await office.members(branch, 1)
        request = pb.AddParticipationRequest(
            person_id=str(person), unit_id=str(functional), valid_from="2024-10-01"
        )
        etag = (await member(office, person)).etag
        answer = await office.ask("RollService/AddParticipation", request, if_match=etag)

        (part,) = answer.member.participations
        assert (part.unit_id, part.kind) == (str(functional), member_pb2.PARTICIPATION_KIND_FUNCTIONAL)
        assert [item.unit_id for item in answer.member.relationships] == [str(branch)]
        assert (await roll(office, functional, "2024-10-08")).participants == 1

    async def test_an_ordinary_branch_has_no_participants(self, office: Office) -> None:
        branch, other = [await office.unit("branch", form="staff") for _ in range(2)]
        (person,) = await office.members(branch, 1)
        request = pb.AddParticipationRequest(
            person_id=str(person), unit_id=str(other), valid_from="2024-10-01"
        )
        with pytest.raises(UnitKindNotAllowedError):
            await office.ask("RollService/AddParticipation", request, if_match="1")


class TestReorganisation:
    @pytest.mark.covers("S22", "S23", "S24", "S25")
    async def test_two_old_branches_become_a_joint_one_with_everybody_in_it(self, office: Office) -> None:
        campus = await Campus.found(office)
        staff_branch = await office.unit("branch", parent=campus.general_branch, form="staff")
        await office.members(staff_branch, 2, kind=STAFF)
        case = await campus.apply()
        joint = await office.unit("branch", parent=campus.general_branch, form="joint_teacher_student")
        moves = [RollMove(uuid4(), unit, joint) for unit in (campus.branch, staff_branch)]

        await apply(office, uuid4(), moves, date(2024, 10, 8))

        counted = await roll(office, joint, "2024-10-08")
        assert (counted.full_members, counted.staff_members, counted.applicants) == (11, 2, 1)
        assert (await roll(office, campus.branch, "2024-10-08")).full_members == 0
        assert (await roll(office, campus.branch, "2024-10-07")).full_members == 9
        answer = await office.ask(
            "AdmissionService/GetAdmissionCase",
            admission_service_pb2.GetAdmissionCaseRequest(case_id=case.case_id),
        )
        assert answer.admission_case.unit_id == str(joint)
        assert (await office.events("roll_move")) == ["roll_move.applied"]
        assert (await office.events("member")).count("member.moved") == 11

    async def test_applying_twice_changes_nothing(self, office: Office) -> None:
        old, new = [await office.unit("branch", form="staff") for _ in range(2)]
        await office.members(old, 2)
        reorganization, moves = uuid4(), [RollMove(uuid4(), old, new)]
        await apply(office, reorganization, moves, date(2024, 10, 8))
        before = await office.events()

        await apply(office, reorganization, moves, date(2024, 10, 8))

        assert await office.events() == before

    async def test_nobody_to_move_is_still_announced(self, office: Office) -> None:
        old, new = [await office.unit("branch", form="staff") for _ in range(2)]
        await apply(office, uuid4(), [RollMove(uuid4(), old, new)], date(2024, 10, 8))
        assert await office.events("roll_move") == ["roll_move.applied"]

    async def test_participations_in_what_is_left_end(self, office: Office) -> None:
        branch = await office.unit("branch", form="staff")
        functional = await office.unit("branch", form="functional")
        (person,) = await office.members(branch, 1)
        request = pb.AddParticipationRequest(
            person_id=str(person), unit_id=str(functional), valid_from="2024-10-01"
        )
        await office.ask("RollService/AddParticipation", request, if_match="1")

        await apply(office, uuid4(), [RollMove(uuid4(), functional, branch)], date(2024, 10, 8))

        found = await member(office, person)
        assert [item.valid_until for item in found.participations] == ["2024-10-08"]
        assert [item.valid_until for item in found.relationships] == [""]

    async def test_a_preview_says_who_goes_where_and_who_nowhere(self, office: Office) -> None:
        old = await office.unit("branch", form="major")
        academy = await office.unit("academy")
        residents = [await office.person(f"住{n}", affiliations=((ACADEMY, academy),)) for n in range(2)]
        others = await office.members(old, 1)
        await office.ask(
            "RollService/EstablishRelationships",
            pb.EstablishRelationshipsRequest(
                members=[
                    pb.RelationshipInput(
                        person_id=str(person),
                        unit_id=str(old),
                        relationship_from="2023-09-01",
                        status=member_pb2.MEMBERSHIP_STATUS_FULL,
                        standing_from="2022-06-01",
                    )
                    for person in residents
                ]
            ),
        )
        request = pb.PreviewRollMovesRequest(
            moves=[
                pb.RollMove(
                    move_id=str(uuid4()),
                    from_unit_id=str(old),
                    to_unit_id=str(uuid4()),
                    affiliated_unit_id=str(academy),
                )
            ],
            effective_on="2024-11-01",
        )

        answer = await office.ask("RollService/PreviewRollMoves", request, by="organization")

        (move,) = answer.moves
        assert sorted(move.person_ids) == sorted(str(person) for person in residents)
        assert (move.staff, move.students) == (0, 2)
        assert list(answer.unplaced_person_ids) == [str(person) for person in others]

    async def test_what_a_unit_holds_is_counted_for_its_dissolution(self, office: Office) -> None:
        campus = await Campus.found(office)
        await campus.apply()
        request = pb.CountUnitRollRequest(unit_id=str(campus.branch), as_of="2024-10-08")
        answer = await office.ask("RollService/CountUnitRoll", request, by="organization")
        assert (answer.relationships, answer.open_cases, answer.affiliations) == (9, 1, 0)

    @pytest.mark.covers("F10")
    async def test_an_election_asks_for_everybody_on_the_rolls_of_the_day_at_once(
        self, office: Office
    ) -> None:
        university = await office.unit("university")
        general = await office.unit("general_branch", parent=university)
        branches = [await office.unit("branch", parent=general, form="staff") for _ in range(2)]
        people = [person for branch in branches for person in await office.members(branch, 2)]
        await office.members(await office.unit("branch", parent=university, form="staff"), 1)
        counting = office.count_queries()

        request = pb.ListElectorsRequest(unit_id=str(general), as_of="2024-10-08")
        answer = await office.ask("RollService/ListElectors", request, by="organization")

        assert [each.person_id for each in answer.electors] == sorted(str(person) for person in people)
        assert {each.status for each in answer.electors} == {member_pb2.MEMBERSHIP_STATUS_FULL}
        assert all(each.HasField("standing_from") for each in answer.electors)
        rolls = [
            sql for sql in counting.asked if "FROM access_closure b" in sql and "ORDER BY r.person_id" in sql
        ]
        assert len(rolls) == 1
        # On an earlier day nobody knew of them yet (C14).
        request.as_of = "2024-10-07"
        earlier = await office.ask("RollService/ListElectors", request, by="organization")
        assert not earlier.electors
        with pytest.raises(PermissionDeniedError):
            await office.ask("RollService/ListElectors", request, by="evaluation")
