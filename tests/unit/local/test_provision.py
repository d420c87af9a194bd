"""Which PostgreSQL and NATS the tests take."""

from collections.abc import Mapping

from tests.support.provision import (
    DATABASE_VARIABLE,
    POSTGRES_IMAGE_VARIABLE,
    Choice,
    choose,
    engine,
    without_image,
)


def _no_engine(environment: Mapping[str, str]) -> str | None:
    del environment
    return None


def _an_engine(environment: Mapping[str, str]) -> str | None:
    del environment
    return "unix:///run/engine.sock"


def test_a_named_server_wins_over_an_engine() -> None:
    environment = {DATABASE_VARIABLE: "postgresql://x@y/z"}

    choice = choose(DATABASE_VARIABLE, POSTGRES_IMAGE_VARIABLE, environment, _an_engine)

    assert choice == Choice("named", f"{DATABASE_VARIABLE} is set", "postgresql://x@y/z")


def test_an_answering_engine_wins_over_the_embedded_binaries() -> None:
    choice = choose(DATABASE_VARIABLE, POSTGRES_IMAGE_VARIABLE, {}, _an_engine)

    assert (choice.source, choice.place) == ("container", "postgres:18")


def test_the_image_can_be_named() -> None:
    environment = {POSTGRES_IMAGE_VARIABLE: "campus/postgres:16"}

    assert (
        choose(DATABASE_VARIABLE, POSTGRES_IMAGE_VARIABLE, environment, _an_engine).place
        == "campus/postgres:16"
    )


def test_without_server_and_engine_the_embedded_binaries_are_used() -> None:
    assert choose(DATABASE_VARIABLE, POSTGRES_IMAGE_VARIABLE, {}, _no_engine).source == "embedded"


def test_an_address_at_which_nobody_listens_is_no_engine() -> None:
    assert engine({"DOCKER_HOST": "unix:///nowhere/engine.sock"}) is None


def test_an_image_that_cannot_be_had_is_replaced_by_the_embedded_binaries() -> None:
    replaced = without_image(Choice("container", "an engine answers", "postgres:18"), "ImageNotFound")

    assert replaced == Choice("embedded", "postgres:18 could not be started (ImageNotFound)")
