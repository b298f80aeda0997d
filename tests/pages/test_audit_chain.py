"""The audit chain: whatever is done to the stored log shows; what shows only with an anchor is said."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections, transaction

from sightline.core import chain, commands
from sightline.core.anchors import anchor_now
from sightline.core.audit import Outcome, System, deed, record_event
from sightline.core.command import Refused
from sightline.core.guard import lift_guard
from sightline.core.models import AuditEvent, ChainHead
from sightline.core.permissions import Role
from tests.conftest import PARTNERSHIP
from tests.pages.tampering import KINDS, SHOWS_ONLY_WITH_AN_ANCHOR, run

ROOT = Path(__file__).parents[2]
SYSTEM = System("a test")
EVENTS = 12
TIMES = int(os.environ.get("SIGHTLINE_TAMPERINGS", "20"))
"""How often each kind of tampering is tried; `make soak-audit` tries it a thousand times."""


@pytest.fixture
def log(cast) -> None:
    """A log of events of every form: by people, by the system, by nobody; done and refused; with detail."""
    people = [cast.analyst, cast.board_manager, SYSTEM, None]
    for number in range(EVENTS):
        record_event(
            f"test.deed-{number % 5}",
            people[number % len(people)],
            outcome=Outcome.REFUSED if number % 3 == 0 else Outcome.DONE,
            subject=cast.member if number % 2 else None,
            detail={"number": number, "word": "é"},
        )


@pytest.fixture
def empty_folder(tmp_path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def unguarded(log) -> None:
    lift_guard(connection)  # undone with the test's transaction


def test_events_are_numbered_without_a_gap_and_each_is_sealed_with_the_one_before(log):
    events = list(AuditEvent.objects.all())
    assert [event.seq for event in events] == list(range(1, EVENTS + 1))
    assert len({event.mac for event in events}) == EVENTS
    assert chain.verify(anchor_now()) == chain.Verdict(EVENTS)
    head = ChainHead.objects.get()
    assert (head.seq, head.mac) == (EVENTS, events[-1].mac)


def test_a_code_can_be_worked_out_by_anybody_with_the_key():
    """The worked example of docs/adr/0010-audit-chain.md, worked with openssl."""
    event = AuditEvent(
        seq=1,
        at=datetime(2026, 3, 31, 9, 30, tzinfo=UTC),
        actor_id=7,
        action="core.give-role",
        object_kind="core_user",
        object_key="9",
        agency_id=None,
        outcome="done",
        detail={"role": "member"},
    )
    worked = "dd4178a6140a60029b646f00a93b0a29ad9cf60315b565bcaae3b0d24b2adf4f"
    assert chain.mac(bytes(range(32)), event, chain.START) == worked


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Role.MEMBER, "member"),
        (date(2026, 3, 31), "2026-03-31"),
        (1e22, "1e+22"),
        (Decimal("1.50"), "1.50"),
        ([1, (True, None)], [1, [True, None]]),
        ({3: "x"}, {"3": "x"}),
    ],
)
def test_a_detail_is_kept_as_both_databases_give_it_back(db, given, kept):
    record_event("test.deed", SYSTEM, detail={"value": given})
    assert AuditEvent.objects.get().detail == {"value": kept, "system": "a test"}
    assert chain.verify().is_intact


def test_a_record_cannot_slip_into_the_detail(cast):
    with pytest.raises(TypeError, match="keys and codes"):
        record_event("test.deed", SYSTEM, detail={"who": cast.member})
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_shows(kind, unguarded):
    random = Random(kind)
    anchor = anchor_now()
    alone = anchored = 0
    for _ in range(TIMES):
        with transaction.atomic():
            KINDS[kind](random)
            alone += not chain.verify().is_intact
            anchored += not chain.verify(anchor).is_intact
            transaction.set_rollback(True)
    print(f"\n{connection.vendor}: {kind}: shown {anchored} of {TIMES} with an anchor, {alone} without")
    assert anchored == TIMES
    assert alone == (0 if kind in SHOWS_ONLY_WITH_AN_ANCHOR else TIMES)
    assert chain.verify(anchor).is_intact


@pytest.mark.parametrize(
    ("statement", "broken_at", "said"),
    [
        ("UPDATE core_auditevent SET action = 'x' WHERE seq = 5", 5, "altered"),
        ("UPDATE core_auditevent SET action = 'x' WHERE seq = 1", 1, "altered, or sealed with another key"),
        ("DELETE FROM core_auditevent WHERE seq = 5", 5, "missing: event 5"),
        ("DELETE FROM core_auditevent WHERE seq IN (5, 6, 7)", 5, "missing: events 5 to 7"),
        ("DELETE FROM core_auditevent WHERE seq > 10", 11, "missing: events 11 to 12"),
        (
            "UPDATE core_auditevent SET seq = 13 WHERE seq = 5",
            5,
            "out of order: what belongs here stands at 13",
        ),
        ("UPDATE core_chainhead SET mac = 'x'", 12, "not the one that the end of the chain names"),
    ],
)
def test_the_first_event_that_does_not_fit_is_named_with_what_is_wrong(unguarded, statement, broken_at, said):
    run(statement)
    verdict = chain.verify()
    assert verdict.broken_at == broken_at
    assert said in verdict.wrong


def test_an_event_in_another_place_is_found_there(unguarded):
    for old, new in ((3, -1), (7, 3), (-1, 7)):
        run("UPDATE core_auditevent SET seq = %s WHERE seq = %s", new, old)
    verdict = chain.verify()
    assert (verdict.broken_at, verdict.wrong) == (3, "out of order: what belongs here stands at 7")


def test_after_a_restore_of_an_older_backup_the_lost_range_is_named(unguarded):
    anchor = anchor_now()
    KINDS["cut the tail"](Random(1))
    left = ChainHead.objects.get().seq
    verdict = chain.verify(anchor)
    assert verdict.differs
    first = f"event{'s' if left < EVENTS - 1 else ''} {left + 1}"
    assert f"shorter than the anchor; missing: {first}" in verdict.wrong


def test_an_end_that_was_cut_and_has_grown_again_differs_from_the_anchor(unguarded):
    anchor = anchor_now()
    KINDS["cut the tail"](Random(1))
    while ChainHead.objects.get().seq < EVENTS + 3:
        record_event("test.deed", SYSTEM)
    verdict = chain.verify(anchor)
    assert (verdict.differs, verdict.events) == (True, EVENTS + 3)
    assert "differs from the anchor: event 12 or one before it" in verdict.wrong


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_auditevent SET action = 'x'", "DELETE FROM core_auditevent", "TRUNCATE core_auditevent"],
)
def test_the_database_itself_refuses_to_change_an_event(log, statement):
    if statement.startswith("TRUNCATE") and connection.vendor != "postgresql":
        pytest.skip("skipped: only PostgreSQL can truncate")
    connection.check_constraints()  # PostgreSQL truncates nothing while a foreign key waits to be checked
    with (
        pytest.raises(DatabaseError, match="audit events are never changed or removed"),
        transaction.atomic(),
    ):
        run(statement)
    assert chain.verify().events == EVENTS


def test_a_log_from_before_the_chain_is_refused_with_what_to_do(log):
    migration = import_module("sightline.core.migrations.0003_audit_chain")
    with pytest.raises(ImproperlyConfigured, match=r"start anew.*sightline demo --afresh"):
        migration.refuse_events_without_a_chain(apps, None)


def test_the_events_of_a_deed_are_stored_at_its_end_in_their_order(db):
    with deed():
        commands.enter_agencies(by=SYSTEM)
        assert not AuditEvent.objects.exists()
        record_event("test.deed", SYSTEM)
    actions = list(AuditEvent.objects.values_list("action", flat=True))
    assert actions == [*["core.add-agency"] * 4, "core.enter-agencies", "test.deed"]


def test_a_deed_that_fails_leaves_its_refusals_and_nothing_else(cast):
    def close_both() -> None:
        with deed():
            commands.close_account(cast.analyst, by=SYSTEM)
            commands.close_account(cast.member, by=cast.analyst)

    with pytest.raises(Refused):
        close_both()
    assert list(AuditEvent.objects.values_list("action", "outcome")) == [("core.close-account", "refused")]
    cast.analyst.refresh_from_db()
    assert cast.analyst.is_active


def test_a_part_that_failed_and_was_caught_leaves_no_event(cast):
    def fail_half_way() -> None:
        with deed():
            commands.close_account(cast.analyst, by=SYSTEM)
            raise ValueError("half way")

    with deed():
        with pytest.raises(ValueError, match="half way"):
            fail_half_way()
        commands.close_account(cast.member, by=SYSTEM)
    assert [event.object_key for event in AuditEvent.objects.all()] == [str(cast.member.pk)]


def test_a_lost_key_stops_the_log_rather_than_break_it(log, settings, empty_folder):
    settings.AUDIT_KEY, settings.VAR = None, empty_folder
    with pytest.raises(chain.NoKey):
        chain.verify()
    with pytest.raises(chain.NoKey, match="not there"):
        record_event("test.deed", SYSTEM)
    assert not list(empty_folder.iterdir())


def test_for_trying_out_a_key_is_made_once_for_its_owner_alone(db, settings, empty_folder):
    settings.AUDIT_KEY, settings.VAR = None, empty_folder
    for _ in range(2):
        record_event("test.deed", SYSTEM)
    (file,) = empty_folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert chain.verify().events == 2
    file.write_text("no key")
    with pytest.raises(chain.NoKey, match="expected 64 hexadecimal digits"):
        record_event("test.deed", SYSTEM)


def test_memory_does_not_grow_with_the_log(db):
    """20,000 events more take no more than a part of them at once."""
    import tracemalloc

    def peak() -> int:
        tracemalloc.start()
        chain.verify()
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    def grow(to: int) -> None:
        while (ChainHead.objects.first() or ChainHead()).seq < to:
            chain.append([AuditEvent(action="test.deed", outcome="done") for _ in range(1000)])

    grow(4000)
    small = peak()
    grow(16000)
    assert peak() < 1.5 * small


def append_many(number: int) -> None:
    try:
        for _ in range(20):
            with transaction.atomic():
                record_event(f"test.appender-{number}", SYSTEM)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_eight_appenders_at_once_leave_one_chain_without_a_gap_on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("skipped: needs PostgreSQL (SQLite is tested with processes)")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append_many, range(8)))
    assert chain.verify() == chain.Verdict(160)


APPENDER = """
import django; django.setup()
from sightline.core.audit import System, record_event
for _ in range(20):
    record_event("test.appender", System("a process"))
"""


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="has a SQLite file of its own, whatever else runs")
def test_eight_processes_at_once_leave_one_chain_without_a_gap_on_sqlite(tmp_path):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SIGHTLINE", "DATABASE_URL"))}
    env = kept | {
        "SIGHTLINE_VAR": str(tmp_path),
        "SIGHTLINE_PARTNERSHIP": str(PARTNERSHIP),
        "DJANGO_SETTINGS_MODULE": "sightline.config.settings",
        "PYTHONPATH": str(ROOT),
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=env, check=True)
    processes = [subprocess.Popen([sys.executable, "-c", APPENDER], env=env) for _ in range(8)]
    assert [process.wait(timeout=120) for process in processes] == [0] * 8
    asked = [sys.executable, "-m", "sightline", "audit", "verify"]
    said = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True)
    assert said.stdout.startswith("160 events, intact"), said.stdout + said.stderr
