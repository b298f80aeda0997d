"""One child of a census, as read: the modules of the return with their days and codes, and their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sightline.exchange.reading import Child


@dataclass(slots=True)
class Assessment:
    line: int
    start: date
    authorised: date | None
    factors: tuple[str, ...]


@dataclass(slots=True)
class Enquiry:
    """A section 47 enquiry."""

    line: int
    start: date
    target: date | None
    conference: date | None
    is_unnecessary: bool | None


@dataclass(slots=True)
class NeedPlan:
    line: int
    start: date
    end: date | None


@dataclass(slots=True)
class Review:
    line: int
    held: date


@dataclass(slots=True)
class ProtectionPlan:
    line: int
    start: date
    end: date | None
    initial: str | None
    latest: str | None
    previous: int | None
    reviews: tuple[Review, ...]


@dataclass(slots=True)
class Episode:
    """One CINdetails. `referred` is unknown when the module itself was refused but not what is in it."""

    line: int
    referred: date | None
    source: str | None
    need: str | None
    closed: date | None
    reason: str | None
    conference: date | None
    is_nfa: bool | None
    assessments: list[Assessment] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)
    need_plans: list[NeedPlan] = field(default_factory=list)
    protection_plans: list[ProtectionPlan] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """One Child. `born` and `expected` are the dates of birth and of expected birth."""

    line: int
    child: Child
    born: date | None
    expected: date | None
    died: date | None
    disabilities: tuple[str, ...]
    episodes: tuple[Episode, ...]
