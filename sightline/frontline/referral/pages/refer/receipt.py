"""What a referrer without an account sees of what became of it, and where they say that they disagree.

Whoever has the address may read the page: so it shows no word that the referrer wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from sightline.core.audit import System, kind, record_event
from sightline.core.models import ClockRun
from sightline.core.pages.doing import done
from sightline.core.pages.refusals import too_often
from sightline.core.policy import Read, Section
from sightline.core.trust.actor import system_actor
from sightline.frontline.escalation.commands import raise_escalation
from sightline.frontline.escalation.models import Escalation, Said, Words
from sightline.frontline.referral.models import Concern, Contact, Feedback, Request
from sightline.frontline.referral.pages.refer.forms import long_text
from sightline.frontline.referral.pages.refer.limits import is_too_often
from sightline.frontline.referral.pages.refer.visit import form_page, quiet, refused
from sightline.frontline.referral.sending import contact_of

States = Contact.States
ROUTE = "referral:refer-receipt"
READER = System("the receipt of a referrer")
LONGEST = 10_000
TO_REFERRER = (Said.What.ANSWER, Said.What.RESOLUTION)
"""What of a dispute is said to the referrer; the rest is theirs, or for the partnership."""


@require_safe
@form_page
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """The receipt of what was sent, by the key of its link; of the child and the family it says nothing."""
    if is_too_often(request, "receipt"):
        return quiet(too_often(request))
    contact = contact_of(key)
    if contact is None:
        return render(request, "referral/refer/gone.html", status=410)
    clock = ClockRun.objects.filter(
        clock="referrer-acknowledged", subject_kind=kind(contact), subject_key=str(contact.pk)
    ).first()
    with system_actor("the receipt of a referrer"):
        said, disputes = told(contact), disputes_in(contact)
        context = {
            "contact": contact,
            "key": key,
            "progress": progress(contact),
            "due": clock.due_at if clock else None,
            "said": said,
            "disputes": disputes,
            "may_disagree": may_disagree(said, disputes),
            "address": urljoin(settings.SITE, request.path),
        }
    answer = render(request, "referral/refer/receipt.html", context)
    record_event(
        f"{Read.VIEW}:{ROUTE}", READER, subject=contact.dossier, detail={"sections": [Section.REFERRAL]}
    )
    return answer


def progress(contact: Contact) -> list[tuple[str, bool]]:
    """The steps in plain words, and which of them are done; those that it skipped are left out."""
    is_decided = contact.state in (States.DECIDED, States.FED_BACK, States.CLOSED)
    is_asked = Request.objects.filter(dossier=contact.dossier_id).exists()
    steps = [
        ("We have received it", True),
        ("We have read it and are looking into it", contact.state != States.RECEIVED),
        ("We have asked others who know the family", is_asked),
        ("We have decided what happens next", is_decided),
        ("We have told you", contact.told_at is not None),
    ]
    return [(step, is_done) for step, is_done in steps if is_done or not is_decided or "told" in step]


@dataclass(frozen=True)
class Dispute:
    """A dispute about what was decided, with the words of it that are said to the referrer."""

    how_far: Escalation
    said: Sequence[Words]


class DisagreeForm(forms.Form):
    """What a referrer disagrees with; only that must be told."""

    disputed = long_text(
        "What do you disagree with, and why?",
        "Say what should happen instead, and what makes you think so.",
        rows=8,
        most=LONGEST,
        missing="Write what you disagree with, and why",
    )
    safety_meanwhile = long_text(
        "What keeps the child safe until you have an answer?",
        "Who looks after the child, or keeps an eye on them.",
        rows=4,
        most=LONGEST,
    )


@form_page
def disagree(request: HttpRequest, key: str) -> HttpResponse:
    """Disagree with what was decided; sent twice, it is one dispute."""
    if request.method != "POST" and is_too_often(request, "receipt"):
        return quiet(too_often(request))
    contact = contact_of(key)
    if contact is None:
        return render(request, "referral/refer/gone.html", status=410)
    form = DisagreeForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "contact": contact, "key": key}
    with system_actor("the receipt of a referrer"):
        if not may_disagree(told(contact), disputes_in(contact)):
            return redirect(ROUTE, key)
        if request.method == "POST" and is_too_often(request, "send"):
            return refused(request, "referral/refer/disagree.html", context)
        if form.is_valid() and dispute(contact, form):
            return redirect(ROUTE, key)
    return render(request, "referral/refer/disagree.html", context)


def dispute(contact: Contact, form: DisagreeForm) -> bool:
    """Have the team that holds the contact answer; False, with words beside the form, where none does."""
    referrer = Concern.objects.get(dossier=contact.dossier_id).referrer
    given = form.cleaned_data
    try:
        return done(form, lambda: raise_escalation(contact.dossier, raised_as=referrer, by=READER, **given))
    except IntegrityError:  # It was sent twice at the same moment: the other one is stored.
        return True


def told(contact: Contact) -> list[Feedback]:
    """What the referrer was told, in its order."""
    return list(Feedback.objects.filter(dossier=contact.dossier_id))


def disputes_in(contact: Contact) -> list[Dispute]:
    """What was disputed as a referrer, the first first."""
    found = Escalation.objects.filter(dossier=contact.dossier_id, is_among_workers=False)
    words = list(Words.objects.filter(dossier=contact.dossier_id, what__in=TO_REFERRER))
    return [
        Dispute(one, [said for said in words if said.escalation_id == one.pk])
        for one in found.order_by("raised_at")
    ]


def may_disagree(said: Sequence[Feedback], disputes: Sequence[Dispute]) -> bool:
    """Whether the referrer was told a decision that nobody has disputed as a referrer."""
    decided = [one.at for one in said if one.outcome]
    return bool(decided) and all(one.how_far.raised_at < decided[-1] for one in disputes)
