"""What the contacts of the demo's months hold: who is at the front door, and what is written there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sightline.example import front_door_words as words
from sightline.example.front_door import Referral
from sightline.example.front_door_families import Child
from sightline.example.front_door_life import Checked, Decided

if TYPE_CHECKING:
    from sightline.core.audit import Actor
    from sightline.core.models import Agency, Team, User
    from sightline.core.trust.models import Dossier
    from sightline.frontline.threshold.models import Version

Cast = Mapping[str, "User"]

LEADS: Mapping[str, str] = {
    "pol": "police-unit",
    "chs": "health-nurse",
    "eh": "early-help",
    "edu": "school-lead",
    "orchard": "orchard-lead",
    "quarry": "quarry-lead",
}
"""The account that refers and answers for an agency; others ring, write or use the form without one."""
SEXES = {"F": "female", "M": "male", "": "unknown"}


@dataclass(frozen=True)
class Door:
    """The front door: its teams, everybody at it, and the children who have a record, by family."""

    cast: Cast
    hub: Team
    assessment: Team
    early_help: Team
    agencies: Mapping[str, Agency]
    thresholds: Version
    known: dict[int, list[Dossier]] = field(default_factory=dict)

    @property
    def worker(self) -> User:
        """Whoever screens, asks and tells."""
        return self.cast["hub-worker"]

    @property
    def manager(self) -> User:
        """Whoever decides, hands over and closes."""
        return self.cast["hub-manager"]

    def sender(self, one: Referral) -> Actor:
        """Whoever makes the contact: by their account, or by the form that needs none."""
        from sightline.core.audit import System

        agency = one.sender.agency
        return self.cast[LEADS[agency]] if agency in LEADS else System("the form for referrals")

    def receiver(self, outcome: str) -> tuple[Team | None, User]:
        """The team that takes over, and who of it answers; for another authority the hub's manager does."""
        if outcome == "other-authority":
            return None, self.manager
        if outcome == "early-help":
            return self.early_help, self.cast["early-help"]
        return self.assessment, self.cast["team-manager"]

    def concern(self, one: Referral) -> dict[str, Any]:
        """What was told, as fields of a concern."""
        agency = self.agencies.get(one.sender.agency)
        return {
            "referrer": f"{one.sender.who}, {agency}" if agency else one.sender.who,
            "agency": agency,
            "source": one.source,
            "narrative": one.narrative,
            "wishes": one.wishes,
            "early_help": one.early_help,
            "has_early_help_assessment": one.has_assessment,
            "parents_told": one.parents_told,
            "consent": one.consent,
            "consent_reason": words.WITHOUT_CONSENT if one.consent in ("refused", "unsafe-to-seek") else "",
            "level_asked": one.level_asked,
        }


def named_at(one: Referral) -> datetime | None:
    """When the hub named the children: as soon as it had read what was told."""
    if not one.is_named or one.screened_at is None:
        return None
    return one.screened_at + timedelta(seconds=30)


def part_of(one: Referral, place: int) -> str:
    """The part that a child of the family plays in the contact."""
    return "subject" if place in one.subjects else "sibling"


def told_of(one: Referral) -> list[dict[str, Any]]:
    """The people of a contact as they were told of: the children it is about, the others, the adults."""
    home = ", ".join(filter(None, (one.family.lines, one.family.postcode)))
    children = [
        {
            "part": part_of(one, place),
            "given_names": child.given_names,
            "family_name": child.family_name,
            "born_on": child.born_on,
            "address": home,
        }
        for place, child in enumerate(one.family.children)
    ]
    children.sort(key=lambda child: child["part"] != "subject")
    adults = [
        {"part": "carer", "given_names": given, "family_name": family} for given, family in one.family.adults
    ]
    return children + adults


def referrer_of(one: Referral) -> dict[str, Any]:
    """How whoever made the contact is reached."""
    return {"role": one.sender.who, "stays_unnamed": one.source == "9"}


def known_of(child: Child) -> dict[str, Any]:
    """What the record of a child holds."""
    return {
        "given_names": child.given_names,
        "family_name": child.family_name,
        "born_on": child.born_on,
        "sex": SEXES[child.sex],
    }


def home_of(one: Referral) -> dict[str, str] | None:
    """Where the family lives, where that is known."""
    return {"lines": one.family.lines, "postcode": one.family.postcode} if one.family.lines else None


def answer_of(check: Checked) -> dict[str, Any]:
    """What an agency answered."""
    is_nothing_known = check.answer is None
    text = "" if check.answer is None else words.ANSWERS[check.answer]
    return {"text": text, "is_nothing_known": is_nothing_known, "may_be_shared": check.answer == 2}


def decision_of(one: Referral, decided: Decided) -> dict[str, Any]:
    """What was decided, and why."""
    reasons = words.REASONS[decided.outcome]
    return {
        "outcome": decided.outcome,
        "level": decided.level,
        "reasons": reasons[one.number % len(reasons)],
        "not_accepted": decided.not_accepted,
        "quality_score": decided.score,
    }


def feedback_of(one: Referral, decided: Decided) -> dict[str, Any]:
    """What the referrer was told of it."""
    return {
        "words": decision_of(one, decided)["reasons"],
        "alternative": words.ALTERNATIVES.get(decided.not_accepted, ""),
        "quality": "" if decided.score is None else words.QUALITY[decided.score],
    }


def authority_of(decided: Decided) -> str:
    """The authority that takes it over, where one does."""
    return words.AUTHORITY if decided.outcome == "other-authority" else ""
