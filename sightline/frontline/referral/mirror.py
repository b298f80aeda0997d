"""How an agency refers and what becomes of it: counts alone, of the contacts that it made in a period.

Nothing here tells of a child: what is read are columns that hold codes, moments and keys, and no words.

Contacts whose record is sealed are left out, and so are those from which the reader is excluded, wherever
something is counted or listed: a number must not tell what a list may not. What is published for the
partnership's figures counts them, so a sum of these counts may be smaller than those figures; that they
differ has other reasons too, such as an agency that nobody named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now, TruncMonth
from django.utils import timezone

from sightline.clocks.calendar import add_months, end_of_day
from sightline.core.models import Agency, ClockRun, User
from sightline.core.trust.dossiers import may_be_counted, shut_out
from sightline.core.trust.models import Dossier
from sightline.core.work import Key
from sightline.frontline.referral.models import Concern, Contact, Decision, Request

FEWEST = 6
"""All agencies are compared with only where the others among them have at least as many as this."""

AN_HOUR = 60 * 60
"""How long the counts of all agencies together are kept, in seconds."""


@dataclass(frozen=True)
class Period:
    """The days that are looked at, both included."""

    key: str
    title: str
    first: date
    last: date

    def holds(self, column: str) -> Q:
        """The condition that a moment lies in it."""
        begin = end_of_day(self.first - timedelta(days=1))
        return Q(**{f"{column}__gt": begin, f"{column}__lte": end_of_day(self.last)})


def periods(today: date) -> list[Period]:
    """The periods to choose from, the usual one first."""
    quarter = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    year = add_months(today, -12) + timedelta(days=1)
    return [
        Period("12-months", "The last 12 months", year, today),
        Period("this-quarter", "This quarter so far", quarter, today),
        Period("last-quarter", "The last quarter", add_months(quarter, -3), quarter - timedelta(days=1)),
    ]


@dataclass(frozen=True)
class InTime:
    """Of what was due, how much was done in time; what is neither done nor due yet does not count."""

    done: int
    of: int
    median: timedelta | None


@dataclass(frozen=True)
class Mirror:
    """What is counted of contacts; `levels` by the level asked for and the level decided.

    `reasons`, `scores` and `levels` are of the decisions in force. `requests` is what the agency itself was
    asked; nobody else's.
    """

    sent: int
    reasons: Mapping[str, int]
    scores: Mapping[int, int]
    levels: Mapping[tuple[int, int], int]
    feedback: InTime
    requests: InTime

    @property
    def decided(self) -> int:
        """How many were decided."""
        return sum(self.reasons.values())

    @property
    def accepted(self) -> int:
        """How many were decided and accepted."""
        return self.reasons.get("", 0)


def contacts_of(agency: Agency | None, period: Period, reader: User) -> QuerySet[Contact]:
    """The contacts that an agency made in a period, the latest first; of any agency for None."""
    made = Concern.objects.filter(agency=agency) if agency else Concern.objects.exclude(agency=None)
    told: QuerySet[Contact] = Contact.objects.filter(may_be_counted(reader), period.holds("received_at"))
    return told.filter(dossier__in=made.values("dossier"))


def mirror_of(agency: Agency | None, period: Period, reader: User) -> Mirror:
    """What becomes of an agency's contacts; of those of all agencies together for None."""
    contacts = contacts_of(agency, period, reader).order_by()
    decided = Decision.objects.filter(replaced_at=None, dossier__in=contacts.values("dossier")).order_by()
    asked = Concern.objects.filter(dossier=OuterRef("dossier")).values("level_asked")[:1]
    ways = _grouped(
        decided.annotate(asked=Subquery(asked)), "not_accepted", "quality_score", "asked", "level"
    )
    reasons, scores, levels = Counter[str](), Counter[int](), Counter[tuple[int, int]]()
    for reason, score, level_asked, level, count in ways:
        reasons[reason] += count
        if score is not None:
            scores[score] += count
        if level_asked is not None:
            levels[level_asked, level] += count
    requests = Request.objects.filter(may_be_counted(reader), period.holds("asked_at")).order_by()
    return Mirror(
        sent=contacts.count(),
        reasons=reasons,
        scores=scores,
        levels=levels,
        feedback=_in_time(contacts, "received_at", "told_at"),
        requests=_in_time(requests.filter(agency=agency) if agency else requests, "asked_at", "answered_at"),
    )


def mirror_of_all(period: Period, reader: User) -> Mirror:
    """The same of all agencies together, which takes long to count: as it was at most an hour ago.

    Counted anew at once when something is sealed or a person is shut out of it, or no longer is.
    """
    sealed = Dossier.objects.filter(restriction=Dossier.Restriction.SEALED).order_by("pk")
    excluded = shut_out(reader).order_by("dossier")
    unknown = [*sealed.values_list("pk", flat=True), "", *excluded.values_list("dossier", flat=True)]
    left_out = blake2b(" ".join(map(str, unknown)).encode(), digest_size=16).hexdigest()
    key = f"mirror-{period.first}-{period.last}-{left_out}"
    counted: Mirror | None = cache.get(key)
    if counted is None:
        counted = mirror_of(None, period, reader)
        cache.set(key, counted, AN_HOUR)
    return counted


@dataclass(frozen=True)
class Month:
    """The contacts of a month, by what was decided."""

    first: date
    accepted: int
    not_accepted: int
    undecided: int

    @property
    def sent(self) -> int:
        """All of them."""
        return self.accepted + self.not_accepted + self.undecided


def by_month(agency: Agency, period: Period, reader: User) -> Iterator[Month]:
    """An agency's contacts, month by month, also of months without any."""
    decided = Decision.objects.filter(dossier=OuterRef("dossier"), replaced_at=None)
    contacts = contacts_of(agency, period, reader).order_by()
    why = contacts.annotate(why=Subquery(decided.values("not_accepted")[:1]))
    found: Counter[tuple[date, str]] = Counter()
    for month, reason, count in _grouped(why.annotate(month=TruncMonth("received_at")), "month", "why"):
        way = "undecided" if reason is None else "not_accepted" if reason else "accepted"
        found[timezone.localdate(month), way] += count
    first = period.first.replace(day=1)
    while first <= period.last:
        ways = ("accepted", "not_accepted", "undecided")
        yield Month(first, **{way: found[first, way] for way in ways})
        first = add_months(first, 1)


def by_agency(period: Period, reader: User) -> dict[int, tuple[int, int, int]]:
    """For each agency that made any: contacts, those decided, and of those the accepted ones."""
    of_agency = Concern.objects.filter(dossier=OuterRef("dossier")).values("agency")[:1]
    contacts = contacts_of(None, period, reader).order_by()
    decided = Decision.objects.filter(replaced_at=None, dossier__in=contacts.values("dossier")).order_by()
    sent = dict(_grouped(contacts.annotate(whose=Subquery(of_agency)), "whose"))
    ways: dict[int, Counter[bool]] = {}
    for agency, reason, count in _grouped(
        decided.annotate(whose=Subquery(of_agency)), "whose", "not_accepted"
    ):
        ways.setdefault(agency, Counter())[not reason] += count
    return {
        agency: (count, (of := ways.get(agency, Counter[bool]())).total(), of[True])
        for agency, count in sent.items()
    }


def _grouped(rows: QuerySet[Any], *columns: str) -> Any:
    return rows.values_list(*columns).annotate(count=Count("pk"))


def _in_time(rows: QuerySet[Any], begun: str, ended: str) -> InTime:
    """How many ended before they were due, and the median time that it took those that have ended.

    One that has a limit and is late counts, whether it has ended or not; what was taken back, if it was due
    before.
    """
    runs = ClockRun.objects.filter(
        clock__in=_CLOCKS[ended], subject_kind=rows.model._meta.db_table, subject_key=Key(OuterRef("pk"))
    )
    last = runs.order_by("-started_at")
    limited = rows.annotate(
        ended=F(ended),
        due=Subquery(last.values("due_at")[:1]),
        until=Coalesce(F(ended), Subquery(last.values("stopped_at")[:1]), Now()),
    )
    found = limited.aggregate(
        done=Count("pk", filter=Q(ended__lte=F("due"))),
        late=Count("pk", filter=Q(due__lt=F("until"))),
        all=Count("ended"),
    )
    done, late = found["done"], found["late"]
    ends = rows.exclude(**{ended: None}).annotate(took=F(ended) - F(begun)).order_by("took")
    return InTime(done, done + late, _median(ends, found["all"]))


_CLOCKS: Mapping[str, tuple[str, ...]] = {
    "told_at": ("referrer-acknowledged",),
    "answered_at": ("mash-response-red", "mash-response-amber", "mash-response-green"),
}


def _median(ends: QuerySet[Any], count: int) -> timedelta | None:
    """The middle of so many times that something took, of the two in the middle the mean; None of none."""
    if not count:
        return None
    low, high = (count - 1) // 2, count // 2
    middle = list(ends.values_list("took", flat=True)[low : high + 1])
    return sum(middle, timedelta()) / len(middle)
