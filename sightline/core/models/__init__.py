"""Agencies, people and their roles; what every process leaves behind; files; news."""

from sightline.core.models.files import StoredFile, StoredFileQuerySet
from sightline.core.models.notices import EVERY_DAY, Notice, NoticeChoice, NoticeKind
from sightline.core.models.people import Agency, RoleAssignment, Team, TeamMember, User
from sightline.core.models.records import (
    AppendOnly,
    AppendOnlyQuerySet,
    AuditEvent,
    ChainHead,
    ClockRun,
    Immutable,
    StatusChange,
)
from sightline.core.models.worklist import WorklistChoice

__all__ = [
    "EVERY_DAY",
    "Agency",
    "AppendOnly",
    "AppendOnlyQuerySet",
    "AuditEvent",
    "ChainHead",
    "ClockRun",
    "Immutable",
    "Notice",
    "NoticeChoice",
    "NoticeKind",
    "RoleAssignment",
    "StatusChange",
    "StoredFile",
    "StoredFileQuerySet",
    "Team",
    "TeamMember",
    "User",
    "WorklistChoice",
]
