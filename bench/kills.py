"""Kills the worker in the middle of its work, again and again, and looks whether anything is half done.

    python -m bench.kills 200                       SQLite
    DATABASE_URL=postgresql://... python -m bench.kills 200

A police list is handed in, read, signed off, accepted and published with its quarter; then the quarter is
reopened, and the list sent back, which withdraws it. At each step a worker is started and killed with SIGKILL
after a random time, a few times over. A kill counts when a job was being done. After each one, and whenever a
step is finished, everything stored is held against the laws below. The database is a scratch one of its own;
the folder goes when all is well.
"""

from __future__ import annotations

import atexit
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "tests" / "pages" / "partnership.toml"
COVERS = "Covers,2026-01-01,2026-03-31,Supplied by,POL"
FEW = 3
"""How many indicators are counted."""
TRIES = 6
"""How often one step is killed before it is let go through."""


class HalfDone(Exception):
    """A law was broken; the message says which."""


def prepare(folder: Path, table: str = "missing_episodes") -> None:
    """An installation of its own: settings, database, three indicators of a table instead of all."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "sightline.config.settings",
        "SIGHTLINE_VAR": str(folder),
        "SIGHTLINE_PARTNERSHIP": str(SETTINGS),
    }
    if url := os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = _scratch_database(url)
    import django

    django.setup()
    from django.core.management import call_command

    from sightline.assurance.dataset import jobs

    call_command("migrate", verbosity=0)
    held = [(key, one) for key, one in jobs.INDICATORS.items() if one.table == table]
    jobs.INDICATORS = dict(held[:FEW])


def _scratch_database(url: str) -> str:
    import psycopg

    parts = urlsplit(url)
    name = f"{parts.path.lstrip('/')}_kills"
    server = psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True)
    owner = os.getpid()

    def drop() -> None:
        if os.getpid() == owner:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    drop()
    server.execute(f'CREATE DATABASE "{name}"')
    atexit.register(drop)
    return urlunsplit(parts._replace(path=f"/{name}"))


def police_list(number: int) -> bytes:
    """A list of a few episodes, unlike any other."""
    from sightline.exchange.templates import TEMPLATES

    titles = TEMPLATES["missing-list"].titles
    rows = [
        {"Local child ID": f"QX{number}-{row}", "Date of birth": "13/07/2011", "Sex": "F",
         "Reported missing at": f"0{row + 1}/03/2026 22:10", "Found at": f"0{row + 1}/03/2026 23:10"}
        for row in range(5)
    ]  # fmt: skip
    lines = [",".join(row.get(title, "") for title in titles) for row in rows]
    return "\n".join([COVERS, ",".join(titles), *lines, ""]).encode()


def worker() -> int:
    """Start a worker as a process of its own, which leaves when nothing is left to do; gives its id."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    os.setsid()
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    try:
        from sightline.config.cli.work import run

        run(once=True, interval=0.05)
    finally:
        os._exit(0)


def finish(pid: int) -> None:
    """Wait until a worker has done everything."""
    os.waitpid(pid, 0)


def kill_after(pid: int, seconds: float) -> bool:
    """Kill a worker after a time; whether a job was being done."""
    from django_tasks_db.models import DBTaskResult

    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return bool(DBTaskResult.objects.filter(status="RUNNING").exists())


def check() -> None:
    """Everything stored is whole. Raises `HalfDone`."""
    from django_tasks_db.models import DBTaskResult

    from sightline.assurance.dataset.models import Load, LoadedFile, LoadedSnapshot
    from sightline.core import chain
    from sightline.core.models import AuditEvent

    in_hand = {
        job.args_kwargs["args"][1] for job in DBTaskResult.objects.filter(status__in=("READY", "RUNNING"))
    }
    settled = 0
    for load in Load.objects.all():
        _check_load(load, in_hand)
        is_out = load.state == "withdrawn" and load.replaced_by_id is None
        settled += (load.state in ("confirmed", "withdrawn")) + is_out
    for snapshot in LoadedSnapshot.objects.all():
        _check_snapshot(snapshot)
    _check_quarters()
    confirmed = Load.objects.confirmed()
    current = LoadedSnapshot.objects.filter(state="current")
    _hold(current.count() == (1 if confirmed else 0), f"{current.count()} snapshots are current")
    counted = sorted(file.entry["sha256"] for file in LoadedFile.objects.filter(snapshot__in=current))
    handed_in = sorted(one.source.sha256 for load in confirmed for one in load.outcomes if one.source)
    _hold(counted == handed_in, "the current snapshot is not of the confirmed loads")
    done = AuditEvent.objects.filter(action="dataset.settle-load", outcome="done").count()
    _hold(done == settled, f"{done} audit events of {settled} decisions carried out")
    _hold(not DBTaskResult.objects.filter(status="FAILED").exists(), "a job has failed")
    verdict = chain.verify()
    _hold(verdict.is_intact, f"the audit log is broken: {verdict.wrong}")


def _check_load(load: Any, in_hand: set[int]) -> None:
    from sightline.core.models import StatusChange
    from sightline.facts.snapshot import open_snapshot

    changes = list(
        StatusChange.objects.filter(subject_kind="dataset_load", subject_key=str(load.pk))
        .order_by("pk")
        .values_list("to_state", flat=True)
    )
    order = ["received", "read", "confirmed", "withdrawn"]
    _hold(changes == order[: order.index(load.state) + 1], f"{load} is {load.state} after {changes}")
    is_cleared = load.replaced_by_id is not None and not load.part
    has_part = load.state == "received" or is_cleared or bool(open_snapshot(Path(load.part)))
    _hold(has_part, f"{load} has no part")
    waits = load.state == "received" or bool(load.asked)
    _hold(not waits or load.pk in in_hand, f"the job of {load} is lost")


def _check_quarters() -> None:
    from django_tasks_db.models import DBTaskResult

    from sightline.assurance.collection.models import Quarter, Return
    from sightline.assurance.dataset.models import LoadedSnapshot
    from sightline.core.models import AuditEvent, StatusChange

    waiting = DBTaskResult.objects.filter(status__in=("READY", "RUNNING"))
    jobs = {tuple(job.args_kwargs["args"]) for job in waiting}
    for quarter in Quarter.objects.select_related("snapshot"):
        lost = quarter.state == "publishing" and ("collection.publish", quarter.pk) not in jobs
        _hold(not lost, f"the job of {quarter} is lost")
        if quarter.state == "published":
            states = set(Return.objects.filter(quarter=quarter).values_list("state", flat=True))
            _hold(states <= {"published", "missing"}, f"{quarter} is published with {sorted(states)}")
            _hold(quarter.snapshot and quarter.snapshot.published_at, f"{quarter} has nothing published")
    done = AuditEvent.objects.filter(action="collection.finish-publication", outcome="done").count()
    moved = StatusChange.objects.filter(subject_kind="collection_quarter", to_state="published").count()
    published = LoadedSnapshot.objects.published()
    _hold(done == moved, f"{done} audit events of {moved} publications")
    _hold(published.count() <= moved, f"{published.count()} snapshots of {moved} publications")
    labels = [snapshot.label for snapshot in published]
    _hold(len(labels) == len(set(labels)), f"a label stands twice: {labels}")


def _check_snapshot(snapshot: Any) -> None:
    from sightline.assurance.dataset import jobs
    from sightline.assurance.dataset.models import Figure, LoadedFile
    from sightline.facts.snapshot import open_snapshot

    figures = Counter(Figure.objects.filter(snapshot=snapshot).values_list("indicator", flat=True))
    _hold(set(figures) == set(jobs.INDICATORS), f"{snapshot} has figures of {sorted(figures)} alone")
    _hold(all(count >= 3 for count in figures.values()), f"{snapshot} lacks months: {figures}")
    files = LoadedFile.objects.filter(snapshot=snapshot).count()
    _hold(files == len(open_snapshot(Path(snapshot.folder)).manifest.sources), f"{snapshot} lacks files")


def _hold(law: bool, told: str) -> None:
    if not law:
        raise HalfDone(told)


class Soak:
    """The rounds, and what has been counted of them."""

    def __init__(self, wanted: int, chance: random.Random) -> None:
        self.wanted, self.chance = wanted, chance
        self.landed: Counter[str] = Counter()
        self.started = 0
        self.takes: dict[str, float] = {}

    @property
    def is_done(self) -> bool:
        return self.landed.total() >= self.wanted

    def step(self, name: str, begin: Callable[[], object]) -> None:
        """Have something done, by workers that are killed before the last one is let go through."""
        begin()
        for _ in range(TRIES if name in self.takes else 0):
            self.started += 1
            pid = worker()
            if kill_after(pid, self.chance.uniform(0, 1.2 * self.takes[name])):
                self.landed[name] += 1
            check()
            if not _waiting():
                return
        began = time.monotonic()
        finish(worker())
        self.takes[name] = time.monotonic() - began
        check()
        _hold(not _waiting(), f"{name} was not finished by a worker that nobody killed")


def _waiting() -> bool:
    from django_tasks_db.models import DBTaskResult

    return bool(DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).exists())


def run(wanted: int, chance: random.Random) -> Soak:
    """Hand in, accept, publish and send back until enough kills have landed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from sightline.assurance.collection import commands
    from sightline.assurance.collection.models import Quality, Quarter, Return
    from sightline.core.audit import System

    by = System("the test of kills")
    _open_a_quarter(by)

    def item() -> Return:
        return Return.objects.select_related("quarter", "agreement__agency", "load").get()

    soak, number = Soak(wanted, chance), 0
    while not soak.is_done:
        number += 1
        upload = SimpleUploadedFile(f"missing-{number}-2026-04-20.csv", police_list(number))
        soak.step(
            "read",
            lambda sent=upload: commands.hand_in(
                item(), uploads=[sent], extracted_on=None, token=None, by=by
            ),
        )
        # Every other time something is left out, so that the quarter's own file is another one.
        quality = Quality.PARTIAL if number % 2 else Quality.COMPLETE
        signed = [commands.Signed(item(), quality, "Some rows are left out")]
        commands.sign_off(item().agency, quarter=item().quarter, signed=signed, by=by)
        soak.step("accept", lambda: commands.check(item(), by=by))
        soak.step("publish", lambda: commands.publish_quarter(Quarter.objects.get(), by=by))
        _hold(Quarter.objects.get().state == "published", f"not published: {Quarter.objects.get().trouble}")
        commands.reopen_quarter(Quarter.objects.get(), reason="Next", by=by)
        soak.step("send back", lambda: commands.send_back(item(), reason="Next", by=by))
    return soak


def _open_a_quarter(by: Any) -> None:
    """The quarter that the lists cover, for which the police owe one."""
    from sightline.assurance.collection import commands
    from sightline.assurance.collection.terms import Terms
    from sightline.core.models import Agency

    agency = Agency.objects.create(code="avpol", name="Addiscombe Vale police")
    given = Terms(
        kind="extract",
        item="missing-list",
        from_on=date(2026, 1, 1),
        limit="20 working days",
        agreed_on=date(2025, 12, 4),
        agreed_by="Executive",
    )
    commands.agree(agency, given=given, by=by)
    commands.open_quarter(first_on=date(2026, 1, 1), by=by)


def main() -> int:
    wanted = int(sys.argv[1]) if sys.argv[1:] else 200
    seed = int(sys.argv[2]) if sys.argv[2:] else 1
    with tempfile.TemporaryDirectory(prefix="sightline-kills-") as folder:
        prepare(Path(folder))
        from django.db import connection

        began = time.monotonic()
        try:
            soak = run(wanted, random.Random(seed))  # noqa: S311  # moments to kill at
        except HalfDone as broken:
            sys.stdout.write(f"HALF DONE: {broken}\n")
            return 1
        told = ", ".join(f"{count} during {name}" for name, count in sorted(soak.landed.items()))
        sys.stdout.write(
            f"{connection.vendor}: {soak.landed.total()} kills landed in {soak.started} tries ({told}):"
            f" nothing half done, nothing twice; {time.monotonic() - began:.0f} s, seed {seed}\n"
        )
        connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
