"""How a contact stands at this moment: what every command asks before it does anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from sightline.core.audit import Actor, person
from sightline.core.command import NotDone
from sightline.core.due_words import due_in_words
from sightline.core.models import ClockRun
from sightline.core.trust.actor import unguarded
from sightline.core.trust.guarded import Protected
from sightline.frontline.referral.models import Contact, Decision, HandOver, Request
from sightline.govuk.jinja import moment

States = Contact.States
UNDECIDED = (States.RECEIVED, States.SCREENED, States.GATHERING)


def take(contact: Contact) -> None:
    """Wait until nobody else is changing it, and know where it stands then: the second of two finds what the
    first did. A closed one is only read. Raises `NotDone`.
    """
    contact.refresh_from_db(from_queryset=Contact.objects.select_for_update())
    if contact.state == States.CLOSED:
        raise NotDone("This contact has been closed. Nothing can be added to it")


def not_decided(contact: Contact) -> None:
    """What comes before a decision is done before it. Raises `NotDone`, which says who decided and when."""
    take(contact)
    if contact.state in UNDECIDED:
        return
    decision = Decision.objects.select_related("by").get(dossier=contact.dossier, replaced_at=None)
    who = f"{decision.by} decided" if decision.by else "It was decided"
    said = decision.get_outcome_display()
    raise NotDone(f"{who} on this contact meanwhile, {moment(decision.at)}: {said}. Yours was not saved")


def not_twice(model: type[Protected], contact: Contact, by: Actor, **said: Any) -> None:
    """What somebody said last they do not say again: a form sent twice is one deed. Raises `NotDone`.

    `said`: the fields of the row that they are about to add.
    """
    writer = "added_by" if hasattr(model, "added_by") else "by"
    with unguarded("whether a form was sent twice"):
        last = model.objects.filter(dossier=contact.dossier_id).last()
    mine = last is not None and person(by) is not None and getattr(last, writer) == person(by)
    if mine and all(getattr(last, name) == value for name, value in said.items()):
        raise NotDone("This was saved already: the form was sent twice, and is kept once")


def handed_over(contact: Contact) -> bool:
    """Whether somebody has accepted what the decision in force leads to."""
    accepted = HandOver.objects.filter(dossier=contact.dossier, state=HandOver.States.ACCEPTED)
    return bool(accepted.filter(offered_at__gte=contact.decided_at).exists())


def due_of(requests: Iterable[Request]) -> Mapping[UUID, str]:
    """By when each of these must be answered, in words; what has no clock running is left out."""
    keys = {str(one.pk): one.pk for one in requests}
    runs = ClockRun.objects.running().filter(
        subject_kind=Request._meta.db_table, subject_key__in=list(keys), due_on__isnull=False
    )
    now = timezone.now()
    return {keys[run.subject_key]: due_in_words(run.due_on, run.due_at, now) for run in runs}
