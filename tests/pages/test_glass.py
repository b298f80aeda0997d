"""Breaking the glass: who may, what it opens and for how long, who is told, and who judges it."""

import re
from datetime import timedelta
from time import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, ClockRun, Notice, User
from sightline.core.trust import commands
from sightline.core.trust.models import AccessReason, Exclusion, GlassReview, Grant
from sightline.frontline.referral.models import Contact, PoliceIntelligence, Told
from tests.invented_people import looking

WHY = {"category": "danger", "reason": "CANARY-reason: the parents were seen at the school gate"}


def at_work(signed_in, user, purpose="protect"):
    """A client in whose session the purpose is chosen, and a second factor was just shown."""
    client = signed_in(user)
    client.post(reverse("trust:purpose"), {"purpose": purpose})
    return client


def having_shown_a_code(client, user, ago=0):
    TOTP.activate(user, generate_totp_secret())
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def page(contact):
    return reverse("trust:break-glass", kwargs={"pk": contact.dossier_id})


def masked(html, reference):
    """A page without the token of its form and the reference that was typed."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", html.replace(reference, ""))


def break_it(contact, user):
    with looking(user):
        return commands.break_glass(key=contact.dossier_id, **WHY, by=User.objects.get(pk=user.pk))


def seen(model, user, purpose="protect"):
    with looking(user, purpose):
        return model.objects.count()


def test_the_police_open_one_record_for_two_hours_in_an_emergency(contact, front_line, signed_in):
    client = having_shown_a_code(at_work(signed_in, front_line.police_unit), front_line.police_unit)
    assert "two hours" in client.get(page(contact)).content.decode()
    opened = client.post(page(contact), WHY, follow=True)
    assert opened.redirect_chain[-1][0] == reverse("referral:contact", kwargs={"pk": contact.pk})
    assert "CANARY-referral" in opened.content.decode()
    grant = Grant.objects.get(source="break-glass")
    assert grant.until_at - grant.from_at == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=5))


def test_glass_is_whole_again_after_two_hours(contact, front_line):
    break_it(contact, front_line.police_unit)
    assert seen(Contact, front_line.police_unit) == 1
    started = timezone.now() - timedelta(hours=3)
    Grant.objects.filter(source="break-glass").update(
        from_at=started, until_at=timezone.now() - timedelta(seconds=1)
    )
    assert seen(Contact, front_line.police_unit) == 0


def test_it_asks_for_a_second_factor_shown_within_five_minutes(contact, front_line, signed_in):
    client = at_work(signed_in, front_line.police_unit)
    assert client.get(page(contact))["Location"] == reverse("account")
    having_shown_a_code(client, front_line.police_unit, ago=301)
    for asked in (client.get(page(contact)), client.post(page(contact), WHY)):
        assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Grant.objects.filter(source="break-glass").exists()


def test_a_recovery_code_or_a_password_is_no_second_factor_for_it(contact, front_line, signed_in):
    client = having_shown_a_code(at_work(signed_in, front_line.police_unit), front_line.police_unit)
    session = client.session
    for kind in ({"method": "password"}, {"method": "mfa", "type": "recovery_codes"}):
        session["account_authentication_methods"] = [{**kind, "at": time()}]
        session.save()
        assert client.get(page(contact)).status_code == 302


def test_the_reason_stays_with_the_record_and_out_of_the_log(contact, front_line):
    break_it(contact, front_line.police_unit)
    assert not [event for event in AuditEvent.objects.all() if "CANARY" in str(event.detail)]
    event = AuditEvent.objects.get(action="trust.break-glass")
    assert (event.object_key, event.detail) == (str(contact.dossier_id), {"category": "danger"})
    with looking(front_line.hub_worker):
        assert "CANARY-reason" in AccessReason.objects.get().text
    assert seen(AccessReason, front_line.designated_lead) == 0


def test_the_owners_managers_and_governance_are_told_and_no_child_is_named(contact, front_line):
    break_it(contact, front_line.police_unit)
    told = {notice.user.name: notice.text for notice in Notice.objects.filter(kind="access")}
    assert set(told) == {"Hu Manager", "In Gov"}
    assert all(contact.dossier.reference in text and "Po Unit" in text for text in told.values())
    assert not [text for text in told.values() if "CANARY" in text or "Amira" in text]


def test_they_are_told_at_once_and_not_again_the_next_day(contact, front_line, work):
    break_it(contact, front_line.police_unit)
    work()
    assert {message.to[0] for message in mail.outbox} == {
        front_line.hub_manager.email,
        front_line.governance.email,
    }
    assert all("broke the glass on " in message.body for message in mail.outbox)
    assert not [message for message in mail.outbox if "CANARY" in message.body or "Amira" in message.body]
    assert not Notice.objects.filter(kind="access", sent_at=None).exists()
    work()
    assert len(mail.outbox) == 2


def test_news_that_the_mail_server_does_not_take_waits_for_the_daily_email(
    contact, front_line, work, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    break_it(contact, front_line.police_unit)
    with pytest.raises(ConnectionRefusedError):
        work()
    assert Notice.objects.filter(kind="access", sent_at=None).count() == 2


def test_the_third_within_a_day_is_told_and_not_blocked(contact, front_line):
    for _ in range(3):
        break_it(contact, front_line.police_unit)
        Grant.objects.filter(source="break-glass").update(until_at=timezone.now())
    often = Notice.objects.filter(text__contains="3 times within 24 hours")
    assert [notice.user for notice in often] == [front_line.governance]


@pytest.mark.parametrize("shut", ["sealed", "excluded"])
def test_never_past_a_seal_or_an_exclusion_which_look_like_nothing(contact, front_line, signed_in, shut):
    if shut == "excluded":
        Exclusion.objects.create(dossier=contact.dossier, user=front_line.police_unit, reason="related")
    else:
        with looking(front_line.hub_manager):
            me = User.objects.get(pk=front_line.hub_manager.pk)
            commands.restrict(contact.dossier, restriction="sealed", reason="A threat", by=me)
    client = having_shown_a_code(at_work(signed_in, front_line.police_unit), front_line.police_unit)
    nothing = reverse("trust:break-glass", kwargs={"pk": "00000000-0000-4000-8000-000000000000"})
    for asked, of_nothing in (
        (client.get(page(contact)), client.get(nothing)),
        (client.post(page(contact), WHY), client.post(nothing, WHY)),
    ):
        assert asked.status_code == of_nothing.status_code == 404
        assert asked.content == of_nothing.content
    with pytest.raises(Refused):
        break_it(contact, front_line.police_unit)
    found = client.post(reverse("trust:glass"), {"reference": contact.dossier.reference}).content.decode()
    unknown = client.post(reverse("trust:glass"), {"reference": "C26-00000000"}).content.decode()
    assert masked(found, contact.dossier.reference) == masked(unknown, "C26-00000000")
    assert AuditEvent.objects.filter(outcome="refused", object_key=str(contact.dossier_id)).count() == 3


def test_a_seal_ends_broken_glass(contact, front_line):
    break_it(contact, front_line.police_unit)
    me = User.objects.get(pk=front_line.hub_manager.pk)
    with looking(me):
        commands.restrict(contact.dossier, restriction="sealed", reason="A threat", by=me)
    assert seen(Contact, front_line.police_unit) == 0
    assert seen(Contact, front_line.hub_manager) == 1


def test_glass_is_not_broken_for_a_cover_alone(contact, front_line):
    """The designated officer may know that a contact exists, and no more: there is nothing to open."""
    with pytest.raises(Refused):
        break_it(contact, front_line.designated_officer)


def test_a_school_and_governance_break_no_glass(contact, front_line, signed_in):
    for user in (front_line.designated_lead, front_line.governance):
        assert at_work(signed_in, user).get(page(contact)).status_code == 404
        with pytest.raises(Refused):
            break_it(contact, user)


def test_it_opens_no_more_than_the_role_may_see(people, front_line):
    """Health reach a person's record as contributors: broken glass gives them no protected address."""
    break_it(people, front_line.health)
    assert Grant.objects.get(source="break-glass").level == 3


def test_it_opens_one_record_and_not_those_of_its_people(contact, people, front_line):
    from sightline.core.trust.actor import system_actor
    from sightline.core.trust.dossiers import link
    from sightline.people.models import Person

    with system_actor("the tests"):
        link(contact.dossier, people.dossier, "subject")
    break_it(contact, front_line.police_unit)
    assert seen(Told, front_line.police_unit) == 1
    assert seen(Person, front_line.police_unit) == 0


def test_whoever_is_in_by_broken_glass_lets_nobody_else_in(contact, front_line):
    stranger = User.objects.get(pk=front_line.health.pk)
    Grant.objects.filter(dossier=contact.dossier).exclude(user=front_line.designated_lead).update(
        team=None, user=stranger
    )
    break_it(contact, front_line.hub_manager)
    me = User.objects.get(pk=front_line.hub_manager.pk)
    with looking(me):
        assert PoliceIntelligence.objects.count() == 1
        with pytest.raises(NotDone, match="by breaking the glass"):
            commands.let_see(contact.dossier, holder=f"user-{stranger.pk}", level=4, reason="x", by=me)
        with pytest.raises(NotDone, match="by breaking the glass"):
            commands.restrict(contact.dossier, restriction="sealed", reason="x", by=me)


def test_it_is_reviewed_by_another_within_five_working_days(contact, front_line, signed_in):
    break_it(contact, front_line.police_unit)
    review = GlassReview.objects.get()
    run = ClockRun.objects.get(clock="glass-review")
    assert run.due_on is not None
    assert run.due_on - timezone.localdate() >= timedelta(days=5)
    client = signed_in(front_line.governance)
    queue = client.get(reverse("trust:governance")).content.decode()
    assert all(said in queue for said in (contact.dossier.reference, "Po Unit"))
    assert "CANARY" not in queue
    judged = reverse("trust:glass-review", kwargs={"pk": review.pk})
    shown = client.get(judged).content.decode()
    assert "CANARY-reason" in shown
    assert "CANARY-referral" not in shown
    client.post(judged, {"is_justified": "no"})
    review.refresh_from_db()
    assert (review.state, review.reviewed_by) == ("not-justified", front_line.governance)
    assert not ClockRun.objects.running().filter(clock="glass-review").exists()


def test_an_overdue_review_is_shown_as_overdue(contact, front_line, signed_in):
    break_it(contact, front_line.police_unit)
    ClockRun.objects.filter(clock="glass-review").update(due_on=timezone.localdate() - timedelta(days=1))
    assert "Overdue" in signed_in(front_line.governance).get(reverse("trust:governance")).content.decode()


def test_nobody_judges_their_own(contact, front_line):
    from sightline.core.models import RoleAssignment

    RoleAssignment.objects.create(
        user=front_line.police_unit, role="information-governance", from_on=timezone.localdate()
    )
    break_it(contact, front_line.police_unit)
    me = User.objects.get(pk=front_line.police_unit.pk)
    with looking(me), pytest.raises(NotDone, match="yourself"):
        commands.review_glass(GlassReview.objects.get(), is_justified=True, by=me)


def test_governance_does_not_learn_of_a_record_that_it_is_excluded_from(contact, front_line, signed_in):
    break_it(contact, front_line.police_unit)
    Exclusion.objects.create(dossier=contact.dossier, user=front_line.governance, reason="related")
    client = signed_in(front_line.governance)
    assert contact.dossier.reference not in client.get(reverse("trust:governance")).content.decode()
    looked = reverse("trust:looked", kwargs={"pk": contact.dossier_id})
    review = reverse("trust:glass-review", kwargs={"pk": GlassReview.objects.get().pk})
    assert [client.get(looked).status_code, client.get(review).status_code] == [404, 404]
    found = client.post(reverse("trust:governance"), {"reference": contact.dossier.reference})
    assert "no record with this reference" in found.content.decode()


def test_an_attempt_to_open_a_record_is_told_on_its_page(contact, front_line, signed_in):
    at_work(signed_in, front_line.police_unit).get(reverse("referral:contact", kwargs={"pk": contact.pk}))
    event = AuditEvent.objects.get(outcome="refused")
    assert (event.action, event.object_key) == ("open:referral:contact", str(contact.dossier_id))
    looked = reverse("trust:looked", kwargs={"pk": contact.dossier_id})
    assert "Tried to open" in at_work(signed_in, front_line.hub_manager).get(looked).content.decode()


def test_the_purpose_is_in_the_frame_and_must_be_to_protect(contact, front_line, signed_in):
    client = having_shown_a_code(
        at_work(signed_in, front_line.hub_manager, "quality"), front_line.hub_manager
    )
    assert "Check the quality of practice" in client.get(reverse("trust:start")).content.decode()
    assert client.get(page(contact))["Location"].startswith(reverse("trust:purpose"))
    assert not GlassReview.objects.exists()


def test_a_code_of_the_app_leads_back_to_the_glass(contact, front_line, signed_in):
    """The whole way: sent to confirm, a code typed, back at the page, the record opened."""
    client = at_work(signed_in, front_line.police_unit)
    secret = generate_totp_secret()
    TOTP.activate(front_line.police_unit, secret)
    to_confirm = client.get(page(contact))["Location"]
    assert "This page asks once more who you are" in client.get(to_confirm).content.decode()
    code = format_hotp_value(hotp_value(secret, int(time()) // 30))
    back = client.post(to_confirm, {"code": code, "next": page(contact)})
    assert back["Location"] == page(contact)
    assert "two hours" in client.get(page(contact)).content.decode()
    client.post(page(contact), WHY)
    assert seen(Contact, front_line.police_unit) == 1
