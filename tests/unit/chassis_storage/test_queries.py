"""Statements are compiled once: what cannot be is refused when it is written."""

import importlib
import pkgutil

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

import chassis
from chassis import tables
from chassis.database import lock_number
from chassis.statements import Query, Write, insert, joined, query

lamp = sa.Table(
    "lamp", sa.MetaData(), sa.Column("lamp_id", sa.Uuid), sa.Column("label", sa.Text, server_default="x")
)


def test_parameters_are_bound_in_the_order_of_the_statement() -> None:
    found = query(
        sa.select(lamp).where(lamp.c.label == sa.bindparam("b"), lamp.c.lamp_id == sa.bindparam("a"))
    )
    assert found.bind({"a": 1, "b": 2}) == [2, 1]


def test_literals_are_part_of_the_statement() -> None:
    found = query(sa.select(lamp).where(lamp.c.label == "on", lamp.c.lamp_id == sa.bindparam("a")))
    assert found.bind({"a": 1}) == ["on", 1]


@pytest.mark.parametrize("params", [{}, {"a": 1, "b": 2}, {"b": 1}], ids=str)
def test_a_missing_or_unknown_parameter_is_a_defect(params: dict[str, int]) -> None:
    found = query(sa.select(lamp).where(lamp.c.lamp_id == sa.bindparam("a")))
    with pytest.raises(TypeError):
        found.bind(params)


def test_a_list_that_would_be_expanded_later_is_refused() -> None:
    with pytest.raises(TypeError, match="any_"):
        query(sa.select(lamp).where(lamp.c.lamp_id.in_([1, 2])))


def test_a_list_as_one_array_is_taken() -> None:
    ids = sa.bindparam("ids", type_=ARRAY(sa.Uuid))
    assert query(sa.select(lamp).where(lamp.c.lamp_id == sa.any_(ids))).bind({"ids": [1]}) == [[1]]


def test_an_insert_names_only_the_columns_it_is_given() -> None:
    assert "label" not in query(insert(lamp, "lamp_id")).sql


def test_two_names_have_two_locks() -> None:
    assert lock_number("a") != lock_number("b")
    assert -(2**63) <= lock_number("a") < 2**63


def test_every_statement_of_the_frame_is_compiled() -> None:
    names = [module.name for module in pkgutil.iter_modules(chassis.__path__)]
    found = [
        value
        for name in names
        if name not in {"serving", "runtime"}
        for value in vars(importlib.import_module(f"chassis.{name}")).values()
        if isinstance(value, Query)
    ]
    assert len(found) > 30
    assert all("POSTCOMPILE" not in one.sql for one in found)


def test_the_tables_of_the_frame_are_named_as_postgresql_names_them() -> None:
    names = {constraint.name for table in tables.metadata.tables.values() for constraint in table.constraints}
    assert "event_log_pkey" in names


class TestWrites:
    LAMP = Write("lit AS (INSERT INTO lamp (lamp_id, label) VALUES (CAST(:id AS uuid), :label))")
    EDGES = Write("edge (a) AS (SELECT :id), kept AS (INSERT INTO lamp (label) SELECT a FROM edge)")

    def test_a_write_knows_the_names_of_its_parts(self) -> None:
        assert self.LAMP.names == {"lit"}
        assert self.EDGES.names == {"edge", "kept"}

    def test_parameters_follow_those_of_the_statement_and_of_the_write_before(self) -> None:
        sql = joined("WITH logged AS (SELECT $1, $2) SELECT 1", 2, (self.LAMP, self.EDGES))

        assert sql == (
            "WITH lit AS (INSERT INTO lamp (lamp_id, label) VALUES (CAST($3 AS uuid), $4)), "
            "edge (a) AS (SELECT $5), kept AS (INSERT INTO lamp (label) SELECT a FROM edge), "
            "logged AS (SELECT $1, $2) SELECT 1"
        )
