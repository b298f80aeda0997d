"""The one file that decides who may open which page, and who may see what of a record about a person.

Every route of the application stands here, or start-up fails (`sightline.core.checks`). The middleware
enforces it: nobody opens a page without signing in unless it is public, and to a person without the
permission a page does not exist.

Records about identified people hang off a *dossier*. `REACH`, `SECTIONS` and `NEEDS` below are all that is
decided about them; `sightline.core.trust` enforces it under every page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from sightline.core.permissions import Permission, Role


class Plane(StrEnum):
    """Which of the storeys a page belongs to, and so whom it may name."""

    PUBLIC = "public"
    ASSURANCE = "assurance"
    FRONT_LINE = "front-line"


class Read(StrEnum):
    """Whether opening a page is itself an event for the audit log.

    What a page of the front line shows of a dossier is an event of its own, whatever stands here.
    """

    UNAUDITED = "unaudited"
    VIEW = "view"
    EXPORT = "export"


@dataclass(frozen=True)
class Page:
    """Who may open a route. A page of a plane other than the public one needs a permission.

    `or_permission`: another one that opens it as well, for a page where two parties meet. `step_up`: it opens
    only soon after the person has shown a second factor.
    """

    plane: Plane
    permission: Permission | None = None
    read: Read = Read.UNAUDITED
    or_permission: Permission | None = None
    step_up: bool = False

    def __post_init__(self) -> None:
        if (self.plane is Plane.PUBLIC) != (self.permission is None):
            raise ValueError("a public page has no permission, and every other page has one")
        if self.plane is Plane.FRONT_LINE and self.read is Read.EXPORT and not self.step_up:
            raise ValueError("what leaves with records about people asks for a second factor (step_up)")

    def opens_for(self, may: Callable[[Permission], bool]) -> bool:
        """Whether somebody with these permissions may open it; a public page is not asked about."""
        return any(one is not None and may(one) for one in (self.permission, self.or_permission))


class Level(IntEnum):
    """How much of a dossier is open: each level holds the ones before it."""

    STUB = 1
    RECEIPT = 2
    CONTRIBUTE = 3
    FULL = 4


class Kind(StrEnum):
    """What a dossier is about; the value is stored and never changes."""

    PERSON = "person"
    CONTACT = "contact"
    PANEL = "panel"
    ALLEGATION = "allegation"
    DEATH = "death"


class Section(StrEnum):
    """A part of a dossier that is opened or withheld as a whole; the value is stored and never changes."""

    OUTLINE = "outline"
    IDENTITY = "identity"
    REFERRAL = "referral"
    FAMILY = "family"
    POLICE_INTELLIGENCE = "police-intelligence"
    PROTECTED_LOCATION = "protected-location"
    ACCESS = "access"
    CHECKS = "checks"
    DECISION = "decision"
    INFORMATION = "information"
    REFERRER = "referrer"
    UNFINISHED = "unfinished"


class Purpose(StrEnum):
    """What for somebody works with records about people; chosen at the start of a session."""

    PROTECT = "protect"
    QUALITY = "quality"
    REQUEST = "request"


PURPOSES: Mapping[Purpose, str] = {
    Purpose.PROTECT: "Protect or support a child",
    Purpose.QUALITY: "Check the quality of practice",
    Purpose.REQUEST: "Answer a complaint, a request for information or a court",
}

SECTIONS: Mapping[Section, Level] = {
    # The outline holds no personal data: kind, reference, state, dates, who holds it.
    Section.OUTLINE: Level.STUB,
    Section.IDENTITY: Level.RECEIPT,
    Section.REFERRAL: Level.RECEIPT,
    # What an agency is asked; its own page alone shows the words.
    Section.CHECKS: Level.RECEIPT,
    # What somebody has typed and not sent yet: of those who see this much, each sees their own words alone.
    Section.UNFINISHED: Level.RECEIPT,
    Section.FAMILY: Level.CONTRIBUTE,
    Section.DECISION: Level.CONTRIBUTE,
    # How the referrer is reached: somebody who is asked for a part need not know who told.
    Section.REFERRER: Level.FULL,
    Section.INFORMATION: Level.FULL,
    Section.POLICE_INTELLIGENCE: Level.FULL,
    Section.PROTECTED_LOCATION: Level.FULL,
    # Who looked, and in words why somebody was let in, shut out or broke the glass.
    Section.ACCESS: Level.FULL,
}
"""The level from which each section is open."""

SEALED_SECTIONS = frozenset(
    {
        Section.INFORMATION,
        Section.POLICE_INTELLIGENCE,
        Section.PROTECTED_LOCATION,
        Section.UNFINISHED,
    }
)
"""Whose texts are encrypted, so that no copy of the database shows them."""


@dataclass(frozen=True)
class Reach:
    """How far a role may ever see, by kind of dossier, and for which purposes.

    A ceiling, never a grant: without a live grant on the dossier it gives nothing.
    """

    kinds: Mapping[Kind, Level]
    purposes: frozenset[Purpose] = frozenset({Purpose.PROTECT})


def _reach(*more: Purpose, **kinds: Level) -> Reach:
    """How far a role sees each kind that it names, to protect a child and for what more is named."""
    return Reach({Kind(kind): level for kind, level in kinds.items()}, frozenset({Purpose.PROTECT, *more}))


_Q, _R = Purpose.QUALITY, Purpose.REQUEST
_STUB, _RECEIPT, _PART, _FULL = Level

REACH: Mapping[Role, Reach] = {
    # role: purposes besides protecting a child; then how far it sees each kind, and no other kind at all
    Role.HUB_WORKER: _reach(person=_FULL, contact=_FULL, panel=_PART),
    Role.HUB_MANAGER: _reach(_Q, _R, person=_FULL, contact=_FULL, panel=_PART),
    Role.SOCIAL_WORKER: _reach(person=_FULL, contact=_FULL, panel=_PART),
    Role.TEAM_MANAGER: _reach(_Q, _R, person=_FULL, contact=_FULL, panel=_PART),
    Role.CONFERENCE_CHAIR: _reach(_Q, person=_FULL, contact=_FULL, panel=_PART),
    Role.EARLY_HELP_WORKER: _reach(person=_PART, contact=_PART, panel=_PART),
    Role.POLICE_UNIT: _reach(person=_FULL, contact=_FULL, panel=_FULL, allegation=_PART, death=_PART),
    Role.HEALTH_SAFEGUARDING: _reach(person=_PART, contact=_FULL, panel=_PART, allegation=_PART, death=_FULL),
    Role.DESIGNATED_LEAD: _reach(person=_RECEIPT, contact=_RECEIPT, panel=_PART, allegation=_RECEIPT),
    Role.PANEL_CHAIR: _reach(person=_PART, contact=_PART, panel=_FULL),
    Role.DESIGNATED_OFFICER: _reach(person=_PART, contact=_STUB, allegation=_FULL),
    Role.CHILD_DEATH_COORDINATOR: _reach(person=_PART, contact=_STUB, death=_FULL),
    Role.INFORMATION_GOVERNANCE: Reach({}, frozenset({Purpose.QUALITY, Purpose.REQUEST})),
}
"""The ceilings of the roles; a role that is not here sees no dossier, whatever it is granted."""

EXISTENCE_KNOWN = frozenset({Kind.PERSON, Kind.CONTACT})
"""Of these kinds a search may say that a record exists, to a role that reaches them, unless it is sealed."""

NEEDS: Mapping[Permission, Level] = {
    Permission.SEARCH_PEOPLE: Level.RECEIPT,
    Permission.KEEP_PERSON: Level.CONTRIBUTE,
    Permission.MERGE_PEOPLE: Level.FULL,
    Permission.WORK_CONTACT: Level.CONTRIBUTE,
    Permission.WORK_CLOSELY_HELD: Level.FULL,
    Permission.CLOSE_CONTACT: Level.FULL,
    Permission.SCREEN_CONTACT: Level.FULL,
    Permission.DECIDE_CONTACT: Level.FULL,
    Permission.ANSWER_REQUEST: Level.RECEIPT,
    Permission.TAKE_OVER: Level.CONTRIBUTE,
    Permission.DISSENT: Level.CONTRIBUTE,
    Permission.ESCALATE: Level.RECEIPT,
    Permission.ANSWER_ESCALATION: Level.RECEIPT,
    Permission.ANSWER_HIGHER_STAGES: Level.RECEIPT,
    Permission.LOG_CALL: Level.FULL,
    Permission.GIVE_ACCESS: Level.FULL,
    Permission.RESTRICT: Level.FULL,
}
"""The level on a dossier from which a permission may be used on it; one that is not here never may."""

PUBLIC = Page(Plane.PUBLIC)

_RETENTION = Page(Plane.FRONT_LINE, Permission.KEEP_RETENTION, or_permission=Permission.DISPOSE)
_ACCESS = Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE, or_permission=Permission.REVIEW_ACCESS)
_MIRROR = Page(Plane.ASSURANCE, Permission.SEE_MIRROR, Read.VIEW, or_permission=Permission.SEE_MIRRORS)
_ANSWERS = Page(Plane.ASSURANCE, Permission.ANSWER_QUESTIONNAIRE, or_permission=Permission.REVIEW_ANSWERS)

ROUTES: Mapping[str, Page] = {
    "home": Page(Plane.ASSURANCE, Permission.USE),
    "worklist": Page(Plane.ASSURANCE, Permission.USE),
    "notices": Page(Plane.ASSURANCE, Permission.USE),
    "clocks": Page(Plane.ASSURANCE, Permission.USE),
    "audit": Page(Plane.ASSURANCE, Permission.READ_AUDIT, Read.VIEW),
    "audit-export": Page(Plane.ASSURANCE, Permission.READ_AUDIT, Read.EXPORT),
    "accessibility": PUBLIC,
    "data-protection": PUBLIC,
    "health": PUBLIC,
    "partnership": Page(Plane.ASSURANCE, Permission.USE),
    "agencies": Page(Plane.ASSURANCE, Permission.USE),
    "settings": Page(Plane.ASSURANCE, Permission.USE),
    "agency-add": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "agencies-enter": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "agency-rename": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "people": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "person-add": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "person": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "person-correct": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "role-give": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "role-end": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "account-close": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "account-reopen": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "password-link": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "second-factors-remove": Page(Plane.ASSURANCE, Permission.MANAGE_PEOPLE),
    "teams": Page(Plane.ASSURANCE, Permission.KEEP_TEAMS),
    "team-add": Page(Plane.ASSURANCE, Permission.KEEP_TEAMS),
    "team": Page(Plane.ASSURANCE, Permission.KEEP_TEAMS),
    "team-correct": Page(Plane.ASSURANCE, Permission.KEEP_TEAMS),
    "team-join": Page(Plane.ASSURANCE, Permission.KEEP_TEAMS),
    "team-leave": Page(Plane.ASSURANCE, Permission.KEEP_TEAMS),
    "settings-contact": Page(Plane.ASSURANCE, Permission.SETTLE),
    "settings-limit": Page(Plane.ASSURANCE, Permission.SETTLE),
    "locality-add": Page(Plane.ASSURANCE, Permission.SETTLE),
    "locality-rename": Page(Plane.ASSURANCE, Permission.SETTLE),
    "dataset:scorecard": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:indicator": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:chart": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:quality": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:file": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "questionnaire:responses": _ANSWERS,
    "questionnaire:response": _ANSWERS,
    "questionnaire:section": Page(Plane.ASSURANCE, Permission.ANSWER_QUESTIONNAIRE),
    "questionnaire:save": Page(Plane.ASSURANCE, Permission.ANSWER_QUESTIONNAIRE),
    "questionnaire:evidence": Page(Plane.ASSURANCE, Permission.ANSWER_QUESTIONNAIRE),
    "questionnaire:evidence-remove": Page(Plane.ASSURANCE, Permission.ANSWER_QUESTIONNAIRE),
    "questionnaire:answers": _ANSWERS,
    "questionnaire:review": Page(Plane.ASSURANCE, Permission.REVIEW_ANSWERS),
    "questionnaire:questionnaires": Page(Plane.ASSURANCE, Permission.KEEP_QUESTIONNAIRES),
    "questionnaire:new": Page(Plane.ASSURANCE, Permission.KEEP_QUESTIONNAIRES),
    "questionnaire:versions": Page(Plane.ASSURANCE, Permission.KEEP_QUESTIONNAIRES),
    "questionnaire:edit": Page(Plane.ASSURANCE, Permission.KEEP_QUESTIONNAIRES),
    "questionnaire:send": Page(Plane.ASSURANCE, Permission.KEEP_QUESTIONNAIRES),
    "dataset:loads": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "dataset:load-new": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "dataset:publish-own": Page(Plane.ASSURANCE, Permission.KEEP_DATASET),
    "dataset:load": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "dataset:load-confirm": Page(Plane.ASSURANCE, Permission.KEEP_DATASET),
    "dataset:load-discard": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "dataset:load-withdraw": Page(Plane.ASSURANCE, Permission.KEEP_DATASET),
    "file": Page(Plane.ASSURANCE, Permission.OPEN_FILES, Read.EXPORT),
    "file-delete": Page(Plane.ASSURANCE, Permission.OPEN_FILES),
    "collection:returns": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "collection:quarter-new": Page(Plane.ASSURANCE, Permission.AGREE_RETURNS),
    "collection:publish": Page(Plane.ASSURANCE, Permission.PUBLISH_QUARTER),
    "collection:reopen": Page(Plane.ASSURANCE, Permission.PUBLISH_QUARTER),
    "collection:discuss": Page(Plane.ASSURANCE, Permission.CLOSE_QUESTION),
    "collection:agency": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "collection:sign-off": Page(Plane.ASSURANCE, Permission.MAKE_RETURN),
    "collection:figures": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "collection:upload": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "collection:check": Page(Plane.ASSURANCE, Permission.CHECK_RETURNS),
    "collection:conclude": Page(Plane.ASSURANCE, Permission.CLOSE_QUESTION),
    "collection:agreements": Page(Plane.ASSURANCE, Permission.LOAD_EXTRACT),
    "collection:agreement-new": Page(Plane.ASSURANCE, Permission.AGREE_RETURNS),
    "collection:agreement-end": Page(Plane.ASSURANCE, Permission.AGREE_RETURNS),
    "collection:questions": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "collection:ask": Page(Plane.ASSURANCE, Permission.ASK_QUESTION),
    "collection:question": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "collection:answer": Page(Plane.ASSURANCE, Permission.ANSWER_QUESTION),
    "collection:close": Page(Plane.ASSURANCE, Permission.CLOSE_QUESTION),
    "dataset:downloads": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:download": Page(Plane.ASSURANCE, Permission.READ_DATASET, Read.EXPORT),
    "dataset:definition-change": Page(Plane.ASSURANCE, Permission.KEEP_DATASET),
    "dataset:baseline": Page(Plane.ASSURANCE, Permission.KEEP_DATASET),
    "trust:purpose": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "trust:keep": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "trust:retention": _RETENTION,
    "trust:hold-new": Page(Plane.FRONT_LINE, Permission.KEEP_RETENTION),
    "trust:hold-lift": Page(Plane.FRONT_LINE, Permission.KEEP_RETENTION),
    "trust:disposal-new": Page(Plane.FRONT_LINE, Permission.DISPOSE),
    "trust:disposal": Page(Plane.FRONT_LINE, Permission.DISPOSE),
    "referral:contacts": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "referral:raise": Page(Plane.FRONT_LINE, Permission.OPEN_CONTACT),
    "escalation:escalations": Page(
        Plane.FRONT_LINE, Permission.USE_FRONT_LINE, or_permission=Permission.SEE_MIRRORS
    ),
    "escalation:use": Page(Plane.FRONT_LINE, Permission.SEE_MIRRORS),
    "escalation:raise": Page(Plane.FRONT_LINE, Permission.ESCALATE),
    "escalation:escalation": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "escalation:answer": Page(Plane.FRONT_LINE, Permission.ANSWER_ESCALATION),
    "escalation:raise-higher": Page(Plane.FRONT_LINE, Permission.ESCALATE),
    "escalation:resolve": Page(Plane.FRONT_LINE, Permission.ESCALATE),
    "escalation:decided-again": Page(Plane.FRONT_LINE, Permission.ANSWER_ESCALATION),
    "referral:mirror": _MIRROR,
    "referral:refer": PUBLIC,
    "referral:refer-save": PUBLIC,
    "referral:refer-later": PUBLIC,
    "referral:refer-check": PUBLIC,
    "referral:refer-resume": PUBLIC,
    "referral:refer-receipt": PUBLIC,
    "referral:refer-disagree": PUBLIC,
    "referral:refer-page": PUBLIC,
    "threshold:thresholds": Page(Plane.ASSURANCE, Permission.USE),
    "threshold:version": Page(Plane.ASSURANCE, Permission.USE),
    "threshold:version-new": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "threshold:level": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "threshold:consult": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "threshold:approve": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "threshold:exercise": Page(Plane.ASSURANCE, Permission.USE),
    "threshold:exercise-new": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "threshold:open": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "threshold:rate": Page(Plane.ASSURANCE, Permission.RATE_CASES),
    "threshold:close": Page(Plane.ASSURANCE, Permission.KEEP_THRESHOLDS),
    "trust:start": _ACCESS,
    "trust:looked": _ACCESS,
    "trust:access": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "trust:grant": Page(Plane.FRONT_LINE, Permission.GIVE_ACCESS),
    "trust:grant-end": Page(Plane.FRONT_LINE, Permission.GIVE_ACCESS),
    "trust:restrict": Page(Plane.FRONT_LINE, Permission.RESTRICT),
    "trust:restrictions": Page(Plane.FRONT_LINE, Permission.RESTRICT, or_permission=Permission.REVIEW_ACCESS),
    "trust:exclude": Page(Plane.FRONT_LINE, Permission.RESTRICT),
    "trust:exclusion-end": Page(Plane.FRONT_LINE, Permission.RESTRICT),
    "trust:conflicts": Page(Plane.FRONT_LINE, Permission.DECLARE_CONFLICT),
    "trust:glass": Page(Plane.FRONT_LINE, Permission.BREAK_GLASS),
    "trust:break-glass": Page(Plane.FRONT_LINE, Permission.BREAK_GLASS, step_up=True),
    "trust:governance": Page(Plane.FRONT_LINE, Permission.REVIEW_ACCESS),
    "trust:searches": Page(Plane.FRONT_LINE, Permission.REVIEW_ACCESS, Read.VIEW),
    "trust:search": Page(Plane.FRONT_LINE, Permission.REVIEW_ACCESS),
    "trust:glass-review": Page(Plane.FRONT_LINE, Permission.REVIEW_ACCESS),
    "referral:contact": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "people:people": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "people:search": Page(Plane.FRONT_LINE, Permission.SEARCH_PEOPLE),
    "people:enter": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "referral:pack": Page(Plane.FRONT_LINE, Permission.WORK_CONTACT),
    "referral:screen": Page(Plane.FRONT_LINE, Permission.SCREEN_CONTACT),
    "referral:acknowledge": Page(Plane.FRONT_LINE, Permission.SCREEN_CONTACT),
    "referral:name-person": Page(Plane.FRONT_LINE, Permission.WORK_CONTACT),
    "referral:add-intelligence": Page(Plane.FRONT_LINE, Permission.WORK_CLOSELY_HELD),
    "referral:protect-location": Page(Plane.FRONT_LINE, Permission.WORK_CLOSELY_HELD),
    "referral:allocate": Page(Plane.FRONT_LINE, Permission.GIVE_ACCESS),
    "referral:close": Page(Plane.FRONT_LINE, Permission.CLOSE_CONTACT),
    "referral:ask": Page(Plane.FRONT_LINE, Permission.SCREEN_CONTACT),
    "referral:asked": Page(Plane.FRONT_LINE, Permission.SCREEN_CONTACT),
    "referral:answer": Page(Plane.FRONT_LINE, Permission.ANSWER_REQUEST),
    "referral:withdraw": Page(Plane.FRONT_LINE, Permission.SCREEN_CONTACT),
    "referral:decide": Page(Plane.FRONT_LINE, Permission.DECIDE_CONTACT),
    "referral:dissent": Page(Plane.FRONT_LINE, Permission.DISSENT),
    "referral:tell": Page(Plane.FRONT_LINE, Permission.SCREEN_CONTACT),
    "referral:reopen": Page(Plane.FRONT_LINE, Permission.DECIDE_CONTACT),
    "referral:hand-over": Page(Plane.FRONT_LINE, Permission.DECIDE_CONTACT),
    "referral:reply": Page(Plane.FRONT_LINE, Permission.TAKE_OVER),
    "consultation:calls": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "consultation:log": Page(Plane.FRONT_LINE, Permission.LOG_CALL),
    "consultation:abandoned": Page(Plane.FRONT_LINE, Permission.LOG_CALL),
    "consultation:call": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "people:person": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "people:timeline": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "people:protected": Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE),
    "people:merge": Page(Plane.FRONT_LINE, Permission.MERGE_PEOPLE),
    "people:unmerge": Page(Plane.FRONT_LINE, Permission.MERGE_PEOPLE),
    "people:protected-add": Page(Plane.FRONT_LINE, Permission.WORK_CLOSELY_HELD),
    "people:protected-end": Page(Plane.FRONT_LINE, Permission.WORK_CLOSELY_HELD),
    "people:correct": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:born": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:name-add": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:name-end": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:identifier-add": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:identifier-end": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:address-add": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:address-end": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:household": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:relationship-add": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:relationship-correct": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "people:relationship-end": Page(Plane.FRONT_LINE, Permission.KEEP_PERSON),
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_logout": Page(Plane.ASSURANCE, Permission.USE),
    "account_change_password": Page(Plane.ASSURANCE, Permission.USE),
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "account": Page(Plane.ASSURANCE, Permission.USE),
    "account_reauthenticate": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_reauthenticate": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_reauthenticate_webauthn": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_activate_totp": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_deactivate_totp": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_view_recovery_codes": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_generate_recovery_codes": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_list_webauthn": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_add_webauthn": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_edit_webauthn": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_remove_webauthn": Page(Plane.ASSURANCE, Permission.USE),
    "mfa_download_recovery_codes": Page(Plane.ASSURANCE, Permission.USE),
}
