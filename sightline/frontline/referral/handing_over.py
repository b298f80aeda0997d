"""Handing over what was decided: offered to a team, who accept it or send it back with a reason.

What passes is the work. The contact stays the hub's, which still has to tell its referrer and to close it; so
somebody holds it at every moment, and the team that accepts keeps its access to it.
"""

from __future__ import annotations

from django.utils import timezone

from sightline.core import flow
from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.models import Team
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust import dossiers
from sightline.frontline.referral.models import Contact, Decision, HandOver, HandOverWords, Outcome
from sightline.frontline.referral.receivers import must_reach
from sightline.frontline.referral.standing import handed_over, take

States = HandOver.States
DECIDED = (Contact.States.DECIDED, Contact.States.FED_BACK)


@command(Permission.DECIDE_CONTACT)
def hand_over(
    contact: Contact, *, to_team: Team | None, words: str, authority: str = "", by: Actor
) -> HandOver:
    """Offer a decided contact to the team that the decision leads to; the sender holds it till then.

    The team sees it from then on. Another authority is named instead of a team. Raises `NotDone` before the
    decision, where the decision leads to nobody, and while an offer has no answer.
    """
    decision = _decision(contact)
    if decision.outcome == Outcome.NO_FURTHER_ACTION:
        raise NotDone("No further action was decided: there is nothing to hand over")
    _to_somebody(contact, decision, to_team, authority)
    if not words.strip():
        raise NotDone("Write what you ask them to do", field="words")
    if HandOver.objects.filter(dossier=contact.dossier, state=States.OFFERED).exists():
        raise NotDone("It is offered already, and has no answer yet")
    if handed_over(contact):
        raise NotDone("This decision has been handed over and accepted")
    if to_team is not None:
        must_reach(contact.dossier, to_team, Permission.TAKE_OVER, "to_team")
    assert contact.decided_at is not None, "a decided contact says when"
    # Where the server's clock went back since, it was offered the moment it was decided, and not before.
    offered = HandOver(
        dossier=contact.dossier,
        to_team=to_team,
        offered_at=max(timezone.now(), contact.decided_at),
        offered_by=person(by),
    )
    flow.begin(offered, by)
    HandOverWords(
        dossier=contact.dossier, hand_over=offered, route=decision.outcome, words=words, authority=authority
    ).save(force_insert=True)
    if to_team is not None:
        dossiers.give(contact.dossier, to_team, Level.FULL, dossiers.Source.HAND_OVER, by=by)
    return offered


@command(Permission.TAKE_OVER)
def accept(offered: HandOver, *, words: str = "", by: Actor) -> None:
    """Accept what is offered to one's team. Raises `NotDone` for anybody else, and where it was answered."""
    _answer(offered, States.ACCEPTED, words, by)


@command(Permission.TAKE_OVER)
def send_back(offered: HandOver, *, words: str, by: Actor) -> None:
    """Send back what is offered to one's team, and say why; the sender has held it all the while.

    Raises `NotDone` without a reason, for anybody else, and where it was answered meanwhile.
    """
    if not words.strip():
        raise NotDone("Write why it is sent back", field="words")
    _answer(offered, States.RETURNED, words, by)
    if offered.to_team_id is not None:
        held = dossiers.given(offered.dossier_id, dossiers.Source.HAND_OVER)
        dossiers.end(held.filter(team=offered.to_team_id))


def _to_somebody(contact: Contact, decision: Decision, to_team: Team | None, authority: str) -> None:
    """Another authority is named, and a team of the partnership chosen. Raises `NotDone`."""
    goes_outside = decision.outcome == Outcome.OTHER_AUTHORITY
    if goes_outside and (to_team is not None or not authority.strip()):
        raise NotDone("Name the authority, and no team", field="authority")
    if not goes_outside and to_team is None:
        raise NotDone("Choose the team that takes it over", field="to_team")
    if to_team is not None and to_team.pk == contact.dossier.owner_team_id:
        raise NotDone("Your own team holds it already", field="to_team")


def _answer(offered: HandOver, to: str, words: str, by: Actor) -> None:
    offered.refresh_from_db(from_queryset=HandOver.objects.select_for_update())
    who = person(by)
    if offered.state != States.OFFERED:
        answered = f" by {offered.answered_by}" if offered.answered_by else ""
        raise NotDone(f"This was {offered.get_state_display().lower()} meanwhile{answered}")
    # What another authority answers the hub notes, which offered it.
    team = offered.to_team_id or offered.dossier.owner_team_id
    if who is not None and team not in who.team_ids:
        raise NotDone("Only the team that it is offered to can answer")
    said = HandOverWords.objects.get(hand_over=offered)
    said.answer = words
    said.save(update_fields=["answer"])
    offered.answered_at, offered.answered_by = timezone.now(), who
    offered.save(update_fields=["answered_at", "answered_by"])
    flow.move(offered, to, by)


def _decision(contact: Contact) -> Decision:
    take(contact)
    if contact.state not in DECIDED:
        raise NotDone("Decide it first")
    found: Decision = Decision.objects.get(dossier=contact.dossier, replaced_at=None)
    return found
