"""The role by which the application uses PostgreSQL: not the owner of the tables, and no administrator.

The owner makes and changes tables (`migrate`); the application reads and writes rows, and no more. What the
database itself holds up, row-level security and the guard on audit events, holds only against such a role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
"""What it may do with the rows of a table; never TRUNCATE, and nothing with the table itself."""

FEWER: Mapping[str, Sequence[str]] = {
    "core_auditevent": ("SELECT", "INSERT"),
    "django_migrations": ("SELECT",),
}
"""The tables of which it may do less."""

_POWERS = """
SELECT CASE WHEN rolsuper THEN 'a superuser' WHEN rolbypassrls THEN 'exempt from row-level security'
    WHEN rolcreaterole THEN 'allowed to make roles' WHEN rolcreatedb THEN 'allowed to make databases' END
FROM pg_roles WHERE rolname = %s
"""
_OWNS = """
SELECT count(*) FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND pg_has_role(%s, c.relowner, 'MEMBER')
"""


class NotARole(Exception):
    """The role cannot be the application's; the message says why."""


def too_mighty(connection: BaseDatabaseWrapper, role: str | None = None) -> str:
    """What a role, or the one that is connected, can do and the application must not; empty for nothing.

    Said as the end of "it is ..."; empty for a role that does not exist, too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(%s, current_user::text)", [role])
        name = cursor.fetchone()[0]
        cursor.execute(_POWERS, [name])
        found = cursor.fetchone()
        if found is None or found[0]:
            return found[0] if found else ""
        cursor.execute(_OWNS, [name])
        return "the owner of the tables, or may become it" if cursor.fetchone()[0] else ""


def make_role(connection: BaseDatabaseWrapper, name: str, password: str) -> None:
    """Make the role, or give one that exists a new password and exactly its rights. Raises `NotARole`.

    The password is sent as what PostgreSQL stores of it, so that no log of the server ever holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        exists = bool(cursor.fetchone()[0])
        if mighty := too_mighty(connection, name):
            raise NotARole(f"the role {name} is {mighty}; expected the name of one that is not, or a new one")
        secret = connection.connection.pgconn.encrypt_password(
            password.encode(), name.encode(), b"scram-sha-256"
        )
        words = "ALTER ROLE {} LOGIN PASSWORD {}" if exists else "CREATE ROLE {} LOGIN PASSWORD {}"
        making = sql.SQL(words).format(sql.Identifier(name), sql.Literal(secret.decode()))
        cursor.execute(making.as_string(connection.connection))
    give_rights(connection, name)


def give_rights(connection: BaseDatabaseWrapper, name: str) -> None:
    """Give a role the rights of the application, on the tables that are there and on those to come."""
    role, every = sql.Identifier(name), sql.SQL(", ").join(map(sql.SQL, RIGHTS))
    database = sql.Identifier(connection.settings_dict["NAME"])
    statements = [
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role),
        sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(every, role),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role),
        *(_fewer(table, rights, role) for table, rights in FEWER.items()),
        *(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(what, on, role)
            for what, on in ((every, sql.SQL("TABLES")), (sql.SQL("USAGE, SELECT"), sql.SQL("SEQUENCES")))
        ),
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.as_string(connection.connection))


def _fewer(table: str, rights: Sequence[str], role: sql.Identifier) -> sql.Composed:
    taken = sql.SQL(", ").join(sql.SQL(right) for right in RIGHTS if right not in rights)
    return sql.SQL("REVOKE {} ON {} FROM {}").format(taken, sql.Identifier(table), role)
