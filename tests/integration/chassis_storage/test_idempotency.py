"""A repeated request gets the first answer; two at once are one."""

import asyncio

import pytest
import sqlalchemy as sa

from chassis import idempotency
from chassis.calls import Caller
from chassis.errors import IdempotencyInFlightError, IdempotencyMismatchError
from chassis.ids import new_id
from chassis.statements import query
from tests.integration.chassis_storage.messages import Lamp
from tests.integration.chassis_storage.probe import INSERT, Probe

AGE = query(sa.text("UPDATE idempotency_key SET expires_at = now() - interval '1 second'"))
KEYS = query(sa.text("SELECT count(*) FROM idempotency_key"))


class TestFind:
    async def test_a_repetition_gets_the_same_bytes_and_event(self, probe: Probe) -> None:
        call = probe.call(key="k")
        lamp_id = await probe.light(call)

        kept = await idempotency.find(probe.database, probe.call(key="k"))
        assert kept is not None
        assert kept.answer == Lamp(lamp_id=str(lamp_id)).SerializeToString()
        assert kept.event_id == call.last_event_id

    async def test_another_request_under_the_key_is_refused(self, probe: Probe) -> None:
        await probe.light(probe.call(key="k"))

        with pytest.raises(IdempotencyMismatchError):
            await idempotency.find(probe.database, probe.call(key="k", request_hash=b"other"))

    async def test_keys_of_other_callers_and_methods_are_other_keys(self, probe: Probe) -> None:
        await probe.light(probe.call(key="k"))

        other = Caller("person", person_id=new_id())
        assert await idempotency.find(probe.database, probe.call(key="k", caller=other)) is None
        assert await idempotency.find(probe.database, probe.call(key="k", method="/x/Y")) is None

    async def test_a_failed_request_keeps_no_answer(self, probe: Probe) -> None:
        with pytest.raises(LookupError):
            async with probe.call(key="k").transaction() as work:
                work.answer(None)
                raise LookupError

        assert await idempotency.find(probe.database, probe.call(key="k")) is None

    async def test_an_old_answer_is_forgotten_and_its_key_free_again(self, probe: Probe) -> None:
        await probe.light(probe.call(key="k"))
        await probe.database.fetch(AGE)

        assert await idempotency.find(probe.database, probe.call(key="k")) is None
        await probe.light(probe.call(key="k"))
        assert await probe.lamps() == 2

    async def test_old_answers_are_removed(self, probe: Probe) -> None:
        await probe.light(probe.call(key="old"))
        await probe.database.fetch(AGE)
        await probe.light(probe.call(key="new"))

        assert await idempotency.remove_expired(probe.database) == 1
        assert await probe.database.fetch_value(KEYS) == 1


class TestInFlight:
    async def test_of_two_at_once_one_is_done_and_one_told_to_wait(self, probe: Probe) -> None:
        results = await asyncio.gather(
            *(probe.light(probe.call(key="k")) for _ in range(2)), return_exceptions=True
        )

        assert sorted(isinstance(result, IdempotencyInFlightError) for result in results) == [False, True]
        assert await probe.lamps() == 1

    async def test_a_request_that_came_between_look_up_and_lock_is_done_once(self, probe: Probe) -> None:
        """The look-up found nothing, and the first request commits before the second takes the lock."""
        await probe.light(probe.call(key="k"))

        with pytest.raises(IdempotencyInFlightError):
            await probe.light(probe.call(key="k"))
        assert await probe.lamps() == 1

    async def test_an_operation_that_does_not_answer_cannot_be_repeatable(self, probe: Probe) -> None:
        with pytest.raises(RuntimeError):
            async with probe.call(key="k").transaction() as work:
                await work.execute(INSERT, lamp_id=new_id(), label="a", version=1)
        assert await probe.lamps() == 0
