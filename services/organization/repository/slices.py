"""Conditions that slice lists by campus. A unit may change its campus: that of the day counts."""


def on_campus(unit: str) -> str:
    """That the unit of the column is on the campus `campus_id` on `day`, or on `today` when no day is asked for."""
    return f"""(CAST(:campus_id AS uuid) IS NULL OR EXISTS (
        SELECT FROM unit_description campus_of
         WHERE campus_of.unit_id = {unit} AND campus_of.campus_id = CAST(:campus_id AS uuid)
           AND campus_of.recorded_until IS NULL
           AND campus_of.valid @> coalesce(CAST(:day AS date), CAST(:today AS date))))"""


def placed_on_campus(place: str) -> str:
    """That the place of the column lies on the campus `campus_id`."""
    return f"""(CAST(:campus_id AS uuid) IS NULL OR EXISTS (
        SELECT FROM place campus_of
         WHERE campus_of.place_id = {place} AND campus_of.campus_id = CAST(:campus_id AS uuid)))"""
