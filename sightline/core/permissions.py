"""Who may do what: the roles of a partnership and the permissions of each.

This file is data and is meant to be read, and agreed, by people who do not write programs: the board manager
and whoever leads on information governance. A change here is a change of people's rights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may do; the value is the sentence that the pages show."""

    USE = "Sign in and see the home page"
    READ_DATASET = "Read the partnership's dataset"
    SEE_SMALL_NUMBERS = "See figures of one to five, which must not be published"
    KEEP_DATASET = "Load and withdraw snapshots, load published figures, re-set baselines"
    LOAD_EXTRACT = "Load an agency's extract into the dataset"
    OPEN_FILES = "Open the files that agencies send, and delete them"
    AGREE_RETURNS = "Agree with each agency what it returns and by when, and open a quarter"
    MAKE_RETURN = "Make an agency's return: upload, type figures, comment, sign off"
    CHECK_RETURNS = "Check agencies' returns: accept them, or send them back"
    PUBLISH_QUARTER = "Publish a quarter, which locks it"
    ASK_QUESTION = "Raise a question about a figure"
    ANSWER_QUESTION = "Answer a question about a figure"
    CLOSE_QUESTION = "Say what followed from a question"
    KEEP_QUESTIONNAIRES = "Write questionnaires and send them out"
    ANSWER_QUESTIONNAIRE = "Answer the questionnaires sent to an agency"
    REVIEW_ANSWERS = "Review answered questionnaires: accept them, or ask for changes"
    MANAGE_PEOPLE = "Add people and agencies, give and end roles"
    SETTLE = "Change the partnership's settings"
    READ_AUDIT = "Read the audit log"
    USE_FRONT_LINE = "Open records about people, within what one is granted"
    SEARCH_PEOPLE = "Search for people, and be told that a record exists"
    KEEP_PERSON = "Enter people and correct what is known of them"
    MERGE_PEOPLE = "Merge two records of one person, and undo it"
    OPEN_CONTACT = "Open a contact about a child"
    WORK_CONTACT = "Add to a contact"
    WORK_CLOSELY_HELD = "Add police intelligence and protected addresses"
    CLOSE_CONTACT = "Close a contact"
    SCREEN_CONTACT = "Screen contacts, ask agencies about them, and tell their referrers"
    DECIDE_CONTACT = "Decide contacts, and offer them to the teams that take over"
    ANSWER_REQUEST = "Answer what the front door asks an agency about a child"
    TAKE_OVER = "Accept work that is handed over, or send it back"
    DISSENT = "Say that one does not agree with a decision that one took part in"
    ESCALATE = "Dispute a decision, and take it to the next stage"
    ANSWER_ESCALATION = "Answer a dispute about a decision"
    ANSWER_HIGHER_STAGES = "Answer a dispute from its second stage on"
    LOG_CALL = "Log calls to the consultation line"
    SEE_MIRROR = "See how one's own agency refers, and what became of it"
    SEE_MIRRORS = "See how every agency refers, and what became of it"
    KEEP_THRESHOLDS = "Write the thresholds of need, and run exercises in rating"
    RATE_CASES = "Rate invented cases against the thresholds"
    GIVE_ACCESS = "Let others see a record, and end that"
    RESTRICT = "Restrict or seal a record, and exclude people from it"
    DECLARE_CONFLICT = "Declare that one knows a person in a record privately"
    BREAK_GLASS = "Open a record without a grant in an emergency"
    REVIEW_ACCESS = "See who looked at a record, and review broken glass"
    KEEP_TEAMS = "Make teams, and say who is in them"
    KEEP_RETENTION = "Place and lift legal holds"
    DISPOSE = "Propose and certify the disposal of records"


class Role(StrEnum):
    """A part that a person plays in the partnership; the value is stored and never changes."""

    BOARD_MANAGER = "board-manager"
    ANALYST = "analyst"
    AGENCY_LEAD = "agency-lead"
    MEMBER = "member"
    LAY_MEMBER = "lay-member"
    ADMINISTRATOR = "administrator"
    HUB_WORKER = "hub-worker"
    HUB_MANAGER = "hub-manager"
    SOCIAL_WORKER = "social-worker"
    TEAM_MANAGER = "team-manager"
    CONFERENCE_CHAIR = "conference-chair"
    EARLY_HELP_WORKER = "early-help-worker"
    POLICE_UNIT = "police-unit"
    HEALTH_SAFEGUARDING = "health-safeguarding"
    DESIGNATED_LEAD = "designated-lead"
    PANEL_CHAIR = "panel-chair"
    DESIGNATED_OFFICER = "designated-officer"
    CHILD_DEATH_COORDINATOR = "child-death-coordinator"
    INFORMATION_GOVERNANCE = "information-governance"


@dataclass(frozen=True)
class RoleCard:
    """What a role is called, who holds it and what it may do.

    `own_agency_only`: where a record is asked about, the role counts for those of the holder's agency alone.
    """

    title: str
    held_by: str
    permissions: frozenset[Permission]
    own_agency_only: bool = False


READ = frozenset({Permission.USE, Permission.READ_DATASET, Permission.ASK_QUESTION})

KEEP = READ | {
    Permission.SEE_SMALL_NUMBERS,
    Permission.KEEP_DATASET,
    Permission.LOAD_EXTRACT,
    Permission.OPEN_FILES,
    Permission.CHECK_RETURNS,
    Permission.ANSWER_QUESTION,
    Permission.KEEP_QUESTIONNAIRES,
    Permission.REVIEW_ANSWERS,
}

FRONT_LINE = frozenset({Permission.USE, Permission.USE_FRONT_LINE, Permission.DECLARE_CONFLICT})

REFER = FRONT_LINE | {
    Permission.OPEN_CONTACT,
    Permission.ANSWER_REQUEST,
    Permission.ESCALATE,
    Permission.SEE_MIRROR,
}

CONTRIBUTE = REFER | {Permission.WORK_CONTACT, Permission.DISSENT, Permission.TAKE_OVER}

WORK = CONTRIBUTE | {
    Permission.WORK_CLOSELY_HELD,
    Permission.SEARCH_PEOPLE,
    Permission.KEEP_PERSON,
    Permission.BREAK_GLASS,
    Permission.ANSWER_ESCALATION,
}

HUB = frozenset({Permission.SCREEN_CONTACT, Permission.LOG_CALL})

LEAD = WORK | {
    Permission.MERGE_PEOPLE,
    Permission.CLOSE_CONTACT,
    Permission.DECIDE_CONTACT,
    Permission.ANSWER_HIGHER_STAGES,
    Permission.GIVE_ACCESS,
    Permission.RESTRICT,
    Permission.DISPOSE,
}

ROLES: Mapping[Role, RoleCard] = {
    Role.BOARD_MANAGER: RoleCard(
        title="Board manager",
        held_by="Whoever runs the partnership's business unit.",
        permissions=KEEP
        | {
            Permission.AGREE_RETURNS,
            Permission.PUBLISH_QUARTER,
            Permission.CLOSE_QUESTION,
            Permission.SETTLE,
            Permission.READ_AUDIT,
            Permission.KEEP_THRESHOLDS,
            Permission.SEE_MIRRORS,
        },
    ),
    Role.ANALYST: RoleCard(
        title="Analyst",
        held_by="Whoever gathers the agencies' extracts and prepares the dataset.",
        permissions=KEEP,
    ),
    Role.AGENCY_LEAD: RoleCard(
        title="Agency lead",
        held_by="The person who answers for one agency's safeguarding work and its returns.",
        permissions=READ
        | {
            Permission.LOAD_EXTRACT,
            Permission.OPEN_FILES,
            Permission.MAKE_RETURN,
            Permission.ANSWER_QUESTION,
            Permission.ANSWER_QUESTIONNAIRE,
            Permission.SEE_MIRROR,
        },
        own_agency_only=True,
    ),
    Role.MEMBER: RoleCard(
        title="Member",
        held_by="A member of the board, the executive or one of their groups.",
        permissions=READ,
    ),
    Role.LAY_MEMBER: RoleCard(
        title="Lay member",
        held_by="A member of the public who sits on the board.",
        permissions=READ,
    ),
    Role.ADMINISTRATOR: RoleCard(
        title="Administrator",
        held_by="Whoever keeps accounts and settings; sees no figures.",
        permissions=frozenset(
            {
                Permission.USE,
                Permission.MANAGE_PEOPLE,
                Permission.SETTLE,
                Permission.READ_AUDIT,
                Permission.KEEP_TEAMS,
            }
        ),
    ),
    Role.HUB_WORKER: RoleCard(
        title="Hub worker",
        held_by="Screening officers, consultation-line workers and partners in the front door's hub.",
        permissions=WORK | HUB | {Permission.RATE_CASES},
    ),
    Role.HUB_MANAGER: RoleCard(
        title="Hub manager",
        held_by="Whoever decides in the front door's hub.",
        permissions=LEAD | HUB | {Permission.SEE_MIRRORS, Permission.RATE_CASES},
    ),
    Role.SOCIAL_WORKER: RoleCard(
        title="Social worker",
        held_by="A social worker to whom children are allocated.",
        permissions=WORK | {Permission.RATE_CASES},
    ),
    Role.TEAM_MANAGER: RoleCard(
        title="Team manager",
        held_by="Whoever manages a team of social workers.",
        permissions=LEAD | {Permission.RATE_CASES},
    ),
    Role.CONFERENCE_CHAIR: RoleCard(
        title="Conference chair or reviewing officer",
        held_by="Chairs of child protection conferences and independent reviewing officers.",
        permissions=WORK,
    ),
    Role.EARLY_HELP_WORKER: RoleCard(
        title="Early help worker",
        held_by="Lead professionals and coordinators of early help.",
        permissions=CONTRIBUTE | {Permission.RATE_CASES},
    ),
    Role.POLICE_UNIT: RoleCard(
        title="Police unit",
        held_by="Officers and staff of the police's safeguarding unit.",
        permissions=WORK | {Permission.RATE_CASES},
    ),
    Role.HEALTH_SAFEGUARDING: RoleCard(
        title="Health safeguarding",
        held_by="Named nurses and doctors, and their teams.",
        permissions=WORK | {Permission.RATE_CASES},
    ),
    Role.DESIGNATED_LEAD: RoleCard(
        title="Designated safeguarding lead",
        held_by="Whoever answers for safeguarding in a school or a voluntary organisation.",
        permissions=REFER | {Permission.RATE_CASES},
    ),
    Role.PANEL_CHAIR: RoleCard(
        title="Panel chair",
        held_by="Chairs and coordinators of panels on missing and exploited children.",
        permissions=CONTRIBUTE,
    ),
    Role.DESIGNATED_OFFICER: RoleCard(
        title="Designated officer for allegations",
        held_by="The council's designated officer for allegations against people who work with children.",
        permissions=WORK,
    ),
    Role.CHILD_DEATH_COORDINATOR: RoleCard(
        title="Child-death coordinator",
        held_by="Whoever coordinates the reviews of children's deaths.",
        permissions=CONTRIBUTE | {Permission.SEARCH_PEOPLE},
    ),
    Role.INFORMATION_GOVERNANCE: RoleCard(
        title="Information governance lead",
        held_by="Whoever answers for how personal data is used; sees who looked, never what was seen.",
        permissions=frozenset(
            {
                Permission.USE,
                Permission.READ_AUDIT,
                Permission.REVIEW_ACCESS,
                Permission.KEEP_RETENTION,
                Permission.DISPOSE,
            }
        ),
    ),
}


def roles_offered(*, front_line: bool) -> list[Role]:
    """The roles that can be given: without the front line, only those that need nothing of it."""
    of_it = {Permission.USE_FRONT_LINE, Permission.REVIEW_ACCESS}
    return [role for role in Role if front_line or not ROLES[role].permissions & of_it]
