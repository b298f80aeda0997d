"""Whether PostgreSQL holds the rule by itself: `make check-rls`.

Makes a scratch database as an ordinary owner, makes the application's role with `sightline database role`,
invents a child whom seven people know in part, and asks the database by bare SELECT, past everything that
Sightline does: as nobody, as each of the seven, as the owner, as an administrator. Prints what it saw, line
by line; leaves with 1 where one line is not as it must be, or where there was nothing to check.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bench.row_security_world import CASES, PEOPLE, invent

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from sightline.core.trust.actor import Unguarded, Viewer

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


@dataclass
class Said:
    """What was looked at so far, and how much of it was not as it must be."""

    lines: int = 0
    wrong: list[str] = field(default_factory=list)

    def say(self, words: str, *, is_right: bool) -> None:
        """One line."""
        self.lines += 1
        print(f"{'ok   ' if is_right else 'WRONG'} {words}", flush=True)
        if not is_right:
            self.wrong.append(words)

    def end(self) -> None:
        """Leave with 1 where something was wrong or nothing was looked at."""
        if self.wrong or not self.lines:
            raise SystemExit(1)


def tell(connection: BaseDatabaseWrapper, actor: Viewer | Unguarded | None) -> None:
    """Tell a session who reads, as the application does, and let it hold nothing for sure afterwards."""
    from sightline.core.trust.binding import SETTINGS, TELL, told

    values = told(actor)
    connection.ensure_connection()
    connection.connection.execute(TELL, [values[name] for name in SETTINGS])
    connection.binding.forget()  # type: ignore[attr-defined]  # the trust plane's own wrapper


def bare_rows(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    """The keys of what a bare SELECT gives of each guarded table, past managers and tripwire."""
    from sightline.core.trust.guarded import guarded_models

    tables = [model._meta.db_table for model in guarded_models()]
    return {table: _keys(connection.connection, table) for table in tables}


def managed_rows(actor: Viewer) -> dict[str, set[str]]:
    """The keys of what the guarded managers give of each guarded table to this person."""
    from sightline.core.trust.actor import acting
    from sightline.core.trust.guarded import guarded_models

    with acting(actor):
        return {
            model._meta.db_table: {str(row.pk) for row in model.objects.all()} for model in guarded_models()
        }


def _keys(connection: Any, table: str) -> set[str]:
    cursor = connection.execute(f'SELECT * FROM "{table}"')
    (at,) = (number for number, column in enumerate(cursor.description) if column.name == "id")
    return {str(row[at]) for row in cursor.fetchall()}


def main() -> None:
    """Make it all, look at it, and throw it away."""
    parser = argparse.ArgumentParser(description="Whether PostgreSQL holds the rule by itself.")
    parser.add_argument("stage", nargs="?", default="all", choices=["all", "invent", "managers", "look"])
    parser.add_argument("--server", default=SERVER, help="where a scratch database and roles may be made")
    asked = parser.parse_args()
    if asked.stage == "all":
        _all(asked.server)
        return
    import django

    django.setup()
    {"invent": invent, "managers": _ask_managers, "look": _look}[asked.stage]()


def _all(server: str) -> None:
    with tempfile.TemporaryDirectory() as var, _scratch(server) as (owner, application, password):
        env = {
            "FRONT_LINE": "on",
            "SIGHTLINE_VAR": var,
            "DJANGO_SETTINGS_MODULE": "sightline.config.settings",
            "SIGHTLINE_PARTNERSHIP": str(Path("tests/pages/partnership.toml").resolve()),
            "SIGHTLINE_ROLE_PASSWORD": password,
        }
        _run({**env, "DATABASE_URL": owner}, "manage.py", "migrate", "--verbosity", "0")
        role = str(urlsplit(application).username)
        _run({**env, "DATABASE_URL": owner}, "-m", "sightline", "database", "role", role)
        _run({**env, "DATABASE_URL": application}, "-m", "bench.row_security", "invent")
        administrator = urlsplit(server)._replace(path=urlsplit(owner).path).geturl()
        _run({**env, "DATABASE_URL": administrator}, "-m", "bench.row_security", "managers")
        did_well = _run({**env, "DATABASE_URL": application}, "-m", "bench.row_security", "look", check=False)
        said = Said()
        _look_past_the_application(said, administrator, owner)
    said.end()
    raise SystemExit(0 if did_well else 1)


@contextmanager
def _scratch(server: str) -> Iterator[tuple[str, str, str]]:
    """The owner's address of a scratch database, the application's, and its password; all dropped at the end.

    The owner may make roles, and is an ordinary role otherwise.
    """
    import psycopg

    name, password = f"sightline_rls_{os.getpid()}", secrets.token_urlsafe(18)
    owner, application = f"{name}_owner", f"{name}_app"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD '{password}'")
        connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
    try:
        yield _address(server, owner, password, name), _address(server, application, password, name), password
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"DROP ROLE IF EXISTS {application}")
            connection.execute(f"DROP ROLE {owner}")


def _address(server: str, user: str, password: str, name: str) -> str:
    parts = urlsplit(server)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}:{password}@{place}", path=f"/{name}").geturl()


def _run(env: Mapping[str, str], *command: str, check: bool = True) -> bool:
    done = subprocess.run([sys.executable, *command], env={**os.environ, **env}, check=check)
    return done.returncode == 0


def _viewers() -> Iterator[Viewer]:
    """The seven, for each purpose that makes a difference, and for none."""
    from sightline.core.models import User
    from sightline.core.policy import Purpose
    from sightline.core.trust.actor import Viewer

    for user in User.objects.filter(name__in=PEOPLE).order_by("pk"):
        for purpose in (Purpose.PROTECT, Purpose.QUALITY, None):
            yield Viewer(user, purpose)


def _ask_managers() -> None:
    """Keep what the guarded managers give each person where row-level security does not hold."""
    seen = [{table: sorted(rows) for table, rows in managed_rows(viewer).items()} for viewer in _viewers()]
    _kept().write_text(json.dumps(seen))


def _kept() -> Path:
    return Path(os.environ["SIGHTLINE_VAR"]) / "managers.json"


def _look() -> None:
    """Look as the application's role, at everything, in each way; leaves with 1 where something is wrong."""
    from django.db import connection

    from sightline.core.trust.actor import Unguarded
    from sightline.core.trust.database_checks import on_start

    said = Said()
    wrong = on_start(["default"])
    said.say(f"the checks of a deployed start find {len(wrong)} mistakes", is_right=not wrong)
    tell(connection, None)
    for table, rows in bare_rows(connection).items():
        said.say(f"nobody: {len(rows)} rows of {table}", is_right=not rows)
    tell(connection, Unguarded("the check of row-level security"))
    every = bare_rows(connection)
    for table, rows in every.items():
        said.say(f"the software itself: {len(rows)} rows of {table}", is_right=bool(rows))
    managed = json.loads(_kept().read_text())
    seen = {_compare(said, viewer, expected) for viewer, expected in zip(_viewers(), managed, strict=True)}
    said.say(f"the seven see {len(seen)} different pictures", is_right=len(seen) == len(PEOPLE))
    _look_at_cases(said)
    _try_to_write(said)
    said.end()


def _compare(said: Said, viewer: Viewer, managed: Mapping[str, list[str]]) -> frozenset[str]:
    """Whether one person sees the same rows by bare SELECT as by the guarded managers; gives which."""
    from django.db import connection

    tell(connection, viewer)
    bare = bare_rows(connection)
    count = sum(map(len, bare.values()))
    words = f"{viewer.user.name} ({viewer.purpose or 'no purpose'}): {count} rows in {len(bare)} tables"
    different = [table for table, rows in bare.items() if sorted(rows) != managed[table]]
    said.say(
        f"{words}, {'the same' if not different else 'NOT the same'} by bare SELECT and by managers",
        is_right=bool(bare) and not different,
    )
    return frozenset().union(*bare.values())


def _look_at_cases(said: Said) -> None:
    from django.db import connection

    from sightline.core.models import User
    from sightline.core.policy import Purpose
    from sightline.core.trust.actor import Viewer

    for case, (_, sees, sees_not) in CASES.items():
        for part, is_seen in ((sees, True), (sees_not, False)):
            tell(connection, Viewer(User.objects.get(name=part), Purpose.PROTECT))
            count = sum(_rows_of(connection.connection, table, case) for table in OF_A_CONTACT)
            expected = len(OF_A_CONTACT) if is_seen else 0
            said.say(
                f"{case}: {part} sees {count} of its {len(OF_A_CONTACT)} rows", is_right=count == expected
            )


OF_A_CONTACT = ("referral_contact", "referral_told", "referral_concern", "referral_policeintelligence",
                "referral_protectedlocation")  # fmt: skip


def _rows_of(connection: Any, table: str, case: str) -> int:
    words = f"SELECT t.* FROM {table} t JOIN trust_dossier d ON d.id = t.dossier_id WHERE d.reference = %s"
    return len(connection.execute(words, [case]).fetchall())


def _try_to_write(said: Said) -> None:
    """What a person who sees nothing, and nobody at all, can change by bare SQL."""
    from django.db import connection
    from psycopg.errors import InsufficientPrivilege

    from sightline.core.models import User
    from sightline.core.policy import Purpose
    from sightline.core.trust.actor import Viewer

    bare = connection.connection
    tell(connection, Viewer(User.objects.get(name="governance lead"), Purpose.PROTECT))
    for words in (
        "UPDATE referral_told SET family_name = 'x'",
        "UPDATE trust_dossier SET restriction = 'open'",
    ):
        changed = bare.execute(words).rowcount
        said.say(f"governance lead: {words}: {changed} rows", is_right=changed == 0)
    tell(connection, Viewer(User.objects.get(name="hub manager"), Purpose.PROTECT))
    removed = bare.execute("DELETE FROM referral_told").rowcount
    said.say(f"hub manager: DELETE FROM referral_told: {removed} rows", is_right=removed == 0)
    tell(connection, None)
    for words in REFUSED:
        try:
            bare.execute(words)
        except InsufficientPrivilege as error:
            said.say(f"nobody: {words}: {str(error).partition(chr(10))[0]}", is_right=True)
        else:
            said.say(f"nobody: {words}: done", is_right=False)


REFUSED = (
    "INSERT INTO trust_dossier (id, kind, reference, restriction, opened_at, key_id)"
    " VALUES (gen_random_uuid(), 'person', 'x', 'open', now(), '')",
    "TRUNCATE referral_told",
    "DELETE FROM core_auditevent",
    "UPDATE core_auditevent SET action = 'x'",
    "CREATE TABLE mine ()",
    "DROP POLICY sightline_select ON referral_told",
    "ALTER TABLE referral_told DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE referral_told NO FORCE ROW LEVEL SECURITY",
)


def _look_past_the_application(said: Said, administrator: str, owner: str) -> None:
    """As the owner, whom FORCE holds, and as an administrator, whom nothing holds."""
    import psycopg

    for who, address, sees in (("the owner", owner, False), ("an administrator", administrator, True)):
        with psycopg.connect(address, autocommit=True) as connection:
            count = sum(len(_keys(connection, table)) for table in (*OF_A_CONTACT, "trust_dossier"))
        held = "is not held: row-level security never holds a superuser" if sees else "is held too, by FORCE"
        said.say(f"{who}, told of nobody, sees {count} rows: {who} {held}", is_right=(count > 0) == sees)


if __name__ == "__main__":
    main()
