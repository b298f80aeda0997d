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
    "police-intelligence": "full",
    "protected-location": "full",
}
"""Section, and the least level that opens it."""

# role: person, contact, panel, allegation, death; "-" for nothing
CEILINGS = {
    "hub-worker": "full full contribute - -",
    "hub-manager": "full full contribute - -",
    "social-worker": "full full contribute - -",
    "team-manager": "full full contribute - -",
    "conference-chair": "full full contribute - -",
    "early-help-worker": "contribute contribute contribute - -",
    "police-unit": "full full full contribute contribute",
    "health-safeguarding": "contribute full contribute contribute full",
    "designated-lead": "receipt receipt contribute receipt -",
    "panel-chair": "contribute contribute full - -",
    "designated-officer": "contribute stub - full -",
    "child-death-coordinator": "contribute stub - - full",
    "information-governance": "- - - - -",
    "board-manager": "- - - - -",
    "analyst": "- - - - -",
    "agency-lead": "- - - - -",
    "member": "- - - - -",
    "lay-member": "- - - - -",
    "administrator": "- - - - -",
    "": "- - - - -",
}
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
    ceiling = CEILINGS[case.role].split()[KINDS.index(case.kind)]
    if case.exclusion == "live":
        return False
    if ceiling == "-" or LEVELS.index(ceiling) < needed or LEVELS.index(case.level) < needed:
        return False
    if case.time != "live" or case.holder in ("else", "other-team"):
        return False
    if case.holder == "my-team" and case.restriction != "open":
        return False
    if case.session is None or case.session != case.purpose:
        return False
    return case.session == "protect" or case.session in MORE_PURPOSES.get(case.role, set())
