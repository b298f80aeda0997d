"""Dossiers, the people that they are about, who may see them, and what is reviewed of that."""

from sightline.core.trust.grants import GLASS_LASTS, Exclusion, Grant, TimedQuerySet
from sightline.core.trust.models.dossiers import Dossier, Link
from sightline.core.trust.models.kept import Begun, Kept
from sightline.core.trust.models.merges import Merge
from sightline.core.trust.models.retention import Disposal, Hold
from sightline.core.trust.models.reviews import (
    AccessReason,
    ConflictDeclaration,
    GlassReview,
    RestrictionReview,
)

__all__ = [
    "GLASS_LASTS",
    "AccessReason",
    "Begun",
    "ConflictDeclaration",
    "Disposal",
    "Dossier",
    "Exclusion",
    "GlassReview",
    "Grant",
    "Hold",
    "Kept",
    "Link",
    "Merge",
    "RestrictionReview",
    "TimedQuerySet",
]
