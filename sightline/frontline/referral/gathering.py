"""What the hub does before a decision: a first look and a rating, and what other agencies are asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from sightline.core import flow
from sightline.core.audit import Actor, deed, person
from sightline.core.command import NotDone, command
from sightline.core.jobs import enqueue
from sightline.core.models import Agency, NoticeKind, Team, User
from sightline.core.notices import notify
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust import dossiers
from sightline.core.trust.actor import unguarded
from sightline.frontline.referral.models import (
    Answer,
    Contact,
    Feedback,
    Question,
    Rating,
    Request,
    Screening,
)
from sightline.frontline.referral.news import tell_referrer
from sightline.frontline.referral.receivers import able, must_reach
from sightline.frontline.referral.standing import due_of, not_decided, not_twice
from sightline.govuk.jinja import moment

States = Contact.States


@command(Permission.SCREEN_CONTACT, detail=("rating",))
def screen(contact: Contact, *, rating: str, words: str, by: Actor) -> Screening:
    """Give a contact its first rating, or another one; its clock C03 counts from when it was received.

    Raises `NotDone` once it is decided.
    """
    not_decided(contact)
    if rating not in Rating.values:
        raise NotDone("Choose a rating", field="rating")
    not_twice(Screening, contact, by, rating=rating, words=words)
    if contact.state == States.RECEIVED:
        contact.rating_initial = rating
        contact.save(update_fields=["rating_initial"])
        flow.move(contact, States.SCREENED, by)
    contact.rating_final = rating
    contact.save(update_fields=["rating_final"])
    flow.note(contact, "referral-rated", by, only_clocks=_clock(rating), clocks_from=contact.received_at)
    given = Screening(dossier=contact.dossier, rating=rating, words=words, by=person(by))
    given.save(force_insert=True)
    return given


@command(Permission.SCREEN_CONTACT)
def ask(contact: Contact, *, agency: Agency, of: User | Team, question: str, by: Actor) -> Request:
    """Ask an agency what it knows, by a person or a team of it, who see what was told until it is decided.

    Where it is urgent they are told at once. Raises `NotDone` before the contact is screened, once it is
    decided, where the agency is asked already, and for somebody of another agency or who cannot answer.
    """
    not_decided(contact)
    if contact.state == States.RECEIVED:
        raise NotDone("Screen it first: the rating says by when the agency must answer")
    if not question.strip():
        raise NotDone("Write what you want to know", field="question")
    if of.agency_id != agency.pk:
        raise NotDone(f"{of} is not of {agency}", field="of")
    must_reach(contact.dossier, of, Permission.ANSWER_REQUEST, "of")
    if Request.objects.filter(dossier=contact.dossier, agency=agency, state=Request.States.ASKED).exists():
        raise NotDone(f"{agency} was asked already and has not answered yet", field="of")
    request = Request(dossier=contact.dossier, agency=agency, rating=contact.rating, asked_by=person(by))
    flow.begin(request, by, only_clocks=_clock(contact.rating))
    Question(dossier=contact.dossier, request=request, text=question).save(force_insert=True)
    dossiers.give(contact.dossier, of, Level.RECEIPT, dossiers.Source.REQUEST, by=by)
    if contact.state == States.SCREENED:
        flow.move(contact, States.GATHERING, by)
    if contact.rating == Rating.RED or contact.is_immediate:
        _tell_at_once(contact, request, of)
    return request


def ask_all(contact: Contact, *, of: Collection[User | Team], question: str, by: Actor) -> None:
    """Put one question to a person or a team of each of several agencies: to all of them, or to none."""
    with deed():
        for one in of:
            if one.agency is None:
                raise NotDone(f"{one} is of no agency", field="of")
            ask(contact, agency=one.agency, of=one, question=question, by=by)


@command(Permission.ANSWER_REQUEST, detail=("is_nothing_known",))
def answer(
    request: Request,
    *,
    text: str,
    is_nothing_known: bool = False,
    may_be_shared: bool = False,
    at: datetime | None = None,
    by: Actor,
) -> None:
    """Write what one's own agency knows; from then on those who decide see it alone.

    Raises `NotDone` for somebody of another agency, where it was answered or withdrawn meanwhile, and for an
    answer from the future.
    """
    answering = person(by)
    if answering is not None and answering.agency_id != request.agency_id:
        raise NotDone(f"Only {request.agency} can answer this")
    _still_asked(request)
    if not text.strip() and not is_nothing_known:
        raise NotDone("Write what your agency knows, or say that it knows nothing", field="text")
    if at is not None and not request.asked_at <= at <= timezone.now():
        raise NotDone("It was answered between the asking and now")
    request.answered_at, request.answered_by = at or timezone.now(), answering
    request.save(update_fields=["answered_at", "answered_by"])
    flow.move(request, Request.States.ANSWERED, by, at=at)
    with unguarded("an answer that its writer sees no more"):
        Answer(
            dossier_id=request.dossier_id,
            request=request,
            text=text,
            is_nothing_known=is_nothing_known,
            may_be_shared=may_be_shared,
        ).save(force_insert=True)


@command(Permission.SCREEN_CONTACT)
def withdraw_request(request: Request, *, by: Actor) -> None:
    """Wait for an agency's answer no longer; whoever was asked sees the contact no more.

    Raises `NotDone` where it has answered meanwhile.
    """
    _still_asked(request)
    flow.move(request, Request.States.WITHDRAWN, by)
    asked = dossiers.given(request.dossier_id, dossiers.Source.REQUEST)
    dossiers.end(asked.filter(user__agency=request.agency) | asked.filter(team__agency=request.agency))


@command(Permission.SCREEN_CONTACT)
def acknowledge(contact: Contact, *, words: str, by: Actor) -> Feedback:
    """Tell the referrer that it is being dealt with, and the next step (clock C02); decisions have their own.

    Raises `NotDone` once it is decided.
    """
    not_decided(contact)
    if not words.strip():
        raise NotDone("Write what happens next", field="words")
    not_twice(Feedback, contact, by, words=words)
    said = Feedback(dossier=contact.dossier, words=words, by=person(by))
    said.save(force_insert=True)
    flow.note(contact, "referrer-told", by)
    if contact.told_at is None:
        contact.told_at = said.at
        contact.save(update_fields=["told_at"])
    tell_referrer(contact, said)
    return said


def was_asked(user: User, key: UUID) -> bool:
    """Whether a request, which this person may not see any more, had been put to them or to their team."""
    with unguarded("whether somebody was asked who is asked no more"):
        request = Request.objects.filter(pk=key, agency=user.agency_id).first()
    if request is None:
        return False
    asked = dossiers.given(request.dossier_id, dossiers.Source.REQUEST)
    return asked.filter(Q(user=user) | Q(team__in=user.team_ids)).exists()


def _still_asked(request: Request) -> None:
    request.refresh_from_db(from_queryset=Request.objects.select_for_update())
    if request.state == Request.States.ANSWERED:
        who = request.answered_by or request.agency
        raise NotDone(f"{who} answered this meanwhile, {moment(request.answered_at or timezone.now())}")
    if request.state != Request.States.ASKED:
        raise NotDone("The front door has withdrawn this question meanwhile")


def _tell_at_once(contact: Contact, request: Request, of: User | Team) -> None:
    """Send whoever is asked an e-mail that names no child and does not wait for the daily one."""
    due = due_of([request]).get(request.pk)
    by_when = f", {due}" if due else ""
    said = f"The front door asks what your agency knows, contact {contact.dossier.reference}{by_when}"
    page = reverse("referral:answer", args=[request.pk])
    for notice in notify(able(contact.dossier, of, Permission.ANSWER_REQUEST), NoticeKind.DUE, said, page):
        enqueue("trust.tell-at-once", notice.pk)


def _clock(rating: str) -> tuple[str, ...]:
    """The clock of a rating; what is rated blue has none."""
    return (f"mash-response-{rating}",) if rating and rating != Rating.BLUE else ()
