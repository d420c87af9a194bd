"""Lets an erasure empty the words of two histories: the room of a stay, and the reason of a reduction of dues.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0025"
down_revision = "0024"

_STATEMENTS = (
    # As the guard of the frame, but the one column of words that is named may be emptied; it is never rewritten.
    """
    CREATE FUNCTION worded_history_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
    DECLARE
        before jsonb := to_jsonb(OLD);
        after jsonb := to_jsonb(NEW);
    BEGIN
        IF TG_OP = 'UPDATE' AND after = before || jsonb_build_object(TG_ARGV[0], '') THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' OR OLD.recorded_until IS NOT NULL OR NEW.recorded_until IS NULL
           OR after - 'recorded_until' IS DISTINCT FROM before - 'recorded_until'
        THEN
            RAISE EXCEPTION 'a row of % is closed once and never changed otherwise', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END
    $guard$
    """,
    "DROP TRIGGER residence_guard ON residence",
    "DROP TRIGGER dues_reduction_guard ON dues_reduction",
    """
    CREATE TRIGGER residence_guard BEFORE UPDATE OR DELETE ON residence
        FOR EACH ROW EXECUTE FUNCTION worded_history_guard('room')
    """,
    """
    CREATE TRIGGER dues_reduction_guard BEFORE UPDATE OR DELETE ON dues_reduction
        FOR EACH ROW EXECUTE FUNCTION worded_history_guard('reason')
    """,
)


def upgrade() -> None:
    """Create the guard, and have the two tables guarded by it."""
    for statement in _STATEMENTS:
        op.execute(statement)
