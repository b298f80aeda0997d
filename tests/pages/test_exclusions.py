"""Exclusions and conflicts of interest: whoever is shut out sees nothing, whatever else they have."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, ClockRun, Notice, RoleAssignment, TeamMember, User
from sightline.core.permissions import Role
from sightline.core.policy import REACH, Level
from sightline.core.trust import commands
from sightline.core.trust.actor import system_actor
from sightline.core.trust.dossiers import link
from sightline.core.trust.guarded import guarded_models
from sightline.core.trust.models import (
    ConflictDeclaration,
    Dossier,
    Exclusion,
    Grant,
    Link,
)
from sightline.frontline.referral.models import Contact
from sightline.people.models import Person
from tests.invented_people import looking


def fresh(user):
    return User.objects.get(pk=user.pk)


def seen_of(dossier, user, purpose="protect"):
    """How many rows of every protected table a person sees of a dossier."""
    with looking(user, purpose):
        tables = guarded_models()
        assert len(tables) > 5
        return sum(
            model._default_manager.filter(**{model.dossier_column: dossier.pk}).count() for model in tables
        )


def at_work(signed_in, user):
    client = signed_in(user)
    client.post(reverse("trust:purpose"), {"purpose": "protect"})
    return client


@pytest.fixture
def about_a_child(contact, people):
    """The contact is about the child of the record."""
    with system_actor("the tests"):
        link(contact.dossier, people.dossier, "subject")
    return people


def shut_out(dossier, user, by):
    with looking(by):
        return commands.exclude(
            dossier, user=user.pk, kind="related", reason="CANARY: her sister", by=fresh(by)
        )


def test_the_excluded_see_nothing_from_the_next_page_on(contact, front_line, signed_in):
    client = at_work(signed_in, front_line.hub_worker)
    page = reverse("referral:contact", kwargs={"pk": contact.pk})
    assert client.get(page).status_code == 200
    shut_out(contact.dossier, front_line.hub_worker, front_line.hub_manager)
    gone = client.get(page)
    missing = client.get(reverse("referral:contact", kwargs={"pk": "00000000-0000-4000-8000-000000000000"}))
    assert gone.status_code == 404
    assert gone.content == missing.content


def test_what_exactly_is_wrong_stays_out_of_the_log(contact, front_line):
    shut_out(contact.dossier, front_line.hub_worker, front_line.hub_manager)
    assert AuditEvent.objects.get(action="trust.exclude").detail == {
        "user": front_line.hub_worker.pk,
        "kind": "related",
    }
    assert not [event for event in AuditEvent.objects.all() if "CANARY" in str(event.detail)]


def test_from_a_person_it_passes_to_every_record_about_them(contact, about_a_child, front_line):
    shut_out(about_a_child.dossier, front_line.hub_worker, front_line.hub_manager)
    assert seen_of(about_a_child.dossier, front_line.hub_worker) == 0
    assert seen_of(contact.dossier, front_line.hub_worker) == 0
    (derived,) = Exclusion.objects.filter(dossier=contact.dossier)
    with looking(front_line.hub_manager), pytest.raises(NotDone, match="end it there"):
        commands.end_exclusion(contact.dossier, exclusion=derived.pk, by=fresh(front_line.hub_manager))


def test_it_ends_everywhere_with_what_it_came_from(contact, about_a_child, front_line):
    made = shut_out(about_a_child.dossier, front_line.hub_worker, front_line.hub_manager)
    with looking(front_line.hub_manager):
        commands.end_exclusion(about_a_child.dossier, exclusion=made.pk, by=fresh(front_line.hub_manager))
    assert seen_of(about_a_child.dossier, front_line.hub_worker) > 0
    assert seen_of(contact.dossier, front_line.hub_worker) > 0


def test_only_who_may_restrict_the_record_excludes(contact, front_line):
    for user in (front_line.hub_worker, front_line.designated_lead, front_line.police_unit):
        with pytest.raises(Refused):
            shut_out(contact.dossier, front_line.health, user)
    assert not Exclusion.objects.exists()


def test_declaring_a_conflict_shuts_oneself_out_at_once(contact, front_line, signed_in):
    client = at_work(signed_in, front_line.hub_worker)
    sent = {"knows": "yes", "reference": contact.dossier.reference.lower()}
    client.post(reverse("trust:conflicts"), sent)
    assert client.get(reverse("referral:contact", kwargs={"pk": contact.pk})).status_code == 404
    assert Exclusion.objects.get().reason == "declared"
    told = Notice.objects.get(kind="access")
    assert told.user == front_line.hub_manager
    assert "conflict of interest" in told.text


def test_declaring_tells_nobody_whether_there_is_such_a_record(contact, front_line, signed_in):
    """The police cannot see this record: what they are told is the same for one that does not exist."""
    answers = []
    for reference in (contact.dossier.reference, "C26-00000000"):
        client = at_work(signed_in, front_line.police_unit)
        sent = client.post(reverse("trust:conflicts"), {"knows": "yes", "reference": reference}, follow=True)
        answers.append((sent.redirect_chain, sent.content))
    assert answers[0] == answers[1]
    assert Exclusion.objects.get().user == front_line.police_unit


def test_one_declares_every_year_and_home_asks_for_it(front_line, signed_in):
    client = at_work(signed_in, front_line.hub_worker)
    asked = "Declare your conflicts of interest"
    assert asked in client.get("/").content.decode()
    client.post(reverse("trust:conflicts"), {"knows": "no"})
    assert asked not in client.get("/").content.decode()
    assert ConflictDeclaration.objects.get().state == "nothing"
    run = ClockRun.objects.running().get(clock="conflict-declaration")
    assert 364 <= (run.due_on - timezone.localdate()).days <= 366
    ClockRun.objects.filter(pk=run.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert "it was due by" in client.get("/").content.decode()
    client.post(reverse("trust:conflicts"), {"knows": "yes"})
    assert ConflictDeclaration.objects.get().state == "declared"
    assert ClockRun.objects.running().get(clock="conflict-declaration").due_on > timezone.localdate()


grants = st.lists(
    st.tuples(
        st.sampled_from(list(Level)),
        st.sampled_from(list(Grant.Source)),
        st.sampled_from(["protect", "quality"]),
        st.booleans(),  # by name or by team
    ),
    max_size=4,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    given_to=grants,
    roles=st.sets(
        st.sampled_from(sorted(set(REACH) - {Role.INFORMATION_GOVERNANCE})), min_size=1, max_size=3
    ),
    restriction=st.sampled_from(list(Dossier.Restriction)),
    purpose=st.sampled_from(["protect", "quality", None]),
    by_the_person=st.booleans(),
    breaks_glass=st.booleans(),
)
def test_excluded_means_nothing_visible_whatever_else(
    contact, about_a_child, front_line, given_to, roles, restriction, purpose, by_the_person, breaks_glass
):
    with transaction.atomic():
        user, today = front_line.health, timezone.localdate()
        for role in roles:
            RoleAssignment.objects.create(user=user, role=role, from_on=today)
        TeamMember.objects.create(team=front_line.hub, user=user, from_on=today)
        for level, source, what_for, by_name in given_to:
            to = {"user": user} if by_name else {"team": front_line.hub}
            Grant.objects.create(dossier=contact.dossier, level=level, source=source, purpose=what_for, **to)
        with system_actor("the tests"):
            Dossier.objects.filter(pk=contact.dossier_id).update(restriction=restriction)
        shut_out_of = about_a_child.dossier if by_the_person else contact.dossier
        with system_actor("the tests"):
            from sightline.core.trust.dossiers import exclude

            exclude(shut_out_of, user, "risk", by=fresh(front_line.hub_manager))
        if breaks_glass:
            with looking(user), pytest.raises(Refused):
                commands.break_glass(key=contact.dossier_id, category="danger", reason="x", by=fresh(user))
        assert seen_of(contact.dossier, user, purpose) == 0
        if by_the_person:
            assert seen_of(about_a_child.dossier, user, purpose) == 0
        transaction.set_rollback(True)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    level=st.sampled_from(list(Level)),
    why_not=st.sampled_from(["ended", "expired", "another purpose", "not begun"]),
    source=st.sampled_from(list(Grant.Source)),
)
def test_a_grant_that_is_over_or_for_something_else_gives_nothing(
    contact, front_line, level, why_not, source
):
    with transaction.atomic():
        now = timezone.now()
        day, purpose = timedelta(days=1), "quality" if why_not == "another purpose" else "protect"
        begins = now + day if why_not == "not begun" else now - 2 * day
        until = {"expired": now - day, "ended": None}.get(why_not)
        grant = Grant.objects.create(
            dossier=contact.dossier,
            user=front_line.police_unit,
            level=level,
            source=source,
            purpose=purpose,
            from_at=begins,
            until_at=until,
        )
        if why_not == "ended":
            assert seen_of(contact.dossier, front_line.police_unit) > 0
            with looking(front_line.hub_manager):
                commands.end_grant(contact.dossier, grant=grant.pk, by=fresh(front_line.hub_manager))
        assert seen_of(contact.dossier, front_line.police_unit) == 0
        transaction.set_rollback(True)


def test_the_properties_stand_on_records_that_are_otherwise_seen(contact, about_a_child, front_line):
    """Else nothing would be proved."""
    assert seen_of(contact.dossier, front_line.hub_worker) > 3
    assert seen_of(about_a_child.dossier, front_line.hub_worker) > 1
    with looking(front_line.hub_worker):
        assert (Contact.objects.count(), Person.objects.count(), Link.objects.count()) == (1, 1, 1)
