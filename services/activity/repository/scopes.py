"""Conditions of lists in text, bound like `chassis.access.within` by `access.filters(…)`."""


def in_scope(unit: str) -> str:
    """That the unit of the column lies where the caller may look."""
    return f"""EXISTS (
        SELECT FROM access_closure scope_of
         WHERE scope_of.descendant_id = {unit} AND scope_of.ancestor_id = ANY (CAST(:access_units AS uuid[]))
           AND scope_of.valid @> CAST(:access_day AS date)
           AND (CAST(:access_reading AS boolean) OR NOT scope_of.reading_only))"""


def reaches_scope(unit: str) -> str:
    """That what holds for the unit of the column and those below it holds for a unit of the caller's."""
    return f"""EXISTS (
        SELECT FROM access_closure scope_of
         WHERE scope_of.ancestor_id = {unit} AND scope_of.descendant_id = ANY (CAST(:access_units AS uuid[]))
           AND scope_of.valid @> CAST(:access_day AS date) AND NOT scope_of.reading_only)"""
