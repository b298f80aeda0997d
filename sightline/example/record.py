"""What the invented case system holds of one child; every writer reads its extract from these records.

A record tells the whole story, also what happens after an extract is taken: writers leave out what had not
happened by their day (`seen`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


def seen(day: date | None, on: date) -> date | None:
    """Give `day` as an extract taken on `on` shows it: blank when it was still to come."""
    return day if day is not None and day <= on else None


@dataclass(slots=True)
class Contact:
    """A contact at the front door, whether or not it becomes a referral."""

    on: date
    source: str


@dataclass(slots=True)
class Assessment:
    """A social care assessment; `needs_support` is its outcome."""

    started_on: date
    authorised_on: date
    factors: tuple[str, ...]
    was_seen: bool
    needs_support: bool


@dataclass(slots=True)
class Enquiry:
    """A section 47 enquiry, with its initial conference if one was held."""

    started_on: date
    target_on: date
    conference_on: date | None
    has_plan: bool


@dataclass(slots=True)
class SupportPlan:
    """A child in need plan."""

    started_on: date
    ended_on: date


@dataclass(slots=True)
class ProtectionPlan:
    """A child protection plan; visits follow every `visited_every` days."""

    started_on: date
    ended_on: date
    first_category: str
    latest_category: str
    previous: int
    reviews: list[date]
    visited_every: int
    is_seen_alone: bool


@dataclass(slots=True)
class Need:
    """An episode of need: from a referral to its closure."""

    referred_on: date
    source: str
    code: str
    is_nfa: bool
    closed_on: date
    closed_for: str
    assessments: list[Assessment] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)
    support: list[SupportPlan] = field(default_factory=list)
    plans: list[ProtectionPlan] = field(default_factory=list)

    def is_open(self, day: date) -> bool:
        return self.referred_on <= day < self.closed_on


@dataclass(slots=True)
class CareEpisode:
    """One line of the looked-after return: one legal status in one placement."""

    started_on: date
    began_for: str
    legal_status: str
    kind: str
    provider: str
    placed_on: date
    ended_on: date
    ended_for: str
    change_reason: str
    postcode: str
    urn: str
    authority: str


@dataclass(slots=True)
class Adoption:
    """The road to adoption of one looked-after child; `reversed_on` if it was given up."""

    decided_on: date
    order_on: date
    matched_on: date
    placed_on: date
    adopted_on: date | None
    reversed_on: date | None


@dataclass(slots=True)
class Care:
    """One period of being looked after."""

    started_on: date
    ended_on: date
    ended_for: str
    need: str
    home_postcode: str
    episodes: list[CareEpisode]
    reviews: list[tuple[date, str]]
    adoption: Adoption | None = None

    def is_open(self, day: date) -> bool:
        return self.started_on <= day < self.ended_on


@dataclass(slots=True)
class Missing:
    """One missing episode, with what came of the return interview. Times are as clocks in England show."""

    reported_at: datetime
    found_at: datetime
    is_missing: bool
    missing_from: str
    risk: str
    authority: str
    offered: bool
    accepted: bool | None
    held_at: datetime | None


@dataclass(slots=True)
class Child:
    """A child or young person, with all that the extracts may tell of them."""

    id: str
    sex: str
    born: date
    ethnicity: str
    disabilities: tuple[str, ...]
    upn: str
    locality: str
    is_uasc: bool = False
    contacts: list[Contact] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    care: list[Care] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    early_help: list[EarlyHelp] = field(default_factory=list)


@dataclass(slots=True)
class EarlyHelp:
    """An early help assessment, and who completes it."""

    started_on: date
    completed_on: date
    organisation: str
