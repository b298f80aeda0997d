"""What must be looked at again: broken glass, restrictions, and what people declare about themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Level, Section
from sightline.core.trust.access import seen_at
from sightline.core.trust.grants import Exclusion
from sightline.core.trust.guarded import Protected
from sightline.core.trust.models.dossiers import Dossier


class AccessReason(Protected):
    """Why somebody was let in, shut out or broke the glass, in words that may name people.

    It stays with the record: the audit log holds the deed without its reason.
    """

    section = Section.ACCESS

    class About(models.TextChoices):
        """What the reason is for."""

        GRANT = "grant", "Let somebody see it"
        EXCLUSION = "exclusion", "Excluded somebody"
        RESTRICTION = "restriction", "Restricted, sealed or opened it"
        GLASS = "glass", "Broke the glass"

    about = models.CharField("what it is for", max_length=20, choices=About.choices)
    text = models.TextField("why")
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField("given", default=timezone.now)

    plain = Protected.plain | {"about", "given_by", "given_by_id", "given_at"}

    class Meta(Protected.Meta):
        ordering: ClassVar = ["-given_at", "pk"]

    def __str__(self) -> str:
        return f"why: {self.about} of dossier {self.dossier_id}"


def _not_excluded(user: User) -> Combinable:
    excluded = Exclusion.objects.live().filter(dossier_id=OuterRef("dossier_id"), user=user)
    return ~Exists(excluded)


class GlassReviewQuerySet(models.QuerySet["GlassReview"]):
    """Reviews of broken glass, by who may see them."""

    def visible_to(self, user: User) -> GlassReviewQuerySet:
        """All for whoever reviews access, but of records that they are excluded from."""
        if not user.may(Permission.REVIEW_ACCESS):
            return self.none()
        return self.filter(_not_excluded(user))


class GlassReview(models.Model):
    """Somebody opened a record by breaking the glass, which another must judge."""

    class States(models.TextChoices):
        """Whether it is judged yet, and how."""

        BROKEN = "broken", "To be reviewed"
        JUSTIFIED = "justified", "Justified"
        NOT_JUSTIFIED = "not-justified", "Not justified"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.BROKEN): "glass-broken",
        (States.BROKEN, States.JUSTIFIED): "glass-reviewed",
        (States.BROKEN, States.NOT_JUSTIFIED): "glass-reviewed",
    }

    class Category(models.TextChoices):
        """The kind of emergency; the words of the reason stay with the record."""

        DANGER = "danger", "A child may be in danger now"
        DECISION = "decision", "A decision about a child cannot wait"
        NOBODY = "nobody", "Nobody who holds the record can be reached"
        OTHER = "other", "Another emergency"

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    category = models.CharField("kind of emergency", max_length=20, choices=Category.choices)
    reason_key = models.UUIDField("key of the reason")
    broken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    broken_at = models.DateTimeField("broken", default=timezone.now)
    until_at = models.DateTimeField("open until")
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.BROKEN)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objects = GlassReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["broken_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["broken_by", "broken_at"])]

    def __str__(self) -> str:
        return f"glass broken at {self.broken_at:%d %B %Y %H:%M}"


class RestrictionReviewQuerySet(models.QuerySet["RestrictionReview"]):
    """Reviews of restrictions, by who may see them."""

    def visible_to(self, user: User) -> RestrictionReviewQuerySet:
        """All for whoever reviews access; for others those of records that they see the whole of."""
        if user.may(Permission.REVIEW_ACCESS):
            return self.filter(_not_excluded(user))
        return self.held_by(user)

    def held_by(self, user: User) -> RestrictionReviewQuerySet:
        """Those of records that this person, who is the one looking, sees all of and may restrict."""
        if not user.may(Permission.RESTRICT):
            return self.none()
        seen = seen_at(Level.FULL, "dossier_id")
        return self.all() if seen is None else self.filter(seen)


class RestrictionReview(models.Model):
    """A record is restricted or sealed, and somebody must ask by a day whether it still has to be."""

    class States(models.TextChoices):
        """Whether it was asked, and what came of it."""

        DUE = "due", "To be reviewed"
        KEPT = "kept", "Kept as it was"
        CHANGED = "changed", "Changed"
        LIFTED = "lifted", "Lifted"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.DUE): "record-restricted",
        (States.DUE, States.KEPT): "restriction-reviewed",
        (States.DUE, States.CHANGED): "restriction-reviewed",
        (States.DUE, States.LIFTED): "restriction-reviewed",
    }

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    restriction = models.CharField("restriction", max_length=20, choices=Dossier.Restriction.choices)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField("set", default=timezone.now)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.DUE)
    objects = RestrictionReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["set_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_restriction_has_one_review_to_come",
                fields=["dossier"],
                condition=models.Q(state="due"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.restriction} since {self.set_at:%d %B %Y}"


class ConflictDeclarationQuerySet(models.QuerySet["ConflictDeclaration"]):
    """Declarations, by who may see them."""

    def visible_to(self, user: User) -> ConflictDeclarationQuerySet:
        """Everybody's for whoever reviews access; otherwise one's own."""
        return self.all() if user.may(Permission.REVIEW_ACCESS) else self.filter(user=user)


class ConflictDeclaration(models.Model):
    """Whether a person knows anybody privately who is in a record; which one, their exclusions say."""

    class States(models.TextChoices):
        """What the person declared last."""

        NOTHING = "nothing", "Nothing to declare"
        DECLARED = "declared", "Declared that they know somebody"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.NOTHING): "conflicts-declared",
        (None, States.DECLARED): "conflicts-declared",
        (States.NOTHING, States.NOTHING): "conflicts-declared",
        (States.NOTHING, States.DECLARED): "conflicts-declared",
        (States.DECLARED, States.NOTHING): "conflicts-declared",
        (States.DECLARED, States.DECLARED): "conflicts-declared",
    }

    user = models.OneToOneField(User, models.PROTECT, related_name="+")
    state = models.CharField("state", max_length=20, choices=States.choices)
    declared_at = models.DateTimeField("declared", default=timezone.now)
    objects = ConflictDeclarationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user}: {self.state}"
