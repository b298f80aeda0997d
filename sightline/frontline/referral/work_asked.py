"""The work that waits with those whom the front door asks, and with the front door for their answers."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from sightline.core.models import ClockRun, User
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import seen_at
from sightline.core.work import Due, Key, Link, Work
from sightline.frontline.referral.models import Contact, Decision, HandOver, Outcome, Request

_ABOUT = Concat(Value("contact "), F("dossier__reference"))
_DECIDED = (Contact.States.DECIDED, Contact.States.FED_BACK)
_RUNS = ClockRun.objects.running().filter(
    clock__startswith="mash-response-",
    subject_kind=Request._meta.db_table,
    subject_key=Key(OuterRef("pk")),
)
_DUE = Due(Subquery(_RUNS.values("due_on")[:1]), Subquery(_RUNS.values("due_at")[:1]))


def _to_answer(user: User) -> QuerySet[Request]:
    """What one's own agency is asked: another's is nobody else's business."""
    seen: QuerySet[Request] = Request.objects.visible_to(user)
    return seen.filter(state=Request.States.ASKED, agency=user.agency_id)


def _to_offer(user: User) -> QuerySet[Contact]:
    """Decided, leading somewhere, and neither offered nor accepted nor sent back since."""
    leads_on = Decision.objects.filter(dossier=OuterRef("dossier"), replaced_at=None).exclude(
        outcome=Outcome.NO_FURTHER_ACTION
    )
    offered = HandOver.objects.filter(dossier=OuterRef("dossier"), offered_at__gte=OuterRef("decided_at"))
    seen: QuerySet[Contact] = Contact.objects.visible_to(user)
    return seen.filter(Exists(leads_on), ~Exists(offered), state__in=_DECIDED)


def _sent_back(user: User) -> QuerySet[Contact]:
    """Sent back, and neither decided anew nor offered again since."""
    since = HandOver.objects.filter(dossier=OuterRef("dossier"), offered_at__gte=OuterRef("decided_at"))
    returned = since.filter(state=HandOver.States.RETURNED)
    others = since.exclude(state=HandOver.States.RETURNED)
    seen: QuerySet[Contact] = Contact.objects.visible_to(user)
    seen = seen.filter(seen_at(Level.FULL, "dossier_id") or Q())
    return seen.filter(Exists(returned), ~Exists(others), state__in=_DECIDED)


def _offered(user: User) -> QuerySet[HandOver]:
    seen: QuerySet[HandOver] = HandOver.objects.visible_to(user)
    return seen.filter(state=HandOver.States.OFFERED)


def _with_contact(key: str, title: str, doing: Link, waiting: Any) -> Work:
    return Work(
        key=key,
        title=title,
        doing=doing,
        looking=Link("See", "referral:contact"),
        permission=Permission.DECIDE_CONTACT,
        waiting=waiting,
        about=_ABOUT,
        states=dict(Contact.States.choices),
        since=F("decided_at"),
        for_user=F("allocated_to_id"),
        for_team=F("dossier__owner_team_id"),
    )


WORK_ASKED = (
    Work(
        key="request-to-answer",
        title="What the front door asks",
        doing=Link("Answer what is asked about", "referral:answer"),
        permission=Permission.ANSWER_REQUEST,
        waiting=_to_answer,
        about=_ABOUT,
        states=dict(Request.States.choices),
        since=F("asked_at"),
        due=_DUE,
        for_agency=F("agency_id"),
    ),
    Work(
        key="hand-over-to-answer",
        title="Work that is handed over",
        doing=Link("Accept or send back", "referral:reply"),
        permission=Permission.TAKE_OVER,
        waiting=_offered,
        about=_ABOUT,
        states=dict(HandOver.States.choices),
        since=F("offered_at"),
        for_team=Coalesce("to_team_id", "dossier__owner_team_id"),
    ),
    _with_contact(
        "contact-to-hand-over",
        "Contacts to hand over",
        Link("Hand over", "referral:hand-over"),
        _to_offer,
    ),
    _with_contact(
        "contact-sent-back",
        "Contacts that were sent back",
        Link("Decide anew on", "referral:reopen"),
        _sent_back,
    ),
)
"""What waits for an answer, or because of one."""
