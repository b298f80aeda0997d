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
    MANAGE_PEOPLE = "Add people and agencies, give and end roles"
    READ_AUDIT = "Read the audit log"


class Role(StrEnum):
    """A part that a person plays in the partnership; the value is stored and never changes."""

    BOARD_MANAGER = "board-manager"
    ANALYST = "analyst"
    AGENCY_LEAD = "agency-lead"
    MEMBER = "member"
    LAY_MEMBER = "lay-member"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class RoleCard:
    """What a role is called, who holds it and what it may do.

    `own_agency_only`: where a record is asked about, the role counts for those of the holder's agency alone.
    """

    title: str
    held_by: str
    permissions: frozenset[Permission]
    own_agency_only: bool = False


ROLES: Mapping[Role, RoleCard] = {
    Role.BOARD_MANAGER: RoleCard(
        title="Board manager",
        held_by="Whoever runs the partnership's business unit.",
        permissions=frozenset(
            {
                Permission.USE,
                Permission.READ_DATASET,
                Permission.SEE_SMALL_NUMBERS,
                Permission.KEEP_DATASET,
                Permission.LOAD_EXTRACT,
                Permission.READ_AUDIT,
            }
        ),
    ),
    Role.ANALYST: RoleCard(
        title="Analyst",
        held_by="Whoever gathers the agencies' extracts and prepares the dataset.",
        permissions=frozenset(
            {
                Permission.USE,
                Permission.READ_DATASET,
                Permission.SEE_SMALL_NUMBERS,
                Permission.KEEP_DATASET,
                Permission.LOAD_EXTRACT,
            }
        ),
    ),
    Role.AGENCY_LEAD: RoleCard(
        title="Agency lead",
        held_by="The person who answers for one agency's safeguarding work and its returns.",
        permissions=frozenset({Permission.USE, Permission.READ_DATASET, Permission.LOAD_EXTRACT}),
        own_agency_only=True,
    ),
    Role.MEMBER: RoleCard(
        title="Member",
        held_by="A member of the board, the executive or one of their groups.",
        permissions=frozenset({Permission.USE, Permission.READ_DATASET}),
    ),
    Role.LAY_MEMBER: RoleCard(
        title="Lay member",
        held_by="A member of the public who sits on the board.",
        permissions=frozenset({Permission.USE, Permission.READ_DATASET}),
    ),
    Role.ADMINISTRATOR: RoleCard(
        title="Administrator",
        held_by="Whoever keeps accounts and settings; sees no figures.",
        permissions=frozenset({Permission.USE, Permission.MANAGE_PEOPLE}),
    ),
}
