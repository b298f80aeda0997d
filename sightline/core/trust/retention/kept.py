"""Which dossiers are kept, until when and why; of which of them somebody may know.

It reads no more than covers, and of a child the date of birth, from which some years count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from sightline.core import local
from sightline.core.audit import Actor
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Kind, Level
from sightline.core.retention import KINDS, Rule, Start
from sightline.core.trust.access import seen_at
from sightline.core.trust.actor import unguarded
from sightline.core.trust.guarded import guarded_models
from sightline.core.trust.models import Disposal, Dossier, Exclusion, GlassReview, Grant, Hold, Link


@dataclass(frozen=True)
class Due:
    """A dossier that may be disposed of, since when, and by which rule."""

    dossier: Dossier
    rule: Rule
    since: date

    @property
    def since_words(self) -> str:
        """The day; of one that counts from a birth the year alone, for the day would tell the birthday."""
        return str(self.since.year) if self.rule.counted_from is Start.BIRTH else f"{self.since:%-d %B %Y}"


def known_to(by: Actor) -> Q | None:
    """Of which dossiers somebody may know for this; None for the system, which knows of all.

    Whoever keeps retention knows of every cover that is not sealed and that they are not excluded from;
    whoever disposes of records, of those that they see in full, and not by breaking the glass.
    """
    if not isinstance(by, User):
        return None
    if by.may(Permission.KEEP_RETENTION):
        excluded = Exclusion.objects.live().filter(user=by).values("dossier")
        return ~Q(restriction=Dossier.Restriction.SEALED) & ~Q(pk__in=excluded)
    by_name = Q(user=by) & ~Q(source=Grant.Source.BREAK_GLASS)
    by_team = Q(team__in=by.team_ids, dossier__restriction=Dossier.Restriction.OPEN)
    held = Grant.objects.live().filter(by_name | by_team, level=Level.FULL)
    seen, by_holding = seen_at(Level.FULL, "pk"), Q(pk__in=held.values("dossier"))
    return by_holding if seen is None else seen & by_holding


def known(by: Actor, **which: object) -> list[Dossier]:
    """The dossiers of which somebody may know for this, out of those asked for."""
    with unguarded("the covers of records that are kept"):
        return list(_known(by).filter(**which))


def due(by: Actor, most: int) -> tuple[list[Due], int]:
    """Dossiers that may be disposed of today, of which somebody may know: the first of them, and how many."""
    rules, today = local.partnership().retention, timezone.localdate()
    long_enough = (_kept_long_enough(kind, rule, today) for kind, rule in rules.items())
    with unguarded("the covers of records that are kept"):
        rows = _known(by).filter(reduce(or_, long_enough, Q(pk__in=[]))).exclude(_must_stay())
        count, found = rows.count(), list(rows.order_by("closed_at", "reference")[:most])
    births = births_of(one.pk for one in found)
    dated = []
    for one in found:
        rule = rules[Kind(one.kind)]
        since = rule.due_on(_closed_on(one), births.get(one.pk))
        assert since is not None
        dated.append(Due(one, rule, since))
    return sorted(dated, key=lambda one: (one.since, one.dossier.reference)), count


def why_kept(dossier: Dossier) -> str:
    """Why a dossier may not be disposed of today, in words; empty where it may."""
    hold = Hold.objects.in_force().filter(dossier=dossier).first()
    if Disposal.objects.filter(dossier=dossier, state=Disposal.States.CERTIFIED).exists():
        return f"{dossier} has been disposed of"
    if hold is not None:
        until = f"until {hold.until_on:%-d %B %Y}" if hold.until_on else "until it is lifted"
        return f"{dossier} is on legal hold {until}: {hold.reason}"
    if GlassReview.objects.filter(dossier=dossier, state=GlassReview.States.BROKEN).exists():
        return f"The glass of {dossier} was broken, and that is still to be reviewed"
    if _is_open(dossier):
        return f"{dossier} is still open" if dossier.kind != Kind.PERSON else _person_is_kept(dossier)
    rule = local.partnership().retention.get(Kind(dossier.kind))
    if rule is None:
        return f"The partnership has not set how long this is kept: {KINDS[Kind(dossier.kind)].lower()}"
    since = rule.due_on(_closed_on(dossier), births_of([dossier.pk]).get(dossier.pk))
    if since is None:
        return f"{dossier} is kept {rule.words}, and that day is not known"
    if since > timezone.localdate():
        return f"{dossier} is kept {rule.words}: until {since.year}"
    return ""


def births_of(dossiers: Iterable[UUID]) -> Mapping[UUID, date]:
    """The birth of the child whom each dossier is about, where it is known; of several the latest."""
    keys = list(dossiers)
    with unguarded("dates of birth, from which years count"):
        links = Link.objects.filter(dossier__in=keys, part=Link.Part.SUBJECT)
        about = {key: {key} for key in keys}
        for link in links:
            about[link.dossier_id].add(link.person_dossier_id)
        born: dict[UUID, date] = {}
        for model in (model for model in guarded_models() if model.born):
            named = {model.born + "__isnull": False, "dossier__in": set().union(*about.values())}
            for row in model._default_manager.filter(**named):
                day = getattr(row, model.born)
                born[row.dossier_key] = max(day, born.get(row.dossier_key, day))
    found = {key: [born[one] for one in ones if one in born] for key, ones in about.items()}
    return {key: max(days) for key, days in found.items() if days}


def _known(by: Actor) -> QuerySet[Dossier]:
    condition = known_to(by)
    rows: QuerySet[Dossier] = Dossier.objects.select_related("owner_agency", "owner_team")
    return rows if condition is None else rows.filter(condition)


def _kept_long_enough(kind: Kind, rule: Rule, today: date) -> Q:
    """The condition on a dossier of a kind that its years have passed."""
    last, closed = rule.last_start(today), Q(kind=kind, closed_at__isnull=False)
    if rule.counted_from is Start.CLOSED:
        return closed & Q(closed_at__date__lte=last)
    early, late = _born("lte", last), _born("gt", last)
    return (Q(kind=kind) if kind is Kind.PERSON else closed) & early & ~late


def _born(how: str, day: date) -> Q:
    """The condition on a dossier that the child whom it is about was born until a day, or after it.

    Sets of keys, asked for once, and no question for each dossier: there may be many of both.
    """
    found = Q(pk__in=[])
    for model in (model for model in guarded_models() if model.born):
        born = model._default_manager.filter(**{f"{model.born}__{how}": day}).values("dossier_id")
        about = Link.objects.filter(part=Link.Part.SUBJECT, person_dossier_id__in=born)
        found |= Q(pk__in=born) | Q(pk__in=about.values("dossier_id"))
    return found


def _must_stay() -> Q:
    """The condition on a dossier that it stays, however long it has been kept."""
    gone = Disposal.objects.filter(state=Disposal.States.CERTIFIED)
    broken = GlassReview.objects.filter(state=GlassReview.States.BROKEN)
    stay = [rows.values("dossier_id") for rows in (Hold.objects.in_force(), gone, broken)]
    people = Q(kind=Kind.PERSON, pk__in=Link.objects.values("person_dossier_id"))
    return reduce(or_, (Q(pk__in=rows) for rows in stay), people)


def _is_open(dossier: Dossier) -> bool:
    """Whether somebody may still work on it; a person's record, whether a record about them is kept."""
    if dossier.kind != Kind.PERSON:
        return dossier.closed_at is None
    with unguarded("records about a person"):
        return bool(Link.objects.filter(person_dossier=dossier).exists())


def _person_is_kept(dossier: Dossier) -> str:
    return f"{dossier} is kept as long as a record about this person is"


def _closed_on(dossier: Dossier) -> date | None:
    return timezone.localdate(dossier.closed_at) if dossier.closed_at else None
