"""The work that waits in the trust plane itself: broken glass, restrictions, disposals."""

from __future__ import annotations

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.trust.limits import GLASS_REVIEW, RESTRICTION_REVIEW
from sightline.core.trust.models import Disposal, GlassReview, RestrictionReview
from sightline.core.work import Due, Key, Link, Work


def _glass(user: User) -> QuerySet[GlassReview]:
    """Not one's own: another judges it."""
    waiting = GlassReview.objects.visible_to(user).filter(state=GlassReview.States.BROKEN)
    return waiting.exclude(broken_by=user.pk)


def _restrictions(user: User) -> QuerySet[RestrictionReview]:
    return RestrictionReview.objects.held_by(user).filter(state=RestrictionReview.States.DUE)


WORK = (
    Work(
        key="glass-review",
        title="Broken glass to review",
        doing=Link("Review", "trust:glass-review"),
        permission=Permission.REVIEW_ACCESS,
        waiting=_glass,
        about=Concat(Value("broken glass of "), F("broken_by__name"), output_field=TextField()),
        states=dict(GlassReview.States.choices),
        since=F("broken_at"),
        due=Due.by_clock(GLASS_REVIEW, GlassReview._meta.db_table),
    ),
    Work(
        key="restriction-review",
        title="Restricted and sealed records to review",
        doing=Link("Review the restriction of", "trust:restrict"),
        permission=Permission.RESTRICT,
        waiting=_restrictions,
        about=F("dossier__reference"),
        record_key=Key(F("dossier_id")),
        states=dict(RestrictionReview.States.choices),
        since=F("set_at"),
        due=Due.by_clock(RESTRICTION_REVIEW, RestrictionReview._meta.db_table),
    ),
    Work(
        key="disposal-to-certify",
        title="Disposals to certify",
        doing=Link("Certify or withdraw the disposal of", "trust:disposal"),
        permission=Permission.DISPOSE,
        waiting=lambda user: (
            Disposal.objects.visible_to(user).filter(state=Disposal.States.PROPOSED).exclude(proposed_by=user)
        ),
        about=F("reference"),
        states=dict(Disposal.States.choices),
        since=F("proposed_at"),
    ),
)
"""What waits in the trust plane."""
