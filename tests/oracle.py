"""Who sees which section of a dossier, written down a second time, from section 3.2 of the security study.

It shares nothing with `sightline.core.policy`: names are the stored ones, and the tables are typed by hand.
The study names eight roles; the others, and how far each reaches into people's own dossiers, are decisions
of this project, typed again. A change of the policy must be made here as well, by somebody who means it.
"""

from dataclasses import dataclass

LEVELS = ("stub", "receipt", "contribute", "full")

NEEDED = {
    "outline": "stub",
    "identity": "receipt",
    "referral": "receipt",
    "family": "contribute",
    "access": "full",
    "checks": "receipt",
    "decision": "contribute",
    "referrer": "full",
    "unfinished": "receipt",
    "information": "full",
    "police-intelligence": "full",
    "protected-location": "full",
}
"""Section, and the least level that opens it."""

CEILINGS = {
    "hub-worker": {"person": "full", "contact": "full", "panel": "contribute"},
    "hub-manager": {"person": "full", "contact": "full", "panel": "contribute"},
    "social-worker": {"person": "full", "contact": "full", "panel": "contribute"},
    "team-manager": {"person": "full", "contact": "full", "panel": "contribute"},
    "conference-chair": {"person": "full", "contact": "full", "panel": "contribute"},
    "early-help-worker": {"person": "contribute", "contact": "contribute", "panel": "contribute"},
    "police-unit": {
        "person": "full",
        "contact": "full",
        "panel": "full",
        "allegation": "contribute",
        "death": "contribute",
    },
    "health-safeguarding": {
        "person": "contribute",
        "contact": "full",
        "panel": "contribute",
        "allegation": "contribute",
        "death": "full",
    },
    "designated-lead": {
        "person": "receipt",
        "contact": "receipt",
        "panel": "contribute",
        "allegation": "receipt",
    },
    "panel-chair": {"person": "contribute", "contact": "contribute", "panel": "full"},
    "designated-officer": {"person": "contribute", "contact": "stub", "allegation": "full"},
    "child-death-coordinator": {"person": "contribute", "contact": "stub", "death": "full"},
    "information-governance": {},
    "board-manager": {},
    "analyst": {},
    "agency-lead": {},
    "member": {},
    "lay-member": {},
    "administrator": {},
    "": {},
}
"""Role, and how far it sees each kind of dossier; a kind that is not named, not at all."""

KINDS = ("person", "contact", "panel", "allegation", "death")

MORE_PURPOSES = {
    "hub-manager": {"quality", "request"},
    "team-manager": {"quality", "request"},
    "conference-chair": {"quality"},
    "information-governance": {"quality", "request"},
}
"""Whoever may do more than protect or support a child."""


@dataclass(frozen=True)
class Case:
    """Somebody before a dossier: what was granted, to whom, and what stands against it.

    `holder`: me, my-team, else or other-team. `time` of the grant and `exclusion` of me: live, ended,
    not-yet; an exclusion may also be none, or of somebody else.
    """

    role: str
    session: str | None
    kind: str
    restriction: str = "open"
    holder: str = "me"
    level: str = "full"
    time: str = "live"
    exclusion: str = "none"
    purpose: str = "protect"


def sees(case: Case, section: str) -> bool:
    """Whether the section is open in this case."""
    needed = LEVELS.index(NEEDED[section])
    ceiling = CEILINGS[case.role].get(case.kind)
    if case.exclusion == "live":
        return False
    if ceiling is None or LEVELS.index(ceiling) < needed or LEVELS.index(case.level) < needed:
        return False
    if case.time != "live" or case.holder in ("else", "other-team"):
        return False
    if case.holder == "my-team" and case.restriction != "open":
        return False
    if case.session is None or case.session != case.purpose:
        return False
    return case.session == "protect" or case.session in MORE_PURPOSES.get(case.role, set())
