"""Identifiers: ordered where rows are kept, unguessable where they must be, derivable where agreed."""

from uuid import UUID

from chassis.ids import bootstrap_person_id, new_id, number_key, secret_id


def test_new_ids_follow_one_another() -> None:
    made = [new_id() for _ in range(200)]
    assert made == sorted(made)
    assert {type(one) for one in made} == {UUID}
    assert made[0].version == 7


def test_secret_ids_carry_no_time() -> None:
    assert secret_id().version == 4


def test_two_services_derive_the_same_first_person() -> None:
    assert bootstrap_person_id("https://idp", "1001") == bootstrap_person_id("https://idp", "1001")
    assert bootstrap_person_id("https://idp", "1001") != bootstrap_person_id("https://idp", "1002")


def test_a_number_key_depends_on_key_issuer_and_number() -> None:
    keys = {number_key(k, i, n) for k in (b"a", b"b") for i in ("x", "y") for n in ("1", "2")}
    assert len(keys) == 8
    assert {len(key) for key in keys} == {64}
