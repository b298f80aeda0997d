"""The application's own role in PostgreSQL, for one test: what else in the tests is done as administrator."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture
def on_postgresql(db) -> None:
    """Skipped but on PostgreSQL."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has neither roles nor row-level security")


@pytest.fixture
def as_application(on_postgresql) -> Iterator[str]:
    """From here on be an ordinary role with the application's rights; skipped but on PostgreSQL.

    What was made before was made by the administrator. Gives the role's name.
    """
    from sightline.core.database_role import give_rights

    name = f"sightline_test_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name}")
        give_rights(connection, name)
        cursor.execute(f"SET ROLE {name}")
    yield name
    if connection.in_atomic_block:
        return  # the role goes with the test's transaction
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"DROP OWNED BY {name}")
        cursor.execute(f"DROP ROLE {name}")
