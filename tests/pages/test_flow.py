"""A record moves through its states, and its clocks run from what happened, not from its recording."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, models
from django.utils import timezone

from sightline.clocks import Limit, LooserThanStatute
from sightline.config.reference import states_page
from sightline.core.audit import System
from sightline.core.flow import NotAllowed, Transitions, begin, diagram, move
from sightline.core.models import ClockRun, Immutable, StatusChange

LONDON = ZoneInfo("Europe/London")


class Referral(models.Model):
    """A process in miniature: received, decided, assessed."""

    class States(models.TextChoices):
        RECEIVED = "received", "Received"
        ASKED = "asked", "Asked"
        DECIDED = "decided", "Decided"
        SIGNED_OFF = "signed-off", "Signed off"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.RECEIVED): "referral-received",
        (None, States.ASKED): "agency-asked",
        (States.RECEIVED, States.DECIDED): "referral-decided",
        (States.DECIDED, States.SIGNED_OFF): "assessment-signed-off",
    }
    state = models.CharField(max_length=20, choices=States.choices, default=States.RECEIVED)

    class Meta:
        app_label = "planted"

    def __str__(self) -> str:
        return "The referral"


@pytest.fixture(scope="module", autouse=True)
def table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Referral)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Referral)


MONDAY = datetime(2026, 3, 2, 16, 20, tzinfo=LONDON)


@pytest.fixture
def referral(cast):
    record = Referral()
    begin(record, cast.analyst, at=MONDAY, only_clocks=["referral-decision", "assessment"])
    return record


def runs() -> dict[str, ClockRun]:
    return {run.clock: run for run in ClockRun.objects.all()}


def test_a_referral_starts_the_clocks_that_name_its_arrival(referral):
    started = runs()
    assert set(started) == {"referral-decision", "assessment"}
    assert {run.started_at for run in started.values()} == {MONDAY}
    assert started["referral-decision"].due_on == date(2026, 3, 3)
    assert started["referral-decision"].due_at == datetime(2026, 3, 3, 23, 59, 59, tzinfo=LONDON)


def test_a_tighter_local_limit_sets_the_day(referral):
    # 40 working days from Monday 2 March 2026, without Good Friday (3 April) and Easter Monday (6 April).
    assert runs()["assessment"].due_on == date(2026, 4, 29)


def test_the_decision_stops_its_own_clock_alone(referral, cast):
    decided = MONDAY + timedelta(hours=20)
    move(referral, Referral.States.DECIDED, cast.analyst, "The threshold is met", at=decided)
    assert runs()["referral-decision"].stopped_at == decided
    assert runs()["assessment"].stopped_at is None
    assert Referral.objects.get().state == "decided"


def test_every_move_leaves_a_status_change_that_nobody_can_alter(referral, cast):
    move(referral, "decided", cast.analyst, "The threshold is met")
    first, second = StatusChange.objects.all()
    assert (first.from_state, first.to_state, first.event) == ("", "received", "referral-received")
    assert (second.from_state, second.to_state, second.reason) == (
        "received",
        "decided",
        "The threshold is met",
    )
    assert second.by == cast.analyst
    second.reason = "Another"
    for change in (second.save, second.delete, StatusChange.objects.all().delete):
        with pytest.raises(Immutable):
            change()
    with pytest.raises(Immutable):
        StatusChange.objects.update(reason="Another")


def test_a_step_that_the_table_does_not_hold_changes_nothing(referral, cast):
    with pytest.raises(NotAllowed, match="cannot pass from received to signed-off; expected decided"):
        move(referral, "signed-off", cast.analyst)
    assert Referral.objects.get().state == "received"
    assert StatusChange.objects.count() == 1


def test_who_decides_second_on_the_same_record_is_told(referral, cast):
    same = Referral.objects.get()
    move(referral, "decided", cast.analyst)
    with pytest.raises(NotAllowed, match="somebody else has moved it meanwhile"):
        move(same, "decided", cast.board_manager)
    assert StatusChange.objects.count() == 2


def test_an_event_cannot_lie_ahead(referral, cast):
    with pytest.raises(ValueError, match="lies ahead"):
        move(referral, "decided", cast.analyst, at=timezone.now() + timedelta(minutes=5))


def test_a_clock_without_any_limit_runs_without_a_due_day(cast):
    begin(Referral(state="asked"), cast.analyst, at=MONDAY, only_clocks=["mash-response-red"])
    run = runs()["mash-response-red"]
    assert (run.due_on, run.due_at, run.stopped_at) == (None, None, None)


def test_a_clock_that_the_event_does_not_start_is_a_mistake(cast):
    with pytest.raises(ValueError, match="referral-received does not start return-interview"):
        begin(Referral(), cast.analyst, only_clocks=["return-interview"])
    assert not Referral.objects.exists()


def test_a_clock_can_count_from_a_day_ahead_under_a_limit_of_this_record_alone(cast):
    ahead = timezone.now() + timedelta(days=30)
    begin(
        Referral(),
        cast.analyst,
        only_clocks=["assessment"],
        limits={"assessment": Limit.parse("3 weeks")},
        clocks_from=ahead,
    )
    run = ClockRun.objects.get()
    assert run.started_at == ahead
    assert run.due_on == timezone.localdate(ahead) + timedelta(weeks=3)


def test_a_limit_of_a_record_is_never_looser_than_the_national_one(cast):
    with pytest.raises(LooserThanStatute):
        begin(
            Referral(),
            cast.analyst,
            only_clocks=["assessment"],
            limits={"assessment": Limit.parse("4 months")},
        )
    assert not Referral.objects.exists()


def test_a_clock_whose_law_was_not_in_force_does_not_start(cast):
    begin(Referral(), cast.analyst, at=datetime(2013, 4, 14, 9, tzinfo=LONDON), only_clocks=["assessment"])
    assert not ClockRun.objects.exists()


def test_a_record_begins_once(referral, cast):
    with pytest.raises(NotAllowed, match="has begun already"):
        begin(referral, cast.analyst)


def test_the_system_moves_a_record_without_a_person(referral):
    assert move(referral, "decided", System("nightly import")).by is None


def test_the_states_draw_themselves():
    assert diagram(Referral) == (
        "stateDiagram-v2\n"
        "    [*] --> received: referral-received\n"
        "    [*] --> asked: agency-asked\n"
        "    received --> decided: referral-decided\n"
        "    decided --> signed_off: assessment-signed-off\n"
    )


def test_the_reference_draws_the_states_of_every_record_that_has_them():
    page = states_page()
    for heading in ("dataset: load", "questionnaire: response", "collection: return", "collection: quarter"):
        assert f"## {heading}\n" in page
    assert "awaited --> submitted: return-received" in page
    assert "| `awaited` | Awaited |" in page
