"""A field key is replaced while the service runs: values are sealed anew, in steps, and the old key may go."""

import base64
import contextlib
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis import key_commands, runtime
from chassis.calls import Caller, ServiceContext
from chassis.errors import InternalError
from chassis.field_cipher import FieldCipher
from chassis.resealing import Resealer, reseal
from chassis.settings import Settings
from membership import main, tables
from membership.operations.means import Means
from membership.repository import person_files, persons
from membership.repository.sealed import SEALED
from membership.settings import Settings as MembershipSettings
from tests.integration.membership.campus import Campus
from tests.integration.membership.test_person_files import BORN, identify, numbers
from tests.unit.membership.test_identity import number_of

OLD, NEW = b"0" * 32, b"n" * 32
BOTH = FieldCipher({"k2": NEW, "k1": OLD})
NEWEST = FieldCipher({"k2": NEW})
PERSONS = SEALED[0]


def keys_of(campus: Campus, cipher: FieldCipher) -> None:
    """From now on the service seals and opens with these."""
    means = campus.office.means
    campus.office.means = Means(cipher, means.identity_key, means.issuer, means.rules)
    for servicer in campus.office.servicers.values():
        if hasattr(servicer, "_means"):
            servicer._means = campus.office.means


async def run(campus: Campus, cipher: FieldCipher, *, size: int = 2, steps: int | None = None) -> list[Any]:
    """Seal anew, or only the first steps of it."""
    seen = []
    call = campus.office.call(Caller("system", service="membership"))
    async with contextlib.aclosing(reseal(call.transaction, SEALED, cipher, size=size)) as progress:
        async for each in progress:
            seen.append(each)
            if len(seen) == steps:
                break
    return seen


async def sealed_with(campus: Campus) -> dict[str, int]:
    return await Resealer(PERSONS).counts(campus.office.real_database)


async def people(campus: Campus, count: int) -> list[UUID]:
    return [await campus.office.person(f"人{n}", number=f"20249{n:05}") for n in range(count)]


def test_every_sealed_column_is_sealed_anew() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, sa.LargeBinary)
    }
    assert {each.name for each in SEALED} == columns


async def test_a_run_that_was_cut_short_goes_on_where_it_stopped(campus: Campus) -> None:
    made = await people(campus, 5)
    await identify(campus, made[0], number_of(BORN))
    assert await sealed_with(campus) == {"k1": 5}
    keys_of(campus, BOTH)

    await run(campus, BOTH, steps=1)
    assert await sealed_with(campus) == {"k1": 3, "k2": 2}
    # The service reads and writes meanwhile, whatever has sealed a value.
    assert (await numbers(campus, made[0], made[0])).campus_number == "2024900000"
    await campus.office.person("新人", number="2024977777")
    assert await sealed_with(campus) == {"k1": 3, "k2": 3}

    progress = await run(campus, BOTH)
    assert progress[1].resealed == 3
    assert await sealed_with(campus) == {"k2": 6}
    assert [(each.resealed, each.unreadable) for each in await run(campus, BOTH)] == [(0, 0)] * len(SEALED)
    keys_of(campus, NEWEST)
    read = await numbers(campus, made[0], made[0])
    assert (read.campus_number, read.identity_number) == ("2024900000", number_of(BORN))


async def test_before_it_the_old_key_is_needed(campus: Campus) -> None:
    (person,) = await people(campus, 1)
    reader = campus.office.real_database
    with pytest.raises(InternalError):
        await persons.find(reader, NEWEST, person, today=date(2024, 10, 8))


async def test_values_whose_key_is_gone_are_counted_and_stay(campus: Campus) -> None:
    await people(campus, 3)
    progress = await run(campus, NEWEST)
    persons_done = [each for each in progress if each.name == PERSONS.name]
    assert (persons_done[-1].resealed, persons_done[-1].unreadable) == (0, 3)
    assert await sealed_with(campus) == {"k1": 3}


async def test_the_command_says_how_far_it_is(campus: Campus, capsys: pytest.CaptureFixture[str]) -> None:
    made = await people(campus, 3)
    await identify(campus, made[0], number_of(BORN))
    office = campus.office
    ring = ",".join(f"{kid}:{_base64(key)}" for kid, key in (("k2", NEW), ("k1", OLD)))
    settings = Settings(environment="test", field_keys=ring)
    context = ServiceContext("membership", settings, office.real_database, office.clock, office.control)
    parser = runtime._parser(main.build(MembershipSettings(environment="test")))

    arguments = parser.parse_args(["keys", "reseal", "--rows", "2"])
    assert await arguments.run(context, arguments) == 0
    said = capsys.readouterr().out
    assert "person.number_sealed  2 sealed anew" in said
    assert "person.number_sealed  3 sealed anew" in said
    assert "everything is sealed with k2" in said
    arguments = parser.parse_args(["keys", "list"])
    assert await arguments.run(context, arguments) == 0
    assert "person.number_sealed  k2 (seals now)  3 values" in capsys.readouterr().out

    with pytest.raises(SystemExit):
        parser.parse_args(["keys", "reseal", "--help"])
    assert key_commands.HOW.strip().splitlines()[0] in capsys.readouterr().out
    assert await person_files.identity(office.real_database, NEWEST, made[0]) == number_of(BORN)


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()
