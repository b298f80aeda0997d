"""The work that waits in contacts, step by step: screen, decide, tell the referrer, close."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import seen_at
from sightline.core.work import Due, Link, Work
from sightline.frontline.referral.models import Contact

States = Contact.States


def _in(*states: States) -> Callable[[User], QuerySet[Contact]]:
    """The contacts in these states that this person may see the whole of."""

    def waiting(user: User) -> QuerySet[Contact]:
        seen: QuerySet[Contact] = Contact.objects.visible_to(user)
        return seen.filter(seen_at(Level.FULL, "dossier_id") or Q(), state__in=states)

    return waiting


def _step(
    key: str,
    title: str,
    doing: Link,
    permission: Permission,
    clock: str,
    waiting: Callable[..., QuerySet[Contact]],
) -> Work:
    return Work(
        key=key,
        title=title,
        doing=doing,
        looking=Link("See", "referral:contact"),
        permission=permission,
        waiting=waiting,
        about=Concat(Value("contact "), F("dossier__reference")),
        states=dict(States.choices),
        since=F("received_at"),
        due=Due.by_clock(clock, "referral_contact") if clock else Due(),
        for_user=F("allocated_to_id"),
        for_team=F("dossier__owner_team_id"),
    )


WORK = (
    _step(
        "contact-to-screen",
        "Contacts to screen",
        Link("Screen", "referral:screen"),
        Permission.SCREEN_CONTACT,
        "referral-decision",
        _in(States.RECEIVED),
    ),
    _step(
        "contact-to-decide",
        "Contacts to decide",
        Link("Decide", "referral:decide"),
        Permission.DECIDE_CONTACT,
        "referral-decision",
        _in(States.SCREENED, States.GATHERING),
    ),
    _step(
        "referrer-to-tell",
        "Referrers to tell what was decided",
        Link("Tell the referrer of", "referral:tell"),
        Permission.SCREEN_CONTACT,
        "referrer-acknowledged",
        _in(States.DECIDED),
    ),
    _step(
        "contact-to-close",
        "Contacts to close",
        Link("Close", "referral:close"),
        Permission.CLOSE_CONTACT,
        "",
        _in(States.FED_BACK),
    ),
)
"""What waits in contacts."""
