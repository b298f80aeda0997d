"""What can be done about access to a record: let in, shut out, restrict, break the glass, review."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from sightline.core import digest, flow
from sightline.core.audit import Actor, Outcome, person, record_event
from sightline.core.command import NotDone, Refused, command
from sightline.core.models import Notice, Team, User
from sightline.core.permissions import Permission
from sightline.core.policy import PURPOSES, Kind, Level, Purpose
from sightline.core.trust import dossiers, glass
from sightline.core.trust.actor import Viewer
from sightline.core.trust.covers import found_by_reference
from sightline.core.trust.grants import GLASS_LASTS
from sightline.core.trust.limits import CONFLICT_DECLARATION, GLASS_REVIEW, RESTRICTION_REVIEW, limits
from sightline.core.trust.merges import set_restriction
from sightline.core.trust.models import (
    AccessReason,
    ConflictDeclaration,
    Dossier,
    Exclusion,
    GlassReview,
    Grant,
    RestrictionReview,
)
from sightline.core.trust.searches import searches, words_of

Source = Grant.Source
Restriction = Dossier.Restriction

# Let in


@command(Permission.GIVE_ACCESS, detail=("holder", "level", "purpose"))
def let_see(
    dossier: Dossier,
    *,
    holder: str,
    level: int,
    reason: str,
    purpose: str = Purpose.PROTECT,
    until: datetime | None = None,
    panel_on: date | None = None,
    by: Actor,
) -> Grant:
    """Let a person or a team see a record: `holder` is "user-" or "team-" and the key.

    `panel_on`: they are a member of the panel that meets on this day, and cease to see it seven days later.
    Raises `NotDone` for somebody who is excluded or whose roles reach less far, and for a team on a record
    that is not open.
    """
    _refuse_by_glass(dossier, by)
    to = _holder(holder)
    if isinstance(to, User):
        _refuse_beyond(to, dossier, Level(level), Purpose(purpose), by)
    elif dossier.restriction != Restriction.OPEN:
        raise NotDone("On a restricted record only people count who are named: choose a person")
    source = Source.PANEL if panel_on else Source.INVITATION
    ends = dossiers.panel_until(panel_on) if panel_on else until
    if ends is not None and ends <= timezone.now():
        raise NotDone("It would be over before it begins: choose a day to come")
    given = dossiers.give(dossier, to, Level(level), source, by=by, purpose=Purpose(purpose), until=ends)
    _keep_reason(dossier, AccessReason.About.GRANT, reason, by)
    return given


@command(Permission.GIVE_ACCESS, detail=("grant",))
def end_grant(dossier: Dossier, *, grant: int, by: Actor) -> None:
    """Let a person or a team no longer see a record. Raises `NotDone` where nobody would see all of it."""
    _refuse_by_glass(dossier, by)
    live = dossiers.holders(dossier)
    ending = live.filter(pk=grant)
    if not ending.exists():
        raise NotDone("That has ended already")
    lasting = live.exclude(pk=grant).exclude(source__in=(Source.BREAK_GLASS, Source.MERGE))
    if not lasting.filter(level=Level.FULL).exists():
        raise NotDone("Nobody would see the whole record any more: let somebody else see all of it first")
    dossiers.end(ending)


def _holder(holder: str) -> User | Team:
    what, _, key = holder.partition("-")
    return Team.objects.get(pk=key) if what == "team" else User.objects.get(pk=key)


def _refuse_beyond(to: User, dossier: Dossier, level: Level, purpose: Purpose, by: Actor) -> None:
    if to == by:
        raise NotDone("You cannot let yourself see more: ask somebody else who holds the record")
    if Exclusion.objects.live().filter(dossier=dossier, user=to).exists():
        raise NotDone(f"{to.name} is excluded from this record")
    ceiling = Viewer(to, purpose).reach.get(Kind(dossier.kind))
    if ceiling is None:
        raise NotDone(
            f"No role of {to.name} may see a record of this kind in order to "
            f"{PURPOSES[purpose][:1].lower()}{PURPOSES[purpose][1:]}"
        )
    if level > ceiling:
        raise NotDone(f"The role of {to.name} may see at most: {ceiling.name.lower()}")


def _refuse_by_glass(dossier: Dossier, by: Actor) -> None:
    """Whoever is in by breaking the glass alone may look and act, and not decide who else may."""
    me = person(by)
    if me is None:
        return
    full = Grant.objects.live().filter(dossier=dossier, level=Level.FULL)
    by_name = full.filter(user=me)
    by_team = full.filter(team__in=me.team_ids) if dossier.restriction == Restriction.OPEN else full.none()
    if not by_name.exclude(source=Source.BREAK_GLASS).exists() and not by_team.exists():
        raise NotDone("You are here by breaking the glass: ask whoever holds the record to decide this")


def _keep_reason(dossier: Dossier, about: str, text: str, by: Actor) -> AccessReason:
    if not text.strip():
        raise NotDone("Say why")
    kept = AccessReason(dossier=dossier, about=about, text=text.strip(), given_by=person(by))
    kept.save(force_insert=True)
    return kept


# Shut out


@command(Permission.RESTRICT, detail=("user", "kind"))
def exclude(dossier: Dossier, *, user: int, kind: str, reason: str, by: Actor) -> Exclusion:
    """Shut a person out of a record, whatever they are granted; of a person's own, out of all about them."""
    _refuse_by_glass(dossier, by)
    if Exclusion.objects.live().filter(dossier=dossier, user=user).exists():
        raise NotDone("They are excluded already")
    _keep_reason(dossier, AccessReason.About.EXCLUSION, reason, by)
    return dossiers.exclude(dossier, User.objects.get(pk=user), kind, by=by)


@command(Permission.RESTRICT, detail=("exclusion",))
def end_exclusion(dossier: Dossier, *, exclusion: int, by: Actor) -> None:
    """Let an exclusion end, with those that came from it.

    Raises `NotDone` for one that has ended, or that came from a person's own record and ends there.
    """
    _refuse_by_glass(dossier, by)
    found = Exclusion.objects.live().filter(dossier=dossier, pk=exclusion).first()
    if found is None:
        raise NotDone("That has ended already")
    if found.derived_from_id is not None:
        raise NotDone("It comes from the record of a person whom this one is about: end it there")
    dossiers.end_exclusion(found)


@command(Permission.DECLARE_CONFLICT)
def declare_conflict(*, reference: str, by: Actor) -> Dossier | None:
    """Declare that one knows somebody in a record privately: from now on one does not see it.

    None where there is no such record or one is shut out already; whoever declares is not told which.
    """
    me = person(by)
    if me is None:
        raise NotDone("Only a person can know somebody")
    dossier = found_by_reference(me, reference)
    if dossier is None:
        return None
    dossiers.exclude(dossier, me, Exclusion.Reason.DECLARED, by=by)
    glass.tell_of_conflict(dossier, me)
    return dossier


@command(Permission.DECLARE_CONFLICT, detail=("knows_somebody",))
def declare(*, knows_somebody: bool, by: Actor) -> ConflictDeclaration:
    """Make one's yearly declaration: whether one knows anybody privately who may be in a record."""
    me = person(by)
    if me is None:
        raise NotDone("Only a person can know somebody")
    states = ConflictDeclaration.States
    state = states.DECLARED if knows_somebody else states.NOTHING
    found = ConflictDeclaration.objects.filter(user=me).first()
    if found is None:
        found = ConflictDeclaration(user=me, state=state)
        flow.begin(found, by, limits=limits(CONFLICT_DECLARATION))
        return found
    flow.move(found, state, by, limits=limits(CONFLICT_DECLARATION))
    found.declared_at = timezone.now()
    found.save(update_fields=["declared_at"])
    return found


# Restrict


@command(Permission.RESTRICT, detail=("restriction",))
def restrict(dossier: Dossier, *, restriction: str, reason: str, by: Actor) -> None:
    """Restrict or seal a record, keep it so after a review, or open it again.

    Whoever does it keeps access by name; broken glass ends at a seal. A restriction is to be reviewed by a
    day, each time anew.
    """
    _refuse_by_glass(dossier, by)
    before, me = dossier.restriction, person(by)
    if restriction == before == Restriction.OPEN:
        raise NotDone("The record is open already")
    _keep_reason(dossier, AccessReason.About.RESTRICTION, reason, by)
    if me is not None and restriction != Restriction.OPEN:
        _name(dossier, me, by)
    set_restriction(dossier, restriction)
    _conclude_review(dossier, before, by)
    if restriction != Restriction.OPEN:
        review = RestrictionReview(dossier=dossier, restriction=restriction, set_by=me)
        flow.begin(review, by, limits=limits(RESTRICTION_REVIEW))


def _name(dossier: Dossier, me: User, by: Actor) -> None:
    """See to it that the person who restricts a record is named on it, and not there as one of a team."""
    named = dossiers.holders(dossier).filter(user=me, level=Level.FULL).exclude(source=Source.BREAK_GLASS)
    if not named.exists():
        dossiers.give(dossier, me, Level.FULL, Source.INVITATION, by=by)


def _conclude_review(dossier: Dossier, before: str, by: Actor) -> None:
    states = RestrictionReview.States
    due = RestrictionReview.objects.filter(dossier=dossier, state=states.DUE).first()
    if due is None:
        return
    came = states.KEPT if dossier.restriction == before else states.CHANGED
    flow.move(due, states.LIFTED if dossier.restriction == Restriction.OPEN else came, by)


# Break the glass


@command(Permission.BREAK_GLASS, detail=("category",))
def break_glass(*, key: UUID, category: str, reason: str, by: Actor) -> Dossier:
    """Open one record for two hours in an emergency; its owner and whoever reviews access are told.

    Raises `Refused` where the record is sealed, is none, or the person is excluded from it: alike.
    """
    me = person(by)
    dossier = glass.breakable(me, key) if me is not None else None
    if me is None or dossier is None:
        record_event("trust.break-glass", by, outcome=Outcome.REFUSED, subject=Dossier(pk=key))
        raise Refused("there is no such record to be opened")
    level = glass.glass_level(me, Kind(dossier.kind))
    assert level is not None
    until = timezone.now() + GLASS_LASTS
    dossiers.give(dossier, me, level, Source.BREAK_GLASS, by=by, until=until)
    kept = _keep_reason(dossier, AccessReason.About.GLASS, reason, by)
    review = GlassReview(dossier=dossier, category=category, reason_key=kept.pk, broken_by=me, until_at=until)
    flow.begin(review, by, limits=limits(GLASS_REVIEW))
    glass.tell_of_glass(dossier, review, me)
    return dossier


@command(Permission.USE)
def tell_at_once(notice: Notice, *, by: Actor) -> None:
    """Send a person one piece of news by an e-mail of its own, unless it has been sent.

    Raises `OSError` when the mail server does not take it: then the daily e-mail has it.
    """
    waits = Notice.objects.select_for_update(no_key=True).filter(pk=notice.pk, sent_at=None)
    if waits.update(sent_at=timezone.now()):
        digest.at_once(notice).send()


@command(Permission.REVIEW_ACCESS, detail=("is_justified",))
def review_glass(review: GlassReview, *, is_justified: bool, by: Actor) -> None:
    """Judge whether breaking the glass was justified. Raises `NotDone` for one's own."""
    me = person(by)
    if me is not None and me.pk == review.broken_by_id:
        raise NotDone("You broke this glass yourself: another must review it")
    if review.state != GlassReview.States.BROKEN:
        raise NotDone("It is reviewed already")
    states = GlassReview.States
    flow.move(review, states.JUSTIFIED if is_justified else states.NOT_JUSTIFIED, by)
    review.reviewed_by = me
    review.save(update_fields=["reviewed_by"])


@command(Permission.REVIEW_ACCESS, detail=("search",))
def show_search(*, search: int, by: Actor) -> str | None:
    """Show what somebody typed into a search, by the number of its event; None where that is disposed of.

    Raises `NotDone` where the event is no search.
    """
    event = searches().filter(pk=search).first()
    if event is None:
        raise NotDone("That is no search")
    return words_of(event)
