"""The decision on a contact: taken by a manager against the thresholds, and told to the referrer."""

from __future__ import annotations

from django.utils import timezone

from sightline.core import flow
from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.permissions import Permission
from sightline.core.trust import dossiers
from sightline.frontline.escalation.settling import settle
from sightline.frontline.referral.models import (
    Contact,
    Decision,
    Dissent,
    Feedback,
    HandOver,
    NotAccepted,
    Outcome,
    Request,
)
from sightline.frontline.referral.news import tell_referrer
from sightline.frontline.referral.standing import not_decided, not_twice, take
from sightline.frontline.threshold.models import Level, Version

States = Contact.States
STRAIGHT_ON = (Outcome.OPEN_CASE, Outcome.STRATEGY_DISCUSSION)
"""What is decided without a screening before it: the child is known to a team, or in danger."""


@command(Permission.DECIDE_CONTACT, detail=("outcome", "level"))
def decide(
    contact: Contact,
    *,
    outcome: str,
    level: int,
    reasons: str,
    not_accepted: str = "",
    quality_score: int | None = None,
    by: Actor,
) -> Decision:
    """Decide what happens next, against the thresholds in force; a decision before it stays, replaced.

    What agencies have not answered yet is asked no more, and they see the contact no longer. Raises `NotDone`
    where no thresholds are in force, without a level or reasons, before the screening (unless a child is in
    danger or the case open), once it is decided, and for no further action without a reason that the referrer
    can be given.
    """
    not_decided(contact)
    thresholds = Version.objects.in_force()
    if thresholds is None:
        raise NotDone("No thresholds are in force. The board manager puts a version in force first")
    _complete(outcome, level, reasons, not_accepted, quality_score)
    if contact.state == States.RECEIVED and not contact.is_immediate and outcome not in STRAIGHT_ON:
        raise NotDone("Screen it first, so that its rating is known", field="outcome")
    score_before = _replace_decision(contact)
    decision = Decision(
        dossier=contact.dossier,
        outcome=outcome,
        level=level,
        thresholds=thresholds,
        reasons=reasons,
        not_accepted=not_accepted,
        quality_score=score_before if quality_score is None else quality_score,
        by=person(by),
    )
    decision.save(force_insert=True)
    contact.decided_at = decision.at
    contact.save(update_fields=["decided_at"])
    _ask_no_more(contact, by)
    flow.move(contact, States.DECIDED, by)
    return decision


@command(Permission.DISSENT)
def dissent(contact: Contact, *, words: str, by: Actor) -> Dissent:
    """Say that one does not agree with the decision; it stands beside it. Raises `NotDone` without one."""
    take(contact)
    if not words.strip():
        raise NotDone("Write why you do not agree", field="words")
    if not Decision.objects.filter(dossier=contact.dossier).exists():
        raise NotDone("There is no decision yet with which anybody could disagree")
    not_twice(Dissent, contact, by, words=words)
    said = person(by)
    added = Dissent(dossier=contact.dossier, words=words, agency=said.agency if said else None, by=said)
    added.save(force_insert=True)
    return added


@command(Permission.SCREEN_CONTACT)
def tell(contact: Contact, *, words: str, alternative: str = "", quality: str = "", by: Actor) -> Feedback:
    """Tell the referrer what was decided and why, and what is offered where it was not accepted.

    A dispute that was upheld is settled once the new decision is told.
    Raises `NotDone` before the decision, and for one that was not accepted without an alternative.
    """
    take(contact)
    if contact.state != States.DECIDED:
        raise NotDone("There is no decision that the referrer was not told already")
    if not words.strip():
        raise NotDone("Write what was decided, and why", field="words")
    decision = Decision.objects.get(dossier=contact.dossier, replaced_at=None)
    if decision.not_accepted and not alternative.strip():
        raise NotDone("Say what is offered instead: nobody is turned away without", field="alternative")
    said = Feedback(
        dossier=contact.dossier,
        words=words,
        outcome=decision.outcome,
        level=decision.level,
        not_accepted=decision.not_accepted,
        alternative=alternative,
        quality=quality,
        by=person(by),
    )
    said.save(force_insert=True)
    flow.move(contact, States.FED_BACK, by)
    settle(contact.dossier, decided_at=decision.at, by=by)
    if contact.told_at is None:
        contact.told_at = said.at
        contact.save(update_fields=["told_at"])
    tell_referrer(contact, said)
    return said


@command(Permission.DECIDE_CONTACT)
def reopen(contact: Contact, *, by: Actor) -> None:
    """Take up a decided contact once more: it was sent back, or a dispute was upheld.

    The decision stands until another takes its place. Raises `NotDone` for a contact that is not decided, and
    while another team has an offer of it without an answer.
    """
    take(contact)
    if contact.state not in (States.DECIDED, States.FED_BACK):
        raise NotDone("This contact is not decided")
    offered = HandOver.objects.select_related("to_team").filter(dossier=contact.dossier, state="offered")
    if waits := offered.first():
        raise NotDone(
            f"{waits.to_team or 'Another authority'} has it on offer: wait for the answer before you take it"
            " up once more"
        )
    flow.move(contact, States.GATHERING, by)


def _complete(outcome: str, level: int, reasons: str, not_accepted: str, quality_score: int | None) -> None:
    """Raises `NotDone` for a decision that lacks what everybody must be able to read later."""
    if outcome not in Outcome.values:
        raise NotDone("Choose what is decided", field="outcome")
    if level not in Level.values:
        raise NotDone("Choose the level of need", field="level")
    if not reasons.strip():
        raise NotDone("Write why", field="reasons")
    if quality_score not in (None, 0, 1, 2, 3):
        raise NotDone("The score is 0 to 3", field="quality_score")
    if outcome != Outcome.NO_FURTHER_ACTION and not_accepted:
        raise NotDone("Only no further action has a reason against", field="not_accepted")
    if outcome == Outcome.NO_FURTHER_ACTION and not_accepted not in NotAccepted.values:
        raise NotDone("Say why it is not accepted", field="not_accepted")


def _replace_decision(contact: Contact) -> int | None:
    """End the decision in force, if there is one; gives its score: the referral is as good as it was."""
    before = Decision.objects.filter(dossier=contact.dossier, replaced_at=None).first()
    if before is None:
        return None
    before.replaced_at = timezone.now()
    before.save(update_fields=["replaced_at"])
    score: int | None = before.quality_score
    return score


def _ask_no_more(contact: Contact, by: Actor) -> None:
    """Withdraw the questions that nobody answered, and end what the agencies were given for answering."""
    for request in Request.objects.filter(dossier=contact.dossier, state=Request.States.ASKED):
        flow.move(request, Request.States.WITHDRAWN, by)
    dossiers.end(dossiers.given(contact.dossier_id, dossiers.Source.REQUEST))
