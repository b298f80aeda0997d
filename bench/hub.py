"""The hub's pages over 650,000 referrals, England's number of a year: `make bench-hub`.

Makes a year of the example's front door in a scratch PostgreSQL database, then copies its rows inside the
database, each under a key of its own and with another date of birth, until there are as many referrals as
asked for, all held by one team: worse than any hub will meet. 500 of them are open. Then asks for every page
of the front door and of people, each as whoever may open it, by a role that row-level security binds, and
prints the middle of five times beside the limit, and how many queries the page takes.

Left out of the copies: the changes of state of the closed ones and their clocks, of which the mirror finds
fewer than there would be; sealed answers stand empty. Every fourth copy has children of its own, whom the
next three name as well. Options: `python -m bench.hub --help`.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.web import SEARCH_LIMIT_MS, _application_role, _database

LIMIT_MS, QUEUE_MS, QUEUE_QUERIES = 300, 200, 15
QUEUE = "referral:contacts"
FILTERS = ("state=closed", "state=gathering", "whose=sent", "reference=AF3", "page=9")
OPEN_FROM = 1_000_000
"""The number of the first copy of an open contact, which no closed one has."""
WARM_UP = 8
"""So often a page is opened before it is measured: then PostgreSQL plans its statements no more."""

FAMILY = 4
"""So many copies of a contact name the same copy of a child."""
APPS = ("referral", "people", "consultation", "escalation", "mirror")
READERS = ("hub-manager", "hub-worker", "police-unit", "orchard-lead", "team-manager")
SEARCHES = (
    {"given_names": "Amelia", "family_name": "Smith"},
    {"given_names": "Mohammed", "family_name": "Khan"},
    {"family_name": "Ashton", "born_on_day": "4", "born_on_month": "5", "born_on_year": "2016"},
)
BY = "a measurement of speed"


def main() -> None:
    asked = _options()
    if asked.command == "seed":
        _seed(asked.referrals, asked.open)
        return
    if asked.command == "measure":
        raise SystemExit(0 if _measure(asked.only) else 1)
    from sightline.example.borough import partnership_toml

    with _folder(asked.keep) as folder, _held(asked) as (database, is_new):
        settings = Path(folder) / "partnership.toml"
        settings.write_text(partnership_toml())
        env = os.environ | {
            "DATABASE_URL": database,
            "SIGHTLINE_VAR": folder,
            "SIGHTLINE_PARTNERSHIP": str(settings),
            "DJANGO_SETTINGS_MODULE": "sightline.config.settings",
            "FRONT_LINE": "on",
        }
        number = ("--referrals", str(asked.referrals), "--open", str(asked.open))
        if is_new:
            subprocess.run([sys.executable, "-m", "bench.hub", "seed", *number], env=env, check=True)
        asked.plane = "front-line"
        with _application_role(env, asked) as served:
            command = [sys.executable, "-m", "bench.hub", "measure", "--only", asked.only]
            done = subprocess.run(command, env=os.environ | dict(served), check=False)
    raise SystemExit(done.returncode)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure the hub's pages over a year of England's referrals."
    )
    parser.add_argument("command", nargs="?", default="all", choices=["all", "seed", "measure"])
    parser.add_argument("--referrals", type=int, default=650_000)
    parser.add_argument("--open", type=int, default=500, help="how many of them are open")
    parser.add_argument(
        "--server",
        default="postgresql://postgres@127.0.0.1:5432/postgres",
        help="a PostgreSQL server on which a scratch database may be made",
    )
    parser.add_argument("--keep", default="", help="make it under this name, or use it if it is there")
    parser.add_argument("--only", default="", help="measure the pages alone whose routes contain this")
    return parser.parse_args()


@contextmanager
def _folder(kept: str) -> Iterator[str]:
    """Where the installation keeps its keys; beside a database that is kept, they are."""
    if not kept:
        with tempfile.TemporaryDirectory() as folder:
            yield folder
        return
    found = Path(tempfile.gettempdir()) / f"sightline-{kept}"
    found.mkdir(exist_ok=True)
    yield str(found)


@contextmanager
def _held(asked: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """A database, and whether it is still to be filled; one that is not to be kept is dropped at the end."""
    if not asked.keep:
        with _database(asked.server) as database:
            yield database, True
        return
    import psycopg

    with psycopg.connect(asked.server, autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [asked.keep])
        is_new = found.rowcount == 0
        if is_new:
            connection.execute(f'CREATE DATABASE "{asked.keep}"')
    yield urlsplit(asked.server)._replace(path=f"/{asked.keep}").geturl(), is_new


def _seed(referrals: int, still_open: int) -> None:
    """Make the year, and copy it."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from sightline.config.cli import demo, demo_contacts, demo_people, demo_thresholds
    from sightline.core.audit import System
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import Contact

    call_command("migrate", verbosity=0)
    demo._accounts({**demo.ASSURANCE, **demo_people.ACCOUNTS}, "a scratch phrase", System(BY))
    for story in (demo_thresholds.play, demo_people._teams, demo_contacts.play):
        demo._play(story)
    began = time.monotonic()
    with unguarded(BY), connection.cursor() as cursor:
        with _unindexed(cursor):
            _copy_all(cursor, referrals, still_open)
        cursor.execute("VACUUM ANALYZE")  # as the database does by itself within minutes
        contacts = Contact.objects.all()
        print(
            f"{contacts.count():,} referrals, {contacts.exclude(state='closed').count()} of them open,"
            f" copied in {time.monotonic() - began:.0f} s",
            flush=True,
        )


@contextmanager
def _unindexed(cursor: Any) -> Iterator[None]:
    """Store without the indexes that hold nothing together, and without checking what was checked already."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace s ON s.oid = c.relnamespace"
        " WHERE s.nspname = 'public' AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
    )
    indexes = cursor.fetchall()
    cursor.execute("SET session_replication_role = replica; SET jit = off")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET session_replication_role = origin; SET maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        cursor.execute(definition)


def _copy_all(cursor: Any, referrals: int, still_open: int) -> None:
    from sightline.frontline.referral.models import Contact

    waiting = Contact.objects.exclude(state="closed").count()
    closed = Contact.objects.count() - waiting
    _mark(cursor)
    _copy(cursor, "open", -(-still_open // waiting))
    _copy(cursor, "closed", -(-(referrals - still_open) // closed))


def _mark(cursor: Any) -> None:
    """Note which dossiers are of open contacts, of closed ones, and of people."""
    cursor.execute(
        "CREATE TEMP TABLE original AS SELECT d.id, CASE WHEN d.kind = 'person' THEN 'person'"
        " WHEN c.state = 'closed' THEN 'closed' ELSE 'open' END AS sort"
        " FROM trust_dossier d LEFT JOIN referral_contact c ON c.dossier_id = d.id"
    )
    cursor.execute("CREATE UNIQUE INDEX ON original (id)")
    cursor.execute("ANALYZE original")
    cursor.execute(
        "CREATE TEMP TABLE common AS SELECT key FROM people_personkey GROUP BY key HAVING count(*) > 2"
    )
    cursor.execute("CREATE TEMP TABLE granted AS SELECT max(id) AS most FROM trust_grant")


def _copy(cursor: Any, sort: str, copies: int) -> None:
    """Copy the contacts of a sort so often, less the one that is there; with the closed ones, the people."""
    from sightline.core.models import ClockRun, StatusChange
    from sightline.core.trust.guarded import guarded_models
    from sightline.core.trust.models import Grant

    first = 1 if sort == "closed" else OPEN_FROM
    span = f"generate_series({first}, {first + copies - 2}) AS n"
    for model in (*guarded_models(), Grant):
        _insert(cursor, model, f"{span}, original o", f"o.sort = '{sort}'")
        if sort == "closed":
            _insert(cursor, model, f"{span}, original o", f"o.sort = 'person' AND n % {FAMILY} = 0")
    for model in (ClockRun, StatusChange) if sort == "open" else ():
        _insert_by_subject(cursor, model, span)


def _insert(cursor: Any, model: Any, source: str, condition: str) -> None:
    """Copy the rows of a table that belong to certain dossiers."""
    columns = {one.column: _copied(one) for one in model._meta.concrete_fields}
    of_dossier = "id" if model.__name__ == "Dossier" else "dossier_id"
    if of_dossier in columns:
        _write(cursor, model, columns, f"{source} WHERE o.id = t.{of_dossier} AND {condition}")


def _insert_by_subject(cursor: Any, model: Any, span: str) -> None:
    """Copy what is known of open records by their kind and key."""
    names = [one.column for one in model._meta.concrete_fields if one.column != "id"]
    columns = {name: f't."{name}"' for name in names} | {"subject_key": f"{_key('t.subject_key')}::text"}
    for subject in ("referral_contact", "referral_request", "referral_handover"):
        source = (
            f"{span}, {subject} r, original o WHERE t.subject_kind = '{subject}'"
            " AND t.subject_key = r.id::text AND o.id = r.dossier_id AND o.sort = 'open'"
        )
        _write(cursor, model, columns, source)


def _write(cursor: Any, model: Any, columns: Mapping[str, str], source: str) -> None:
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(columns.values())} FROM "{table}" t, {source}'
    )


def _key(column: str, copy: str = "n") -> str:
    """The key of a copy, which whoever leads to it works out as well."""
    return f"md5({column}::text || ':' || {copy})::uuid"


def _copied(one: Any) -> str:
    """What a column holds in a copy."""
    from sightline.core.trust.guarded import Guarded
    from sightline.core.trust.sealed import SealedText

    column, model = f't."{one.column}"', one.model.__name__
    if model == "Grant" and one.column in ("id", "derived_from_id"):
        return f"{column} + n * (SELECT most FROM granted)"
    if one.column == "person_dossier_id":
        of_copy = _key(column, f"(n - n % {FAMILY})")
        return f"CASE WHEN n < {FAMILY} OR n >= {OPEN_FROM} THEN {column} ELSE {of_copy} END"
    if one.primary_key or (one.related_model and issubclass(one.related_model, Guarded)):
        return _key(column)
    if one.column == "reference":
        return f"{column} || '-' || n"
    if one.column == "born_on":
        return f"{column} + (n / {FAMILY} * 37 % 2000)::int"
    if model in ("PersonKey", "Told") and one.column == "key":
        is_common = f"{column} = '' OR {column} IN (SELECT key FROM common)"
        of_copy = f"left(md5({column} || (n - n % {FAMILY})), 16)"
        return f"CASE WHEN {is_common} THEN {column} ELSE {of_copy} END"
    return "''::bytea" if isinstance(one, SealedText) else column


@dataclass
class Page:
    """A page as somebody opens it, and what it took. `post`: what is typed into it and sent."""

    route: str
    reader: str
    address: str
    post: Mapping[str, str] | None = None
    queries: int = 0
    times: list[float] = field(default_factory=list)
    slowest: str = ""

    @property
    def middle(self) -> float:
        """The middle of its times, in milliseconds."""
        return 1000 * statistics.median(self.times)

    @property
    def limit(self) -> int:
        """How long it may take, in milliseconds."""
        if self.post:
            return SEARCH_LIMIT_MS
        return QUEUE_MS if self.route == QUEUE else LIMIT_MS

    @property
    def is_kept(self) -> bool:
        """Whether it takes no longer, and the queue no more queries."""
        return self.middle <= self.limit and (self.route != QUEUE or self.queries <= QUEUE_QUERIES)


def _measure(only: str) -> bool:
    """Ask for every page, and print what the slowest address of each took; whether all limits are kept."""
    import django

    django.setup()
    logging.disable(logging.WARNING)  # a page that somebody may not open is not found, and said to be
    print(f"{os.cpu_count()} cores, of which others kept {os.getloadavg()[0]:.1f} busy", flush=True)
    print(f"{'page':<34}{'as':<14}{'ms':>6}{'limit':>7}{'queries':>9}", flush=True)
    is_kept, seen = True, set()
    for (route, reader), pages in groupby(_pages(only), key=lambda page: (page.route, page.reader)):
        if opened := [page for page in pages if _ask(page)]:
            worst = max(opened, key=lambda page: page.middle)
            seen.add(route)
            is_kept &= all(page.is_kept for page in opened)
            told = f"{route:<34}{reader:<14}{worst.middle:>6.0f}{worst.limit:>7}{worst.queries:>9}"
            print(told + ("" if worst.is_kept else f"  MISSED: {worst.slowest}"), flush=True)
    print(f"opened by nobody here: {', '.join(sorted(_routes(only) - seen)) or 'none'}")
    print("all limits kept" if is_kept else "a limit was MISSED")
    return is_kept


def _routes(only: str) -> set[str]:
    from sightline.core.routes import all_routes

    of_apps = {one for one in all_routes() if one in ("home", "worklist") or one.partition(":")[0] in APPS}
    return {name for name in of_apps if only in name}


def _pages(only: str) -> Iterator[Page]:
    """Every page of the front door, by whoever might open it; of a record, one in each state."""
    keys = _keys()
    for route in sorted(_routes(only)):
        addresses = list(_addresses(route, keys.get(route.partition(":")[0], ())))
        for reader in READERS:
            yield from (Page(route, reader, address) for address in addresses)
    for asked in SEARCHES if only in "people:search" else ():
        yield Page("people:search", "hub-manager", "/people/search/", asked)


def _addresses(route: str, keys: Sequence[Any]) -> Iterator[str]:
    """Where a page stands: by itself, or about each of these records."""
    from django.urls import NoReverseMatch, reverse

    for given in ([], *([key] for key in keys)):
        try:
            address = reverse(route, args=given)
        except NoReverseMatch:
            continue
        yield address
        if route == QUEUE:
            yield from (f"{address}?{asked}" for asked in FILTERS)


def _keys() -> Mapping[str, Sequence[Any]]:
    """A contact in each state, what waits in one, and a person; by the app whose pages are about them."""
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import Contact, HandOver, Request
    from sightline.people.models import Person

    with unguarded(BY):
        contacts = [Contact.objects.filter(state=state).first() for state in Contact.States]
        asked, offered = Request.objects.filter(state="asked"), HandOver.objects.filter(state="offered")
        found = [*contacts, asked.first(), offered.first()]
        return {
            "referral": [one.pk for one in found if one],
            "people": [one.pk for one in Person.objects.all()[:1]],
        }


_CLIENTS: dict[str, Any] = {}


def _client(reader: str) -> Any:
    from django.test import Client

    from sightline.core.models import User
    from sightline.core.trust.middleware import PURPOSE

    if reader not in _CLIENTS:
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email=f"{reader}@addiscombe-vale.example"))
        session = client.session
        session[PURPOSE] = "protect"
        session.save()
        _CLIENTS[reader] = client
    return _CLIENTS[reader]


def _ask(page: Page) -> bool:
    """Open a page to see what it takes, then until its statements are prepared, then by the clock.

    Whether it opens.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _client(page.reader)
    ask = partial(client.post, page.address, page.post) if page.post else partial(client.get, page.address)
    if ask().status_code != 200:
        return False
    with CaptureQueriesContext(connection) as queries:
        ask()
    page.queries = len(queries)
    slow = max(queries.captured_queries, key=lambda one: float(one["time"]))
    page.slowest = f"{page.address} {slow['time']} s: {slow['sql'][:900]}"
    for _ in range(WARM_UP):
        ask()
    for _ in range(5):
        began = time.perf_counter()
        ask()
        page.times.append(time.perf_counter() - began)
    return True


if __name__ == "__main__":
    main()
