"""The demo's months at the front door: what is stored in bulk is what the commands would have stored."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import blake2b
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from sightline.assurance.dataset.counting import months_of
from sightline.config.cli import demo, demo_calls, demo_contacts, demo_people
from sightline.config.cli.demo_contacts_done import steps
from sightline.config.cli.demo_contacts_stored import Stored
from sightline.config.cli.demo_contacts_told import LEADS
from sightline.core import process
from sightline.core.audit import System
from sightline.example import borough
from sightline.example.front_door import begins, referrals
from sightline.example.front_door_calls import calls
from sightline.example.front_door_life import slow_month
from sightline.exchange.own_records import write_own
from sightline.facts.manifest import Window
from sightline.facts.person import Pseudonyms
from sightline.indicators.control_chart import Variation
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import run
from sightline.indicators.scorecard import chart_of, places_of
from tests.invented_contacts import thresholds_in_force

TODAY = date(2026, 6, 10)


@pytest.fixture
def cast(db, tmp_path, monkeypatch):
    """The people of the demo's front line, in post for years, with thresholds in force."""
    from sightline.core.models import RoleAssignment, TeamMember, User

    path = tmp_path / "partnership.toml"
    path.write_text(borough.partnership_toml())
    monkeypatch.setattr(settings, "PARTNERSHIP_FILE", path)
    monkeypatch.setattr(settings, "VAR", tmp_path, raising=False)
    demo._accounts(demo_people.ACCOUNTS, make_password("an invented phrase"), System("the tests"))
    cast = {user.email.partition("@")[0]: user for user in User.objects.all()}
    demo_people._teams(cast, TODAY)
    thresholds_in_force()
    RoleAssignment.objects.update(from_on=TODAY - timedelta(days=800))
    TeamMember.objects.update(from_on=TODAY - timedelta(days=800))
    return cast


@contextmanager
def it_is(moment):
    """Let everything that asks for the time be told this moment."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    with patch("django.utils.timezone.datetime", Clock):
        yield


def telling(whole):
    """A contact of every kind that there is: each decision, each reason against, each thing that is rare."""
    found = {}
    for one in whole:
        decided = one.decided
        if one.is_open:
            continue
        kinds = [
            decided.outcome,
            decided.not_accepted,
            one.rating,
            "immediate" if one.is_immediate else "",
            "dissent" if decided.dissent_at else "",
            "acknowledged" if one.acknowledged_at else "not acknowledged",
            "returned" if len(one.handed_over) > 1 else "",
            "named" if one.is_named else "not named",
            "withdrawn" if any(check.answered_at is None for check in one.checks) else "",
            "siblings" if len(one.subjects) > 1 else "",
            one.sender.agency or "the public",
        ]
        for kind in filter(None, kinds):
            found.setdefault(kind, one)
    missing = {"immediate", "dissent", "returned", "withdrawn", "other-authority", "no-consent"} - set(found)
    assert not missing
    return list({one.number: one for one in found.values()}.values())


def rows():
    """All rows that a contact leaves, in every column; teams by name, since each world has its own."""
    from sightline.core.models import ClockRun, StatusChange, Team
    from sightline.core.trust.actor import unguarded
    from sightline.core.trust.guarded import guarded_models
    from sightline.core.trust.models import Exclusion, Grant

    found, teams = {}, dict(Team.objects.values_list("pk", "name"))
    with unguarded("the tests"):
        for model in (*guarded_models(), Grant, Exclusion, ClockRun, StatusChange):
            for row in model._base_manager.all():
                name = model.__name__
                values = {field: getattr(row, field.attname) for field in model._meta.fields}
                found[name, str(row.pk)] = {
                    field.attname: teams.get(value) if field.related_model is Team else value
                    for field, value in values.items()
                }
    return found


def alike(found):
    """The rows in words, each random key by what it is the key of: two worlds are the same if these are."""
    names = dict.fromkeys((key for name, key in found if name not in NUMBERED), "?")
    # Which dossier it is shows in what hangs off it, and that in its dossier: so names grow.
    for _ in range(3):
        said, of_dossier = {}, defaultdict(list)
        for key, row in found.items():
            words = {name: names.get(str(value), value) for name, value in row.items() if name not in SECRET}
            said[key] = f"{key[0]} {sorted(words.items())!r}"
            of_dossier[str(row.get("dossier_id"))].append(said[key])
        names = {
            key: blake2b("".join([one, *sorted(of_dossier[key])]).encode(), digest_size=8).hexdigest()
            for (name, key), one in said.items()
            if name not in NUMBERED
        }
    return sorted(said.values())


NUMBERED = {"Grant", "Exclusion", "ClockRun", "StatusChange"}
SECRET = {"id", "reference", "key_id", "derived_from_id"}
"""Columns whose values are random; which grant comes from which is compared apart."""


def derived(found):
    """Which grants come from which, in words."""
    grants = {key: row for (name, key), row in found.items() if name == "Grant"}
    said = lambda row: (row["source"], row["team_id"], row["user_id"], row["from_at"], row["until_at"])  # noqa: E731
    return sorted(
        repr((said(row), said(grants[str(row["derived_from_id"])])))
        for row in grants.values()
        if row["derived_from_id"]
    )


@pytest.mark.django_db
def test_a_contact_stored_in_bulk_is_what_the_commands_would_have_stored(cast):
    from django.db import transaction

    from sightline.core.audit import deed

    chosen = telling(referrals(TODAY))
    worlds = []
    for way in ("bulk", "commands"):
        with transaction.atomic():
            door = demo_contacts.open_door(cast, TODAY - timedelta(days=800))
            before = rows()
            if way == "bulk":
                Stored(door).write(chosen)
            else:
                with deed():
                    for one in chosen:
                        for moment, do in steps(door, one):
                            with it_is(moment):
                                do()
            worlds.append({key: row for key, row in rows().items() if key not in before})
            transaction.set_rollback(True)
    bulk, commands = worlds
    assert len(bulk) == len(commands) > 500
    by_bulk, by_commands = alike(bulk), alike(commands)
    assert [one for one in by_bulk if one not in by_commands][:3] == []
    assert by_bulk == by_commands
    assert derived(bulk) == derived(commands)


def rings(door, one):
    """What the hub's worker does with a call, each step with its moment."""
    from sightline.core.models import Agency
    from sightline.frontline.consultation import commands

    agency = Agency.objects.get(code=one.sender.agency)
    logged = {"team": door.hub, "agency": agency, "wait_seconds": one.wait_seconds, "at": one.called_at}
    if one.was_abandoned:
        with it_is(one.called_at), demo_people.working_as(door.worker) as worker:
            commands.log_abandoned(**logged, by=worker)
        return
    account = LEADS.get(one.sender.agency)
    with it_is(one.called_at), demo_people.working_as(door.worker) as worker:
        call = commands.log_call(
            said={"caller": one.sender.who, "question": one.question, "advice": one.advice},
            reached={"role": one.sender.who},
            account=door.cast[account].pk if account else None,
            **logged,
            by=worker,
        )
    with it_is(one.called_at + demo_calls.TALKED), demo_people.working_as(door.worker) as worker:
        commands.close_call(call, by=worker)


@pytest.mark.django_db
def test_a_call_stored_in_bulk_is_what_the_commands_would_have_stored(cast):
    from django.db import transaction

    from sightline.core.audit import deed

    whole = list(calls(TODAY))
    chosen = [*whole[:12], next(one for one in whole if one.was_abandoned)]
    assert any(one.sender.agency in LEADS for one in chosen)
    assert any(one.sender.agency not in LEADS for one in chosen)
    worlds = []
    for way in ("bulk", "commands"):
        with transaction.atomic():
            door = demo_contacts.open_door(cast, TODAY - timedelta(days=800))
            before = rows()
            stored = Stored(door)
            with deed():
                for one in chosen:
                    demo_calls.keep(stored, one) if way == "bulk" else rings(door, one)
            stored.save()
            worlds.append({key: row for key, row in rows().items() if key not in before})
            transaction.set_rollback(True)
    bulk, commands = map(alike, worlds)
    assert [one for one in bulk if one not in commands][:3] == []
    assert bulk == commands


DECIDED = "decision-in-one-working-day"
CALLS = ("consultation-calls-answered", "consultation-calls-abandoned")
CALLS += ("consultation-calls-answered-in-60-seconds",)


def published(today, folder):
    """The figures of each whole month that the front door publishes, by indicator."""
    tables = process.facts(Window(begins(today), today - timedelta(days=1)), Pseudonyms(bytes(32), "999"))
    snapshot = write_own(folder, "999", "front-door", today, tables)
    months = months_of(snapshot.manifest)
    figures = run(snapshot, [INDICATORS[key] for key in (DECIDED, *CALLS)], months, ())
    found = defaultdict(list)
    for figure in figures:
        if not figure.refused:
            found[figure.indicator].append(figure)
    return found


@pytest.mark.django_db
def test_the_months_are_played_with_open_contacts_in_every_state_some_of_them_late(cast, tmp_path):
    from sightline.core.models import ClockRun
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import Contact

    assert not demo_contacts.is_played()
    demo_contacts.play(cast, timezone.localdate())
    assert demo_contacts.is_played()
    with unguarded("the tests"):
        states = list(Contact.objects.values_list("state", flat=True))
        still_open = {
            str(key) for key in Contact.objects.exclude(state="closed").values_list("pk", flat=True)
        }
    assert set(states) == set(Contact.States.values)
    assert 1_900 < len(states) < 2_400
    assert 15 <= len(still_open) <= 45
    running = ClockRun.objects.running().filter(subject_kind="referral_contact")
    assert set(running.values_list("subject_key", flat=True)) <= still_open
    assert running.filter(clock="referral-decision", due_at__lt=timezone.now()).exists()
    assert running.filter(clock="referral-decision", due_at__gt=timezone.now()).exists()
    figures = published(timezone.localdate(), tmp_path)
    decided = chart_of(INDICATORS[DECIDED], places_of(figures[DECIDED]))
    signals = [point.label for point in decided.points if point.signals]
    assert signals == [f"{slow_month(timezone.localdate()):%Y-%m}"]
    assert sum(point.reading is not Variation.NOT_JUDGED for point in decided.points) >= 14
    for key in CALLS:
        assert len([figure for figure in figures[key] if figure.value is not None]) >= 15, key
