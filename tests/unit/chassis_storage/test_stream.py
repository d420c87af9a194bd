"""What the relay makes of the broker's answers."""

import asyncio
from uuid import uuid4

import orjson
import pytest

from chassis.eventlog import subject_of
from chassis.events import event_type
from chassis.stream import PublishRefusedError, Tail, _Batch, name_of, parse_tail
from shuyuan.clock.v1 import clock_service_pb2

ACCEPTED = b'{"stream":"S","seq":1}'
REFUSED = b'{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"}}'


class TestBatch:
    async def test_it_is_finished_when_every_message_is_accepted(self) -> None:
        batch = _Batch(3)
        for index in (0, 2, 1):
            batch.answer(index, ACCEPTED)

        await asyncio.wait_for(batch.finished, 1)
        assert (batch.acknowledged, batch.refusal) == (3, None)

    async def test_only_what_is_accepted_without_a_gap_counts(self) -> None:
        batch = _Batch(4)
        for index in (0, 1, 3):
            batch.answer(index, ACCEPTED)

        assert not batch.finished.done()
        assert batch.acknowledged == 2

    async def test_a_refusal_finishes_it_at_once(self) -> None:
        batch = _Batch(4)
        batch.answer(0, ACCEPTED)
        batch.answer(1, REFUSED)
        batch.answer(2, ACCEPTED)

        assert batch.finished.done()
        assert batch.acknowledged == 1
        assert isinstance(batch.refusal, PublishRefusedError)

    async def test_no_stream_behind_the_subject_is_a_refusal(self) -> None:
        batch = _Batch(1)
        batch.answer(0, b"")

        assert batch.refusal is not None

    async def test_nothing_to_send_is_finished(self) -> None:
        assert _Batch(0).finished.done()
        assert _Batch(0).acknowledged == 0


class TestTail:
    def test_an_event_of_ours_is_read(self) -> None:
        event_id = uuid4()
        document = orjson.dumps({"id": str(event_id), "epoch": 2, "position": 7})
        assert parse_tail(document) == Tail(event_id, 2, 7)

    @pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"id":"x","epoch":1,"position":1}', b"\xff"])
    def test_anything_else_is_not_ours(self, document: bytes) -> None:
        assert parse_tail(document) is None


def test_names_follow_the_service() -> None:
    assert name_of("organization") == "SHUYUAN_ORGANIZATION"
    assert subject_of("organization", "unit", "established") == "shuyuan.organization.v1.unit.established"


def test_a_message_that_is_no_event_cannot_be_announced() -> None:
    with pytest.raises(TypeError, match="no event option"):
        event_type(clock_service_pb2.GetClockRequest.DESCRIPTOR)
