"""Letting people in and closing records off: who decides, what it says before, and what it does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, ClockRun, User
from sightline.core.trust import commands
from sightline.core.trust.actor import system_actor
from sightline.core.trust.dossiers import give, link
from sightline.core.trust.models import AccessReason, Dossier, Grant, RestrictionReview
from sightline.frontline.referral.models import Contact, PoliceIntelligence
from sightline.people.models import Person
from tests.invented_people import looking

WHY = "CANARY-why: the uncle asked for it"


def fresh(user):
    return User.objects.get(pk=user.pk)


def at_work(signed_in, user, purpose="protect"):
    client = signed_in(user)
    client.post(reverse("trust:purpose"), {"purpose": purpose})
    return client


def sees(model, user, purpose="protect"):
    with looking(user, purpose):
        return model.objects.count()


def let(contact, user, by, level=4, **more):
    with looking(by):
        holder = f"user-{user.pk}"
        return commands.let_see(contact.dossier, holder=holder, level=level, reason=WHY, by=fresh(by), **more)


def restrict(contact, by, restriction):
    with looking(by):
        dossier = Dossier.objects.get(pk=contact.dossier_id)
        commands.restrict(dossier, restriction=restriction, reason=WHY, by=fresh(by))


def address(route, contact, **keys):
    return reverse(f"trust:{route}", kwargs={"pk": contact.dossier_id, **keys})


def test_a_manager_lets_the_police_in_and_ends_it(contact, front_line, signed_in):
    client = at_work(signed_in, front_line.hub_manager)
    form = client.get(address("grant", contact)).content.decode()
    assert "Po Unit (Addiscombe Vale police): all of it" in form
    assert "Des Lead (Addiscombe Vale schools): at most what was told" in form
    assert "Bo Manager" not in form
    sent = {"holder": f"user-{front_line.police_unit.pk}", "level": "4", "purpose": "protect", "reason": WHY}
    assert client.post(address("grant", contact), sent)["Location"] == address("access", contact)
    assert sees(PoliceIntelligence, front_line.police_unit) == 1
    grant = Grant.objects.get(user=front_line.police_unit)
    page = client.get(address("access", contact)).content.decode()
    assert all(said in page for said in ("Po Unit", "Invited", "By Hu Manager", "CANARY-why"))
    client.post(address("grant-end", contact, grant=grant.pk))
    assert sees(Contact, front_line.police_unit) == 0


def test_the_log_says_who_was_let_in_and_not_why(contact, front_line):
    let(contact, front_line.police_unit, front_line.hub_manager)
    event = AuditEvent.objects.get(action="trust.let-see")
    assert event.detail["holder"] == f"user-{front_line.police_unit.pk}"
    assert "CANARY" not in str(event.detail)


def test_the_page_of_who_looked_names_whoever_was_let_in(contact, front_line, signed_in):
    let(contact, front_line.police_unit, front_line.hub_manager)
    page = at_work(signed_in, front_line.hub_manager).get(address("looked", contact)).content.decode()
    assert "Let somebody see the record" in page
    assert "Po Unit</span>" in page


def test_nobody_is_let_in_beyond_their_role(contact, front_line):
    with pytest.raises(NotDone, match="at most: receipt"):
        let(contact, front_line.designated_lead, front_line.hub_manager)
    with pytest.raises(NotDone, match="No role of In Gov"):
        let(contact, front_line.governance, front_line.hub_manager, level=1)


def test_nobody_lets_themselves_in(contact, front_line):
    with pytest.raises(NotDone, match="yourself"):
        let(contact, front_line.hub_manager, front_line.hub_manager)


def test_only_who_may_give_access_does(contact, front_line):
    for user in (front_line.hub_worker, front_line.designated_lead):
        with pytest.raises(Refused):
            let(contact, front_line.police_unit, user)


def test_a_member_of_a_panel_sees_it_until_seven_days_after_the_meeting(contact, front_line):
    meeting = timezone.localdate()
    grant = let(contact, front_line.police_unit, front_line.hub_manager, level=3, panel_on=meeting)
    assert grant.source == "panel"
    assert timezone.localtime(grant.until_at).date() == meeting + timedelta(days=7)


def test_somebody_always_sees_the_whole_record(contact, front_line):
    team = Grant.objects.get(dossier=contact.dossier, team=front_line.hub)
    with looking(front_line.hub_manager), pytest.raises(NotDone, match="Nobody would see"):
        commands.end_grant(contact.dossier, grant=team.pk, by=fresh(front_line.hub_manager))


def test_restricting_names_who_keeps_access_before_and_takes_it_from_teams(contact, front_line, signed_in):
    let(contact, front_line.police_unit, front_line.hub_manager)
    client = at_work(signed_in, front_line.hub_manager)
    page = client.get(address("restrict", contact)).content.decode()
    assert "Des Lead, Hu Manager, Po Unit" in page
    assert "Front door hub" in page
    client.post(address("restrict", contact), {"restriction": "restricted", "reason": WHY})
    assert [sees(Contact, user) for user in (front_line.hub_worker, front_line.hub_manager)] == [0, 1]
    assert sees(Contact, front_line.police_unit) == 1
    assert "Restricted record" in client.get(address("access", contact)).content.decode()


def test_a_team_is_not_let_into_a_restricted_record(contact, front_line):
    restrict(contact, front_line.hub_manager, "restricted")
    with looking(front_line.hub_manager):
        me, dossier = fresh(front_line.hub_manager), Dossier.objects.get(pk=contact.dossier_id)
        with pytest.raises(NotDone, match="choose a person"):
            commands.let_see(dossier, holder=f"team-{front_line.hub.pk}", level=4, reason=WHY, by=me)


def test_a_restriction_is_reviewed_every_ninety_days(contact, front_line, signed_in):
    restrict(contact, front_line.hub_manager, "restricted")
    run = ClockRun.objects.running().get(clock="restriction-review")
    assert (run.due_on - timezone.localdate()).days == 90
    queue = at_work(signed_in, front_line.hub_manager).get(reverse("trust:restrictions")).content.decode()
    assert contact.dossier.reference in queue
    restrict(contact, front_line.hub_manager, "restricted")
    assert [one.state for one in RestrictionReview.objects.all()] == ["kept", "due"]
    assert ClockRun.objects.running().filter(clock="restriction-review").count() == 1
    restrict(contact, front_line.hub_manager, "open")
    assert [one.state for one in RestrictionReview.objects.all()] == ["kept", "lifted"]
    assert not ClockRun.objects.running().filter(clock="restriction-review").exists()
    assert sees(Contact, front_line.hub_worker) == 1


def test_a_review_waits_for_those_who_hold_the_record_alone(contact, front_line, signed_in):
    restrict(contact, front_line.hub_manager, "sealed")
    other = User.objects.create(email="ot@addiscombe-vale.example", name="Ot Manager")
    from sightline.core.models import RoleAssignment

    RoleAssignment.objects.create(user=other, role="hub-manager", from_on=timezone.localdate())
    for user, there in ((front_line.hub_manager, True), (other, False)):
        client = at_work(signed_in, user)
        for page in (reverse("trust:restrictions"), reverse("worklist")):
            assert (contact.dossier.reference in client.get(page).content.decode()) is there, (user, page)


def test_nobody_comes_to_a_sealed_record_by_way_of_another(contact, people, front_line):
    with looking(front_line.hub_manager):
        commands.restrict(people.dossier, restriction="sealed", reason=WHY, by=fresh(front_line.hub_manager))
    with system_actor("the tests"):
        link(contact.dossier, people.dossier, "subject")
        give(contact.dossier, front_line.police_unit, 4, Grant.Source.ALLOCATION, by=front_line.hub_manager)
    assert sees(Contact, front_line.police_unit) == 1
    assert sees(Person, front_line.police_unit) == 0


def test_reasons_are_seen_with_the_whole_record_alone(contact, front_line, signed_in):
    restrict(contact, front_line.hub_manager, "restricted")
    assert sees(AccessReason, front_line.hub_manager) == 1
    assert sees(AccessReason, front_line.designated_lead) == 0
    page = at_work(signed_in, front_line.designated_lead).get(address("access", contact)).content.decode()
    assert "CANARY" not in page
    assert "Hu Manager" not in page


def test_each_page_about_a_record_says_how_far_it_is_closed_and_who_is_in(contact, front_line, signed_in):
    from sightline.core.trust.panel import access_to

    with looking(front_line.hub_manager):
        shown = access_to(contact.dossier, fresh(front_line.hub_manager))
    assert (shown.restriction, shown.may_give, shown.may_restrict) == ("", True, True)
    with looking(front_line.designated_lead):
        shown = access_to(contact.dossier, fresh(front_line.designated_lead))
    assert (shown.may_give, shown.may_restrict, list(shown.holders)) == (False, False, [])
