"""A person, the names and numbers they are known by, where they live, and who is who to a child."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.core.trust.models import Dossier
from sightline.core.trust.sealed import SealedText
from sightline.people.identifiers import IdentifierKind


class Details(Protected):
    """Who somebody is, as it is known at one time."""

    section = Section.IDENTITY

    class Kind(models.TextChoices):
        """Whether this is a child or an adult."""

        CHILD = "child", "Child"
        ADULT = "adult", "Adult"

    class Sex(models.TextChoices):
        """Sex as recorded."""

        FEMALE = "female", "Female"
        MALE = "male", "Male"
        UNKNOWN = "unknown", "Not known"

    kind = models.CharField("kind", max_length=10, choices=Kind.choices, default=Kind.CHILD)
    given_names = models.CharField("given names", max_length=100, blank=True)
    family_name = models.CharField("family name", max_length=100, blank=True)
    born_on = models.DateField("date of birth", null=True, blank=True)
    is_birth_estimated = models.BooleanField("date of birth is estimated", default=False)
    expected_on = models.DateField("expected date of birth", null=True, blank=True)
    sex = models.CharField("sex", max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    language = models.CharField("first language", max_length=50, blank=True)
    needs_interpreter = models.BooleanField("needs an interpreter", default=False)
    died_on = models.DateField("date of death", null=True, blank=True)

    class Meta(Protected.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name to show; an unborn child may have none yet."""
        return " ".join(filter(None, (self.given_names, self.family_name))) or "Not yet named"

    @property
    def is_unborn(self) -> bool:
        """Whether this is a child who is expected."""
        return self.expected_on is not None


class Person(Details):
    """A child, born or not yet, or an adult. One dossier of its own kind is about one person."""

    born = "born_on"
    page = "people:person"

    class Meta(Details.Meta):
        verbose_name_plural = "people"
        ordering: ClassVar = ["family_name", "given_names", "pk"]
        indexes: ClassVar = [models.Index(fields=["family_name", "given_names", "id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_person_to_a_dossier", fields=["dossier"]),
            models.CheckConstraint(
                name="an_unborn_child_has_no_date_of_birth", condition=Q(born_on=None) | Q(expected_on=None)
            ),
            models.CheckConstraint(
                name="only_a_child_is_expected", condition=Q(expected_on=None) | Q(kind="child")
            ),
        ]


class EarlierDetails(Details):
    """What was recorded of a person before it was put right: nothing that was known is lost."""

    replaced_at = models.DateTimeField("replaced", default=timezone.now)
    replaced_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Details.Meta):
        verbose_name_plural = "earlier details"
        ordering: ClassVar = ["-replaced_at", "pk"]


class Ending(Protected):
    """What is true of a person from when it is entered until it is ended; it stays on the record."""

    until_on = models.DateField("until", null=True, blank=True)
    is_mistake = models.BooleanField("entered by mistake", default=False)

    class Meta(Protected.Meta):
        abstract = True

    @property
    def is_current(self) -> bool:
        """Whether it still holds."""
        is_over = self.until_on is not None and self.until_on <= timezone.localdate()
        return not self.is_mistake and not is_over


class OtherName(Ending):
    """Another name that a person has, had or uses."""

    section = Section.IDENTITY

    class Sort(models.TextChoices):
        """What sort of name it is."""

        BIRTH = "birth", "Name at birth"
        FORMER = "former", "Former name"
        USED = "used", "Also known as"

    sort = models.CharField("sort", max_length=10, choices=Sort.choices, default=Sort.USED)
    given_names = models.CharField("given names", max_length=100, blank=True)
    family_name = models.CharField("family name", max_length=100, blank=True)

    class Meta(Ending.Meta):
        ordering: ClassVar = ["sort", "family_name", "given_names", "pk"]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.given_names, self.family_name)))


class Identifier(Ending):
    """A number by which others know a person."""

    section = Section.IDENTITY

    kind = models.CharField(
        "kind", max_length=20, choices=[(kind.value, kind.words) for kind in IdentifierKind]
    )
    value = models.CharField("number", max_length=30)
    issuer = models.CharField("whose number it is", max_length=100, blank=True)

    class Meta(Ending.Meta):
        ordering: ClassVar = ["kind", "value", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_person_has_an_identifier_once", fields=["dossier", "kind", "value", "issuer"]
            ),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def as_written(self) -> str:
        """As people write it: an NHS number in groups of three, three and four."""
        number: str = self.value
        is_nhs = self.kind == IdentifierKind.NHS_NUMBER
        return f"{number[:3]} {number[3:6]} {number[6:]}" if is_nhs else number


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Households, by who may see that they are."""

    def visible_to(self, user: User) -> HouseholdQuerySet:
        """A household says nothing of anybody: who lives in it stands with each person."""
        return self.all() if user.may(Permission.USE_FRONT_LINE) else self.none()


class Household(models.Model):
    """People who live together. It holds nothing itself: each person's address says that it is this one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    objects = HouseholdQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class Address(Ending):
    """Where a person lives or lived; never one that must be kept from somebody."""

    section = Section.FAMILY
    plain = Ending.plain | {"household", "household_id"}

    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    lines = models.CharField("address", max_length=300)
    postcode = models.CharField("postcode", max_length=8, blank=True)
    from_on = models.DateField("from", null=True, blank=True)

    class Meta(Ending.Meta):
        verbose_name_plural = "addresses"
        ordering: ClassVar = [F("until_on").desc(nulls_first=True), "pk"]

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.lines, self.postcode)))


class Relationship(Ending):
    """Who somebody is to a child. It stands in the child's record, with the name as it is known there.

    The father, or another man who cares for the child, always has a row with a status, also where nobody
    knows who he is: children were left unprotected where he was not asked about.
    """

    section = Section.FAMILY

    class Kind(models.TextChoices):
        """Who they are to the child."""

        MOTHER = "mother", "Mother"
        FATHER = "father", "Father"
        PARTNER = "partner", "Partner of a parent"
        MALE_CARER = "male-carer", "Male carer"
        GRANDPARENT = "grandparent", "Grandparent"
        SIBLING = "sibling", "Brother or sister"
        ASSOCIATE = "associate", "Somebody else close to the child"

    class Contact(models.TextChoices):
        """Whether services are in touch with them."""

        ENGAGED = "engaged", "In touch with services"
        NOT_CONTACTED = "identified-not-contacted", "Known, and not yet contacted"
        WHEREABOUTS_UNKNOWN = "whereabouts-unknown", "Known, and nobody knows where they are"
        UNIDENTIFIED = "unidentified", "Nobody knows who they are"
        UNSAFE = "unsafe-to-contact", "Not safe to contact"

    person_dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")
    name = models.CharField("name as known", max_length=200, blank=True)
    kind = models.CharField("who they are to the child", max_length=20, choices=Kind.choices)
    has_parental_responsibility = models.BooleanField("has parental responsibility", null=True)
    is_in_household = models.BooleanField("lives with the child", null=True)
    contact = models.CharField("contact", max_length=30, choices=Contact.choices)
    reason = models.CharField("what was done to find or reach them", max_length=300, blank=True)
    checked_at = models.DateTimeField("last checked", default=timezone.now)

    class Meta(Ending.Meta):
        ordering: ClassVar = ["kind", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="somebody_identified_has_a_name", condition=Q(contact="unidentified") | ~Q(name="")
            ),
            models.CheckConstraint(
                name="somebody_out_of_touch_has_a_reason", condition=Q(contact="engaged") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name or 'not known'}"


class ProtectedAddress(Ending):
    """An address that must be kept from somebody: in no list, print or export, on a page of its own."""

    section = Section.PROTECTED_LOCATION

    text = SealedText("address")
    keep_from = SealedText("from whom it must be kept")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("added", default=timezone.now)

    class Meta(Ending.Meta):
        verbose_name_plural = "protected addresses"
        ordering: ClassVar = ["-added_at", "pk"]

    def __str__(self) -> str:
        return f"protected address of dossier {self.dossier_id}"


class PersonKey(Protected):
    """One of the short keys by which a person is found: a hash of a name's sound, a date, a number."""

    section = Section.IDENTITY
    plain = Protected.plain | {"key"}

    key = models.CharField("key", max_length=32, db_index=True)

    class Meta(Protected.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_person_has_a_key_once", fields=["key", "dossier"]),
        ]

    def __str__(self) -> str:
        return self.key
