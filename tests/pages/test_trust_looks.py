"""Every look at a record about a person is in the audit log, and whatever is done to it there shows."""

from dataclasses import replace
from random import Random

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from sightline.core import chain
from sightline.core.anchors import anchor_now
from sightline.core.guard import lift_guard
from sightline.core.models import AuditEvent
from sightline.core.policy import Section
from sightline.core.trust.actor import Unguarded, current, system_actor
from sightline.core.trust.guarded import guarded_models
from tests.canaries import found_in
from tests.conftest import AS_EVERYBODY
from tests.invented_states import Standing, every_state
from tests.oracle import sees
from tests.pages.tampering import run
from tests.pages.test_access import is_about_people
from tests.pages.test_trust_canaries import addresses, asked, browser_of, text_of

READERS = ("hub_manager", *(("designated_lead", "hub_worker", "police_unit") if AS_EVERYBODY else ()))
TIMES = 20


@pytest.fixture
def states(front_line, cast) -> list[Standing]:
    return every_state(front_line, cast)


def looks_since(seq: int) -> list[AuditEvent]:
    """The looks that were written after that one: what was shown of a dossier, not what was refused."""
    of_dossiers = AuditEvent.objects.filter(seq__gt=seq, object_kind="trust_dossier", outcome="done")
    return list(of_dossiers.filter(action__regex="^(view|export|search):").order_by("seq"))


def last() -> int:
    newest = AuditEvent.objects.order_by("seq").last()
    return newest.seq if newest else 0


@pytest.mark.parametrize("part", READERS)
def test_a_page_leaves_one_event_for_each_dossier_that_it_shows(part, states, front_line, cast):
    user = getattr(front_line, part)
    client = browser_of(user)
    keys = {str(one.dossier.pk): one for one in states}
    pages = shown = 0
    for route in filter(is_about_people, asked()):
        for state, address in addresses(route, states, cast):
            before = last()
            response = client.get(address)
            events = looks_since(before)
            of_whom = [event.object_key for event in events]
            assert len(of_whom) == len(set(of_whom)), f"{address} left two events of one dossier"
            told = {
                (keys[event.object_key].number, section)
                for event in events
                for section in event.detail["sections"]
            }
            assert found_in(text_of(response)) <= {(n, Section(section)) for n, section in told}, (
                f"{address}, {state}: something was shown of which nothing is in the log"
            )
            for event in events:
                assert event.actor_id == user.pk
                assert event.action.partition(":")[2] == route
                assert event.detail["purpose"] == "protect"
                assert len(event.detail["session"]) == 16
                case = replace(keys[event.object_key].case, role=user_role(user), session="protect")
                assert all(sees(case, section) for section in event.detail["sections"])
            pages += response.status_code == 200
            shown += len(events)
    print(f"\n{part}: {pages} pages, {shown} looks")
    assert pages >= shown > 5 or pages > 5


def user_role(user) -> str:
    (role,) = user.roles
    return str(role)


def test_two_sessions_of_one_person_can_be_told_apart(states, front_line):
    own = reverse("referral:contact", kwargs={"pk": first(states, "own").record.pk})
    for _ in range(2):
        browser_of(front_line.hub_worker).get(own)
    events = looks_since(0)
    assert len({event.detail["session"] for event in events}) == 2
    client = browser_of(front_line.hub_worker)
    for _ in range(2):
        client.get(own)
    assert len({event.detail["session"] for event in looks_since(events[-1].seq)}) == 1
    assert client.session.session_key not in str([event.detail for event in looks_since(0)])


@pytest.mark.parametrize("part", READERS)
def test_what_cannot_be_recorded_is_not_shown(part, states, front_line, cast, monkeypatch, kept_open):
    client = browser_of(getattr(front_line, part))
    every = [
        address for route in filter(is_about_people, asked()) for _, address in addresses(route, states, cast)
    ]
    would = {address for address in every if found_in(text_of(client.get(address)))}
    monkeypatch.setattr(chain, "append", not_written)
    for address in would:
        response = client.get(address)
        assert response.status_code == 503, address
        assert found_in(text_of(response)) == set(), address
    assert len(would) > 3, "no page shows anything: nothing was checked"


def not_written(events):
    if events:
        raise DatabaseError("the audit log cannot be written")


def test_whoever_is_refused_leaves_no_look(states, front_line):
    client = browser_of(front_line.hub_worker)
    for state in ("foreign", "sealed, by team", "excluded", "expired", "not yet"):
        pk = first(states, state).record.pk
        assert client.get(reverse("referral:contact", kwargs={"pk": pk})).status_code == 404
    assert looks_since(0) == []


def test_a_job_says_that_it_read_and_how_much(states):
    before = last()
    with system_actor("counting in a test"):
        assert isinstance(current(), Unguarded)
        read = [list(model.objects.all()) for model in guarded_models()]
    assert sum(map(bool, read)) > 8, "the tables are empty: nothing was read"
    (event,) = AuditEvent.objects.filter(seq__gt=before)
    assert (event.action, event.actor) == ("system:read", None)
    assert event.detail["system"] == "counting in a test"
    assert event.detail["dossiers"] == len(states)
    in_tables = {model.section for model in guarded_models()} - {Section.OUTLINE}
    assert len(in_tables) > 8
    assert set(event.detail["sections"]) == in_tables


def first(states: list[Standing], state: str, kind: str = "contact") -> Standing:
    return next(one for one in states if one.state == state and one.case.kind == kind)


# Tampering with looks. Each changes one look in the stored log, as somebody with full rights would.


def edit_sections(event: AuditEvent, random: Random) -> None:
    run("UPDATE core_auditevent SET detail = %s WHERE seq = %s", '{"sections": []}', event.seq)


def edit_purpose(event: AuditEvent, random: Random) -> None:
    held = (
        str(AuditEvent.objects.get(seq=event.seq).detail).replace("'", '"').replace("protect", "quality", 1)
    )
    run("UPDATE core_auditevent SET detail = %s WHERE seq = %s", held, event.seq)


def edit_time(event: AuditEvent, random: Random) -> None:
    when = event.at.replace(year=event.at.year - 1)
    run(
        "UPDATE core_auditevent SET at = %s WHERE seq = %s",
        when if connection.vendor != "sqlite" else when.replace(tzinfo=None),
        event.seq,
    )


def give_to_another(event: AuditEvent, random: Random) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_user WHERE id <> %s", [event.actor_id])
        others = [pk for (pk,) in cursor.fetchall()]
    run("UPDATE core_auditevent SET actor_id = %s WHERE seq = %s", random.choice(others), event.seq)


def say_another_record(event: AuditEvent, random: Random) -> None:
    run(
        "UPDATE core_auditevent SET object_key = %s WHERE seq = %s",
        f"{random.getrandbits(128):032x}",
        event.seq,
    )


def say_it_was_refused(event: AuditEvent, random: Random) -> None:
    run("UPDATE core_auditevent SET outcome = %s WHERE seq = %s", "refused", event.seq)


def remove(event: AuditEvent, random: Random) -> None:
    run("DELETE FROM core_auditevent WHERE seq = %s", event.seq)


def exchange(event: AuditEvent, random: Random) -> None:
    """Let two people's looks change places."""
    other = next(one for one in looks_since(0) if one.actor_id != event.actor_id)
    run("UPDATE core_auditevent SET actor_id = %s WHERE seq = %s", other.actor_id, event.seq)
    run("UPDATE core_auditevent SET actor_id = %s WHERE seq = %s", event.actor_id, other.seq)


TAMPERINGS = (
    edit_sections, edit_purpose, edit_time, give_to_another, say_another_record, say_it_was_refused, remove,
    exchange,
)  # fmt: skip


@pytest.fixture
def looked_at(states, front_line) -> None:
    """Two people have looked at several records, and something else was done after."""
    for part in ("hub_worker", "designated_lead", "hub_manager"):
        client = browser_of(getattr(front_line, part))
        for state in ("own", "receipt", "broken glass"):
            client.get(reverse("referral:contact", kwargs={"pk": first(states, state).record.pk}))
    with system_actor("something else"):
        pass
    assert len(looks_since(0)) > 5


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_with_a_look_shows(tamper, looked_at):
    lift_guard(connection)  # undone with the test's transaction
    random, found = Random(tamper.__name__), 0
    assert chain.verify(anchor_now()).is_intact
    for _ in range(TIMES):
        with transaction.atomic():
            event = random.choice(looks_since(0))
            tamper(event, random)
            verdict = chain.verify()
            found += not verdict.is_intact and verdict.broken_at <= event.seq
            transaction.set_rollback(True)
    print(f"\n{connection.vendor}: a look, {tamper.__name__}: shown {found} of {TIMES}")
    assert found == TIMES
    assert chain.verify().is_intact


def test_the_log_refuses_a_change_of_a_look_while_it_is_guarded(looked_at):
    event = looks_since(0)[0]
    for tamper in (edit_sections, give_to_another, remove):
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper(event, Random(1))
    assert chain.verify().is_intact
