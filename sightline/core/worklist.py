"""The worklist: what waits, across every process, in one query for a page however many rows there are.

The rows of each kind of work (`core.work`) are narrowed, put beneath one another, sorted and cut in the
database. A second query counts them by when they are due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from sightline.core.models import User
from sightline.core.permissions import ROLES, Permission, Role
from sightline.core.policy import ROUTES
from sightline.core.process import processes
from sightline.core.work import COLUMNS, COUNTED, DueWhen, Item, Link, Work

Rows = QuerySet[Any, dict[str, Any]]


class Scope(StrEnum):
    """Whose work is listed."""

    MINE = "mine"
    TEAM = "team"
    AGENCY = "agency"
    ALL = "all"


class Order(StrEnum):
    """What comes first."""

    DUE = "due"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the worklist; what is empty does not narrow it.

    `process` is the title of a process. `who` says for whom it waits: `agency-3`, `team-2`, `role-analyst`.
    """

    scope: Scope = Scope.MINE
    due: DueWhen | None = None
    process: str = ""
    who: str = ""
    order: Order = Order.DUE


@dataclass(frozen=True)
class Counts:
    """How many rows there are, by when they are due, whichever of these is asked for."""

    by_due: Mapping[DueWhen, int]

    def of(self, due: DueWhen | None) -> int:
        """How many are due then; of None, how many there are at all."""
        return sum(self.by_due.values()) if due is None else self.by_due.get(due, 0)


def kinds(process: str = "") -> dict[str, Work]:
    """Every kind of work by its key, or those of the process that has a title."""
    chosen = (one for one in processes() if process in ("", one.title))
    return {work.key: work for one in chosen for work in one.work}


def page(user: User, asked: Asked, first: int, count: int) -> list[Item]:
    """The rows from the place `first` on, 0 being the foremost: one query."""
    now = timezone.now()
    branches = [_due_then(rows, asked.due) for rows in _branches(user, asked, now)]
    if not branches:
        return []
    by_due = [F("work_due_on").asc(nulls_last=True), F("work_due_at").asc(nulls_last=True)]
    oldest = [F(name).asc() for name in ("work_since", "work_kind", "work_key", "work_about")]
    order = [*by_due, *oldest] if asked.order is Order.DUE else oldest
    together = _together(branches).order_by(*order)[first : first + count]
    known = kinds()
    return [Item.of(known[row["work_kind"]], row) for row in together]


def counts(user: User, asked: Asked) -> Counts:
    """How many rows there are by when they are due, leaving aside which of these is asked for: one query."""
    branches = [
        rows.values("due_when").annotate(rows=Count("*")).order_by()
        for rows in _branches(user, asked, timezone.now(), COUNTED)
    ]
    found = dict.fromkeys(DueWhen, 0)
    for row in _together(branches) if branches else ():
        found[DueWhen(row["due_when"])] += row["rows"]
    return Counts(found)


def link(user: User, item: Item) -> Link | None:
    """Where a row leads this person: to do it, or to look at it; None where neither page opens for them."""
    doing = item.work.doing if may_do(user, item) else None
    for one in (doing, item.work.looking):
        if one is not None and ROUTES[one.route].opens_for(user.may):
            return one
    return None


def address(item: Item, to: Link) -> str:
    """The path of the page that a row leads to."""
    return reverse(to.route, args=item.keys if to.has_key else None)


def may_do(user: User, item: Item) -> bool:
    """Whether this person is the one, or one of those, who may do it."""
    if not user.may(item.work.permission):
        return False
    is_own = item.for_agency is not None and item.for_agency == user.agency_id
    return is_own or not _own_agency_only(user, item.work.permission)


def _own_agency_only(user: User, permission: Permission) -> bool:
    """Whether every role that gives it counts for the holder's own agency alone."""
    cards = [ROLES[role] for role in user.roles if permission in ROLES[role].permissions]
    return all(card.own_agency_only for card in cards)


def _branches(user: User, asked: Asked, now: datetime, columns: Iterable[str] = COLUMNS) -> Iterator[Rows]:
    """The rows of each kind, narrowed to what is asked for in all but when they are due.

    A kind that can have no such row is left out: a query of many kinds takes long to write.
    """
    for work in kinds(asked.process).values():
        within, waits_for = _within(user, work, asked.scope), _waits_for(work, asked.who)
        if within is not None and waits_for is not None:
            rows = work.rows(user, columns).annotate(due_when=_due_when(now)).filter(within & waits_for)
            if not _is_empty(rows):
                yield rows


def _is_empty(rows: Rows) -> bool:
    """Whether it is known without asking that there are none, as for somebody who may see nothing of a kind.

    Beneath one single kind with rows, Django names the tables of an empty one, without the rule that guards
    them: the tripwire would refuse the whole page.
    """
    try:
        compiler = rows.query.get_compiler(rows.db)
        compiler.compile(rows.query.where)
    except EmptyResultSet:
        return True
    return False


def _together(branches: list[Rows]) -> Rows:
    first, *others = branches
    return first.union(*others, all=True) if others else first


def _due_then(rows: Rows, due: DueWhen | None) -> Rows:
    return rows if due is None else rows.filter(due_when=due)


def _due_when(now: datetime) -> Case:
    today = timezone.localdate(now)
    sunday = today + timedelta(days=6 - today.weekday())
    return Case(
        When(Q(work_due_on__lt=today) | Q(work_due_at__lt=now), then=Value(DueWhen.OVERDUE)),
        When(work_due_on=today, then=Value(DueWhen.TODAY)),
        When(work_due_on__lte=sunday, then=Value(DueWhen.THIS_WEEK)),
        When(work_due_on__isnull=True, then=Value(DueWhen.NEVER)),
        default=Value(DueWhen.LATER),
        output_field=CharField(),
    )


def _within(user: User, work: Work, scope: Scope) -> Q | None:
    """The rows of a kind that are in a scope; None where none can be."""
    match scope:
        case Scope.ALL:
            return Q()
        case Scope.TEAM:
            return Q(work_for_team__in=user.team_ids) if work.for_team and user.team_ids else None
        case Scope.AGENCY:
            return Q(work_for_agency=user.agency_id) if work.for_agency and user.agency_id else None
    by_name = Q(work_for_user=user.pk) if work.for_user else None
    by_role = _for_roles_of(user, work)
    return by_name | by_role if by_name and by_role else by_name or by_role


def _for_roles_of(user: User, work: Work) -> Q | None:
    """The rows that wait for nobody by name and no team, and that this person's roles let them do."""
    if not user.may(work.permission):
        return None
    agencies = [] if _own_agency_only(user, work.permission) else [Q(work_for_agency=None)]
    if work.for_agency and user.agency_id:
        agencies.append(Q(work_for_agency=user.agency_id))
    return Q(reduce(or_, agencies), work_for_user=None, work_for_team=None) if agencies else None


def _waits_for(work: Work, who: str) -> Q | None:
    """The rows of a kind that wait for somebody: an agency, a team, the holders of a role; None for none."""
    what, _, key = who.partition("-")
    if what in ("agency", "team") and key.isdecimal():
        return Q(**{f"work_for_{what}": int(key)})
    if what == "role" and key in set(Role):
        card = ROLES[Role(key)]
        of_an_agency = Q(work_for_agency__isnull=not card.own_agency_only)
        is_theirs = work.permission in card.permissions
        return Q(of_an_agency, work_for_user=None, work_for_team=None) if is_theirs else None
    return Q()
