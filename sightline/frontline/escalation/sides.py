"""Who is which side in a dispute: who answers it, who speaks for whoever raised it, whom it can go to."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from sightline.core.audit import Actor, kind, person
from sightline.core.models import ClockRun, RoleAssignment, User
from sightline.core.permissions import ROLES, Permission
from sightline.core.policy import REACH, Kind
from sightline.core.trust import dossiers
from sightline.core.trust.models import Dossier
from sightline.frontline.escalation.models import (
    INFORMAL_STAGES,
    LAST_STAGE,
    OPEN_STATES,
    Escalation,
    readable,
)

CLOCK = "escalation-stage"


def to_answer(user: User) -> QuerySet[Escalation]:
    """The disputes that are theirs to answer at the present stage: at first those of the team that holds the
    record, then of its managers, then of whoever was named; never those that they raised.
    """
    return readable(user).filter(_answering(user))


def to_take_further(user: User) -> QuerySet[Escalation]:
    """The disputes that they may take higher, or be content with: their own, and those of their agency.

    For a referrer without an account the team that holds the record does, which speaks to them.
    """
    return readable(user).filter(_furthering(user))


def to_end(user: User) -> QuerySet[Escalation]:
    """The disputes in which they are one side or the other."""
    return readable(user).filter(_answering(user) | _furthering(user))


def to_decide_again(user: User) -> QuerySet[Escalation]:
    """The disputes in records that their team holds, which decides again what was disputed."""
    return readable(user).filter(_held(user))


def _held(user: User) -> Q:
    return Q(dossier__owner_team__in=user.team_ids)


def _answering(user: User) -> Q:
    last = INFORMAL_STAGES if user.may(Permission.ANSWER_HIGHER_STAGES) else 1
    by_team = Q(stage__lte=last) & _held(user)
    return (by_team | Q(answerer=user)) & (Q(raised_by=None) | ~Q(raised_by=user))


def _furthering(user: User) -> Q:
    of_nobody = Q(raised_by=None) & _held(user)
    if user.agency_id is None:
        return Q(raised_by=user) | of_nobody
    of_colleagues = Q(raised_by__isnull=False, raised_by_agency=user.agency_id)
    is_other_side = _held(user) | Q(answerer__isnull=False, answerer=user)
    return Q(raised_by=user) | of_nobody | (of_colleagues & ~is_other_side)


def answers(by: Actor, dispute: Escalation) -> bool:
    """Whether it is theirs to answer."""
    user = person(by)
    return user is None or to_answer(user).filter(pk=dispute.pk).exists()


def speaks_for_raiser(by: Actor, dispute: Escalation) -> bool:
    """Whether they may take it further."""
    user = person(by)
    return user is None or to_take_further(user).filter(pk=dispute.pk).exists()


def holds(by: Actor, dossier: Dossier) -> bool:
    """Whether they are of the team that holds the record."""
    user = person(by)
    return user is None or dossier.owner_team_id in user.team_ids


def who_can_be_named(dispute: Escalation) -> QuerySet[User]:
    """To whom it can go from the third stage on: managers whose role reaches such records far enough.

    Where the record is closed off, only those who are let in by name already: nobody is let into such a
    record by way of a dispute.
    """
    record, today = dispute.dossier, timezone.localdate()
    roles = [
        role
        for role, reach in REACH.items()
        if Permission.ANSWER_HIGHER_STAGES in ROLES[role].permissions
        and reach.kinds.get(Kind(record.kind), 0) >= dispute.level
    ]
    by_role = RoleAssignment.objects.live(today).filter(role__in=roles)
    people: QuerySet[User] = User.objects.filter(is_active=True, pk__in=by_role.values("user"))
    people = people.exclude(pk__in=dossiers.excluded(record).values("user"))
    if dispute.raised_by_id is not None:
        people = people.exclude(pk=dispute.raised_by_id)
    if record.restriction != Dossier.Restriction.OPEN:
        let_in = dossiers.holders(record).filter(user__isnull=False, level__gte=dispute.level)
        people = people.filter(pk__in=let_in.values("user"))
    return people.select_related("agency").order_by("name", "pk")


def due_at(dispute: Escalation) -> datetime | None:
    """By when this stage must be settled; None once it has ended, or where no limit is set."""
    run = ClockRun.objects.running().filter(
        clock=CLOCK, subject_kind=kind(dispute), subject_key=str(dispute.pk)
    )
    return run.values_list("due_at", flat=True).first()


def is_late(dispute: Escalation) -> bool:
    """Whether this stage is past its limit."""
    due = due_at(dispute)
    return due is not None and due < timezone.now()


def is_silent(dispute: Escalation) -> bool:
    """Whether nobody has answered in time; where no limit is set, whether nobody has answered."""
    waits = dispute.state == Escalation.States.RAISED
    return waits and (due_at(dispute) is None or is_late(dispute))


def next_names_somebody(dispute: Escalation) -> bool:
    """Whether its next stage is answered by somebody who is named."""
    return dispute.stage + 1 > INFORMAL_STAGES


def may_take_higher(by: Actor, dispute: Escalation) -> bool:
    """Whether it is theirs, and time, to take it to the next stage."""
    is_time = dispute.state == Escalation.States.ANSWERED or is_silent(dispute)
    return dispute.stage < LAST_STAGE and is_time and speaks_for_raiser(by, dispute)


def endings(by: Actor, dispute: Escalation) -> frozenset[bool]:
    """How they may end it: upheld (True) or not (False).

    Who answers may uphold it, and may end it otherwise only once nobody takes it further: after the last
    stage, or where its limit passed after the answer. Who raised it may be content at any time; who speaks
    for a referrer without an account, once there is an answer that the referrer was told.
    """
    if dispute.state not in OPEN_STATES:
        return frozenset()
    is_answerer, is_raiser = answers(by, dispute), speaks_for_raiser(by, dispute)
    is_over = dispute.state == Escalation.States.ANSWERED and (
        is_raiser or (is_answerer and (dispute.stage == LAST_STAGE or is_late(dispute)))
    )
    may_rest = is_over or (is_raiser and dispute.raised_by_id is not None)
    return frozenset([True] * is_answerer + [False] * may_rest)
