"""How long records are kept, what keeps them longer, and how they go: for good, and by two people."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from sightline.core import chain, process, vault
from sightline.core.audit import System
from sightline.core.audit_words import what
from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, ClockRun
from sightline.core.partnership import NotSettled, read
from sightline.core.policy import Kind, Level
from sightline.core.retention import Rule, Start
from sightline.core.trust import commands as access
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.guarded import Protected, guarded_models
from sightline.core.trust.models import (
    Disposal,
    Dossier,
    Exclusion,
    GlassReview,
    Grant,
    Hold,
    RestrictionReview,
)
from sightline.core.trust.retention import commands, kept
from sightline.core.trust.retention.keys import destroy_disposed
from sightline.frontline.referral import commands as contacts
from tests.invented_contacts import close
from tests.invented_people import looking

BY = System("the tests")
CONTACT = '[retention.contact]\nyears = 6\nfrom = "closed"\nbasis = "Retention schedule 4.2"\n'
FROM_BIRTH = '[retention.contact]\nyears = 25\nfrom = "birth"\nbasis = "Retention schedule 4.2"\n'
PERSON = '[retention.person]\nyears = 25\nfrom = "birth"\nbasis = "Retention schedule 4.1"\n'


def settle(*rules: str) -> None:
    """Enter rules in the partnership's settings."""
    file = settings.PARTNERSHIP_FILE
    file.write_text(file.read_text() + "\n" + "\n".join(rules))


@pytest.fixture
def closed(contact):
    """A contact that was closed seven years ago."""
    close_long_ago(contact)
    return cover(contact)


def close_long_ago(contact) -> None:
    with system_actor("the tests"):
        close(contact)
        Dossier.objects.filter(pk=contact.dossier_id).update(
            closed_at=timezone.now() - timedelta(days=7 * 366)
        )


def cover(record) -> Dossier:
    with unguarded("the tests"):
        return Dossier.objects.get(pk=record.dossier_id)


def due_to(user) -> list[str]:
    with looking(user):
        return [one.dossier.reference for one in kept.due(user, 50)[0]]


def propose(dossier, user) -> Disposal:
    with looking(user):
        commands.propose_disposal(dossier.reference, by=user)
    return Disposal.objects.get(dossier=dossier, state="proposed")


def certify(disposal, user) -> None:
    with looking(user):
        commands.certify_disposal(disposal, by=user)


def rows_left(dossier) -> int:
    with unguarded("the tests"):
        models = [model for model in guarded_models() if issubclass(model, Protected)]
        assert models
        return sum(model.objects.filter(dossier=dossier).count() for model in models)


# When a record falls due


@pytest.mark.parametrize(
    ("start", "closed_on", "born_on", "due_on"),
    [
        (Start.CLOSED, date(2026, 3, 31), None, date(2032, 3, 31)),
        (Start.CLOSED, date(2024, 2, 29), None, date(2030, 3, 1)),
        (Start.CLOSED, date(2022, 2, 28), None, date(2028, 2, 28)),
        (Start.BIRTH, date(2026, 3, 31), date(2012, 7, 13), date(2018, 7, 13)),
        (Start.BIRTH, date(2026, 3, 31), None, None),
        (Start.CLOSED, None, date(2012, 7, 13), None),
    ],
)
def test_years_count_from_closing_or_from_birth(start, closed_on, born_on, due_on):
    assert Rule(6, start, "").due_on(closed_on, born_on) == due_on


@example(date(2020, 2, 29), 4, 0)
@example(date(2000, 2, 29), 25, -1)
@given(start=st.dates(date(1990, 1, 1), date(2030, 1, 1)), years=st.integers(1, 80), later=st.integers(-3, 3))
def test_what_is_looked_for_is_what_is_due(start, years, later):
    rule = Rule(years, Start.CLOSED, "")
    today = rule.due_on(start, None) + timedelta(days=later)
    assert (start <= rule.last_start(today)) == (later >= 0)


def test_many_records_are_asked_for_as_few(closed, front_line, signed_in, django_assert_max_num_queries):
    settle(FROM_BIRTH)
    with unguarded("the tests"):
        for number in range(60):
            one = Dossier(kind="contact", reference=f"C19-{number:08}", closed_at=closed.closed_at)
            one.save(force_insert=True)
            contacts.Told(dossier=one, born_on=date(1990, 5, 1)).save(force_insert=True)
    client = signed_in(front_line.governance)
    with django_assert_max_num_queries(20):
        page = html(client, "retention")
    assert "60 records, of which 50 are shown" in page


def test_nothing_is_due_before_the_partnership_has_set_how_long(closed, front_line):
    assert due_to(front_line.governance) == []
    with looking(front_line.governance), pytest.raises(NotDone, match="has not set how long this is kept"):
        commands.propose_disposal(closed.reference, by=front_line.governance)
    settle(CONTACT)
    assert due_to(front_line.governance) == [closed.reference]


def test_a_record_that_is_open_or_younger_is_not_due(contact, front_line):
    settle(CONTACT)
    who = front_line.governance
    assert due_to(who) == []
    with looking(who), pytest.raises(NotDone, match="is still open"):
        commands.propose_disposal(cover(contact).reference, by=who)
    with system_actor("the tests"):
        close(contact)
    assert due_to(who) == []
    with looking(who), pytest.raises(NotDone, match=r"6 years from the day on which .* until 20\d\d"):
        commands.propose_disposal(cover(contact).reference, by=who)


def test_years_from_birth_count_from_the_youngest_that_is_known(closed, people, front_line):
    settle(FROM_BIRTH)
    who = front_line.governance
    assert due_to(who) == []
    with looking(who), pytest.raises(NotDone, match="that day is not known"):
        commands.propose_disposal(closed.reference, by=who)
    with unguarded("the tests"):
        told = contacts.Told.objects.get(dossier=closed)
        told.born_on = date(1990, 5, 1)
        told.save()
    assert due_to(who) == [closed.reference]
    with unguarded("the tests"):
        dossiers.link(closed, cover(people), "subject")
        people.born_on = timezone.localdate() - timedelta(days=5000)
        people.save()
    assert due_to(who) == []


def test_a_birthday_is_not_told_by_the_day_on_which_a_record_falls_due():
    due = kept.Due(Dossier(), Rule(25, Start.BIRTH, ""), date(2026, 7, 13))
    assert due.since_words == "2026"


def test_a_persons_record_stays_as_long_as_a_record_about_them(people, closed, front_line):
    settle(CONTACT, PERSON)
    who, person = front_line.governance, cover(people)
    with unguarded("the tests"):
        people.born_on = date(1990, 5, 1)
        people.save()
        dossiers.link(closed, person, "subject")
    assert due_to(who) == [closed.reference]
    with looking(who), pytest.raises(NotDone, match="as long as a record about this person"):
        commands.propose_disposal(person.reference, by=who)
    certify(propose(closed, front_line.hub_manager), who)
    assert due_to(who) == [person.reference]


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ('[retention.concern]\nyears = 6\nfrom = "closed"\nbasis = "x"', "one of person, contact"),
        ('[retention.contact]\nyears = 0\nfrom = "closed"\nbasis = "x"', "retention.contact: years is 0"),
        ('[retention.contact]\nyears = 6\nfrom = "opened"\nbasis = "x"', "one of closed, birth"),
        ('[retention.contact]\nyears = 6\nfrom = "closed"', "retention.contact: basis is missing"),
        ('[retention.person]\nyears = 6\nfrom = "closed"\nbasis = "x"', "is never closed"),
    ],
)
def test_a_slip_in_the_retention_table_is_named(table, wrong):
    settle(table)
    with pytest.raises(NotSettled, match=wrong):
        read(settings.PARTNERSHIP_FILE)


# Legal holds


def test_a_hold_wins_until_its_last_day_or_until_it_is_lifted(closed, front_line):
    settle(CONTACT)
    who = front_line.governance
    today = timezone.localdate()
    proposed = propose(closed, front_line.hub_manager)
    with looking(who):
        commands.place_hold(closed.reference, reason="A public inquiry", until=today, by=who)
    assert due_to(who) == []
    with pytest.raises(NotDone, match=r"on legal hold until .*: A public inquiry"):
        certify(proposed, who)
    Hold.objects.update(until_on=today - timedelta(days=1))
    assert due_to(who) == [closed.reference]
    with looking(who):
        commands.place_hold(closed.reference, reason="A claim", by=who)
        with pytest.raises(NotDone, match="until it is lifted: A claim"):
            commands.propose_disposal(closed.reference, by=who)
        commands.lift_hold(Hold.objects.get(reason="A claim"), reason="Settled", by=who)
        with pytest.raises(NotDone, match="lifted already"):
            commands.lift_hold(Hold.objects.get(reason="A claim"), reason="Settled", by=who)
    assert due_to(who) == [closed.reference]
    certify(proposed, who)


def test_only_whoever_keeps_retention_places_holds(closed, front_line):
    with looking(front_line.hub_manager), pytest.raises(Refused):
        commands.place_hold(closed.reference, reason="A claim", by=front_line.hub_manager)


# Disposal


def test_two_people_dispose_of_a_record_for_good(
    closed, front_line, signed_in, django_capture_on_commit_callbacks
):
    settle(CONTACT)
    key, before = closed.key_id, rows_left(closed)
    assert key
    assert before > 4
    disposal = propose(closed, front_line.hub_manager)
    assert rows_left(closed) == before
    with django_capture_on_commit_callbacks(execute=True):
        certify(disposal, front_line.governance)
    assert rows_left(closed) == 0
    assert vault.destroyed_at(key) is not None
    disposal.refresh_from_db()
    assert disposal.counts == {
        "outline": 1,
        "identity": 1,
        "referral": 2,
        "decision": 2,
        "referrer": 1,
        "police-intelligence": 1,
        "protected-location": 1,
    }
    assert not Grant.objects.live().filter(dossier=closed).exists()
    event = AuditEvent.objects.get(action="disposal:certificate")
    assert (event.object_key, event.actor_id) == (str(closed.pk), front_line.governance.pk)
    assert event.detail["sections"] == disposal.counts
    assert event.detail["proposed_by"] == front_line.hub_manager.pk
    assert event.detail["basis"].endswith("Retention schedule 4.2")
    assert chain.verify().is_intact
    assert due_to(front_line.governance) == []
    with looking(front_line.governance), pytest.raises(NotDone, match="has been disposed of"):
        commands.propose_disposal(closed.reference, by=front_line.governance)


@pytest.mark.postgres
def test_the_application_disposes_of_a_record_with_the_rights_of_an_ordinary_role(
    contact, front_line, as_application, django_capture_on_commit_callbacks
):
    """Row-level security lets it: only the software itself removes a row."""
    settle(CONTACT)
    manager = front_line.hub_manager
    with looking(manager):
        added = contacts.add_intelligence(contact, text="CANARY-later", by=manager)
        assert contacts.PoliceIntelligence.objects.get(pk=added.pk).text == "CANARY-later"
    close_long_ago(contact)
    dossier = cover(contact)
    with django_capture_on_commit_callbacks(execute=True):
        certify(propose(dossier, manager), front_line.governance)
    assert rows_left(dossier) == 0
    assert vault.destroyed_at(dossier.key_id) is not None


def test_the_same_person_never_does_both(closed, front_line):
    settle(CONTACT)
    disposal = propose(closed, front_line.governance)
    with pytest.raises(NotDone, match="Somebody else must certify it"):
        certify(disposal, front_line.governance)
    with unguarded("the tests"), pytest.raises(NotDone, match="Somebody else must certify it"):
        commands.certify_disposal(disposal, by=BY)
    assert rows_left(closed) > 0
    one = front_line.governance
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.update(state="certified", certified_by=one, proposed_by=one)


def test_a_proposal_is_made_once_and_can_be_taken_back(closed, front_line):
    settle(CONTACT)
    disposal = propose(closed, front_line.hub_manager)
    with looking(front_line.governance):
        with pytest.raises(NotDone, match="proposed already"):
            commands.propose_disposal(closed.reference, by=front_line.governance)
        commands.withdraw_disposal(disposal, by=front_line.governance)
        with pytest.raises(NotDone, match="no longer open"):
            commands.certify_disposal(disposal, by=front_line.governance)
    propose(closed, front_line.governance)


def test_nobody_without_the_right_disposes_of_anything(closed, front_line):
    settle(CONTACT)
    disposal = propose(closed, front_line.governance)
    for user in (front_line.hub_worker, front_line.police_unit, front_line.designated_lead):
        with looking(user):
            with pytest.raises(Refused):
                commands.propose_disposal(closed.reference, by=user)
            with pytest.raises(Refused):
                commands.certify_disposal(disposal, by=user)


def test_nobody_disposes_of_what_they_may_not_know_of(closed, front_line):
    settle(CONTACT)
    with unguarded("the tests"):
        Dossier.objects.filter(pk=closed.pk).update(restriction="sealed")
    Grant.objects.filter(dossier=closed, team=front_line.hub).update(team=None, user=front_line.hub_manager)
    assert due_to(front_line.governance) == []
    assert due_to(front_line.hub_manager) == [closed.reference]
    disposal = propose(closed, front_line.hub_manager)
    assert not Disposal.objects.visible_to(front_line.governance).exists()
    for reference in (closed.reference, "C26-00000000"):
        with looking(front_line.governance), pytest.raises(NotDone, match="You know of no record"):
            commands.propose_disposal(reference, by=front_line.governance)
    with pytest.raises(NotDone, match="You know of no record"):
        certify(disposal, front_line.governance)
    with unguarded("the tests"):
        Dossier.objects.filter(pk=closed.pk).update(restriction="open")
    Exclusion.objects.create(dossier=closed, user=front_line.governance, reason="related")
    assert due_to(front_line.governance) == []


def test_nobody_disposes_of_a_record_that_they_are_in_by_broken_glass(closed, front_line):
    settle(CONTACT)
    manager = front_line.hub_manager
    disposal = propose(closed, front_line.governance)
    with unguarded("the tests"):
        dossiers.end(Grant.objects.filter(dossier=closed))
        soon = timezone.now() + timedelta(hours=2)
        by_glass = dossiers.Source.BREAK_GLASS
        dossiers.give(closed, manager, Level.FULL, by_glass, by=manager, until=soon)
    with looking(manager):
        assert Dossier.objects.filter(pk=closed.pk).exists()
    assert due_to(manager) == []
    with pytest.raises(NotDone, match="You know of no record"):
        certify(disposal, manager)


def test_broken_glass_is_judged_before_a_record_goes(closed, front_line):
    settle(CONTACT)
    review = GlassReview.objects.create(
        dossier=closed, category="danger", reason_key=closed.pk, until_at=timezone.now()
    )
    assert due_to(front_line.governance) == []
    with looking(front_line.governance), pytest.raises(NotDone, match="still to be reviewed"):
        commands.propose_disposal(closed.reference, by=front_line.governance)
    GlassReview.objects.filter(pk=review.pk).update(state="justified")
    assert due_to(front_line.governance) == [closed.reference]


def test_a_restriction_of_what_is_gone_is_not_reviewed_any_more(closed, front_line):
    settle(CONTACT)
    manager = front_line.hub_manager
    with looking(manager):
        access.restrict(closed, restriction="restricted", reason="A relative works here", by=manager)
    certify(propose(closed, front_line.governance), manager)
    assert RestrictionReview.objects.get().state == "lifted"
    assert not ClockRun.objects.running().filter(subject_kind="trust_restrictionreview").exists()


def test_every_table_that_names_a_dossier_is_emptied_or_holds_nothing_of_it():
    from django.apps import apps

    stay = {Grant, Exclusion, Hold, Disposal, GlassReview, RestrictionReview}
    naming = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is Dossier and field.concrete
    }
    assert {model for model in naming if issubclass(model, Protected)}
    assert {model for model in naming if not issubclass(model, Protected)} == stay


def test_a_key_that_came_back_or_was_left_over_is_destroyed_by_the_daily_work(closed, front_line):
    settle(CONTACT)
    file = settings.KEYS / closed.key_id
    backup = file.read_bytes()
    certify(
        propose(closed, front_line.hub_manager), front_line.governance
    )  # and the machine stops: no commit
    assert vault.destroyed_at(closed.key_id) is None
    assert destroy_disposed() == "1 disposed of, 1 keys destroyed today"
    assert destroy_disposed() == "1 disposed of, 0 keys destroyed today"
    file.write_bytes(backup)
    assert destroy_disposed() == "1 disposed of, 1 keys destroyed today"
    file.unlink()
    assert destroy_disposed() == "1 disposed of, 0 keys destroyed today"


# The pages


def html(client: Client, route: str, *args, **sent) -> str:
    address = reverse(f"trust:{route}", args=args)
    response = client.post(address, sent, follow=True) if sent else client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def manager(front_line, signed_in):
    client = signed_in(front_line.hub_manager)
    assert client.get(reverse("trust:retention")).status_code == 302  # without a purpose there would be none
    client.post(reverse("trust:purpose"), {"purpose": "protect"})
    return client


def test_an_empty_page_says_what_will_appear_and_marks_suggestions(front_line, signed_in):
    page = html(signed_in(front_line.governance), "retention")
    for words in (
        "Not set: nothing falls due",
        "No record is due.",
        "No record is on hold.",
        "35 years",
        "Devon",
    ):
        assert words in page
    assert len(re.findall(r"Suggestion\s*</strong>", page)) == 4


def test_a_record_goes_from_the_page_by_two_people(closed, front_line, signed_in, manager):
    settle(CONTACT)
    governance = signed_in(front_line.governance)
    assert "Propose<" in html(manager, "retention")
    page = html(manager, "disposal-new", closed.pk)
    assert "6 years from the day on which the record was closed" in page
    assert "Somebody else must certify it" in html(manager, "disposal-new", closed.pk, ok="1")
    disposal = Disposal.objects.get()
    assert "Certify the disposal" not in html(manager, "disposal", disposal.pk)
    assert "Somebody else must certify it" in html(manager, "disposal", disposal.pk, certify="yes")
    assert f"Certify or withdraw the disposal of {closed.reference}" in governance.get("/").content.decode()
    assert "Certify the disposal" in html(governance, "disposal", disposal.pk)
    certificate = html(governance, "disposal", disposal.pk, certify="yes")
    for words in ("Hu Manager", "In Gov", "Police intelligence", "1 entry deleted", "Retention schedule 4.2"):
        assert words in certificate
    assert "CANARY" not in certificate
    assert closed.reference in html(governance, "retention")
    assert html(manager, "disposal", disposal.pk) == html(manager, "disposal", disposal.pk)


def test_a_hold_is_placed_and_lifted_from_the_page(closed, front_line, signed_in):
    settle(CONTACT)
    client = signed_in(front_line.governance)
    wrong = html(client, "hold-new", reference="C26-NONE", reason="A claim")
    assert "You know of no record with this reference" in wrong
    page = html(client, "hold-new", reference=f" {closed.reference.lower()} ", reason="A claim")
    assert "The record is on hold" in page
    assert "No record is due." in page
    hold = Hold.objects.get()
    page = html(client, "hold-lift", hold.pk, reason="Settled")
    assert f"The hold on {closed.reference} is lifted" in page
    assert (Hold.objects.get().lifted_why, Hold.objects.get().lifted_by) == ("Settled", front_line.governance)


def test_what_somebody_may_not_know_of_has_no_page(closed, front_line, signed_in, manager):
    settle(CONTACT)
    disposal = propose(closed, front_line.governance)
    hold = Hold.objects.create(dossier=closed, reason="A claim")
    with unguarded("the tests"):
        Dossier.objects.filter(pk=closed.pk).update(restriction="sealed")
    Disposal.objects.update(is_sealed=True, proposed_by=front_line.hub_worker)
    governance = signed_in(front_line.governance)
    for client in (manager, governance):
        assert closed.reference not in html(client, "retention")
        for route, key in (("disposal-new", closed.pk), ("disposal", disposal.pk), ("hold-lift", hold.pk)):
            assert client.get(reverse(f"trust:{route}", args=[key])).status_code == 404, route


def test_every_deed_of_retention_is_told_in_words():
    process.processes()
    ours = [key for key in commands_of() if key.startswith("retention.")]
    assert len(ours) == 5
    assert [key for key in (*ours, "disposal:certificate") if ":" in what(key)] == []


def commands_of() -> list[str]:
    from sightline.core.command import COMMANDS

    return list(COMMANDS)


def test_every_kind_of_record_has_its_words():
    from sightline.core.retention import KINDS

    assert set(KINDS) == set(Kind), "say in core/retention.py what the kind of record is called"
