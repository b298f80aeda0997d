"""The database itself refuses to change or remove an audit event, whoever asks.

A guard against mistakes, and one more step for whoever means harm: a database's administrator can lift it.
What was done meanwhile shows in the chain (`sightline.core.chain`).
"""

from collections.abc import Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

SET: Mapping[str, Sequence[str]] = {
    "sqlite": [
        f"""CREATE TRIGGER core_auditevent_{verb} BEFORE {verb} ON core_auditevent
        BEGIN SELECT RAISE(ABORT, 'audit events are never changed or removed'); END"""
        for verb in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION core_auditevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit events are never changed or removed'; END $$""",
        """CREATE TRIGGER core_auditevent_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditevent
        FOR EACH STATEMENT EXECUTE FUNCTION core_auditevent_refuse()""",
    ],
}
LIFT: Mapping[str, Sequence[str]] = {
    "sqlite": ["DROP TRIGGER core_auditevent_update", "DROP TRIGGER core_auditevent_delete"],
    "postgresql": [
        "DROP TRIGGER core_auditevent_guard ON core_auditevent",
        "DROP FUNCTION core_auditevent_refuse()",
    ],
}


def set_guard(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers. A migration that rebuilds the table must do it again: SQLite drops them with it."""
    _run(connection, SET)


def lift_guard(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: to undo the migration, and to empty the tables between two tests."""
    _run(connection, LIFT)


def _run(connection: BaseDatabaseWrapper, statements: Mapping[str, Sequence[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
