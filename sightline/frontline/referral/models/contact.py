"""A contact: where it stands, and what whoever made it told, in their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.core.trust.models import Link
from sightline.facts.tables import REFERRAL_SOURCE
from sightline.frontline.threshold.models import Level
from sightline.people.duplicates import Described
from sightline.people.finding import whole_keys

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)


class Channel(models.TextChoices):
    """How a contact came."""

    FORM = "form", "Referral form"
    PHONE = "phone", "Telephone"
    EMAIL = "email", "E-mail"
    POLICE_NOTICE = "police-notice", "Police notification"
    CONSULTATION = "consultation", "Consultation line"
    OUT_OF_HOURS = "out-of-hours", "Out of hours"


class Rating(models.TextChoices):
    """How soon a contact must be answered; what each means in hours is a local limit (clock C03)."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    BLUE = "blue", "Blue"


class Contact(Protected):
    """Where a contact stands and who has it; what it is about is in its sections.

    `is_immediate`: whoever made it said that a child is in danger now, so that it waits for nothing.
    `told_at`: when the referrer was first told the next step (clock C02).
    """

    section = Section.OUTLINE
    page = "referral:contact"

    class States(models.TextChoices):
        """Where it stands."""

        RECEIVED = "received", "Received"
        SCREENED = "screened", "Screened"
        GATHERING = "gathering", "Gathering information"
        DECIDED = "decided", "Decided"
        FED_BACK = "fed-back", "Referrer told"
        CLOSED = "closed", "Closed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.RECEIVED): "referral-received",
        (States.RECEIVED, States.SCREENED): "referral-screened",
        (States.SCREENED, States.GATHERING): "information-asked",
        # An open case goes to its team, and a child in danger to a strategy discussion, without waiting.
        (States.RECEIVED, States.DECIDED): "referral-decided",
        (States.SCREENED, States.DECIDED): "referral-decided",
        (States.GATHERING, States.DECIDED): "referral-decided",
        (States.DECIDED, States.FED_BACK): "referrer-told",
        (States.FED_BACK, States.CLOSED): "referral-closed",
        # The receiver sent it back, or a dispute was upheld: it is decided once more.
        (States.DECIDED, States.GATHERING): "referral-reopened",
        (States.FED_BACK, States.GATHERING): "referral-reopened",
    }
    EVENTS: ClassVar[frozenset[str]] = frozenset({"referral-rated", "referrer-told"})

    state = models.CharField("state", max_length=20, choices=States.choices, default=States.RECEIVED)
    received_at = models.DateTimeField("received", default=timezone.now)
    channel = models.CharField("how it came", max_length=20, choices=Channel.choices, default=Channel.FORM)
    is_immediate = models.BooleanField("a child is in danger now", default=False)
    rating_initial = models.CharField("first rating", max_length=10, choices=Rating.choices, blank=True)
    rating_final = models.CharField("last rating", max_length=10, choices=Rating.choices, blank=True)
    told_at = models.DateTimeField("referrer told the next step", null=True)
    decided_at = models.DateTimeField("decided", null=True)
    allocated_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    plain = Protected.plain | {
        "state",
        "received_at",
        "channel",
        "is_immediate",
        "rating_initial",
        "rating_final",
        "told_at",
        "decided_at",
        "allocated_to",
        "allocated_to_id",
    }

    class Meta(Protected.Meta):
        ordering: ClassVar = ["-received_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "id"]),
            models.Index(fields=["state", "-received_at", "id"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_contact_to_a_dossier", fields=["dossier"]),
        ]

    def __str__(self) -> str:
        return f"contact of dossier {self.dossier_id}"

    @property
    def rating(self) -> str:
        """The rating that counts now; empty until it is screened."""
        return self.rating_final or self.rating_initial


class WholeKey(models.CharField):  # type: ignore[type-arg]
    """The key of the full name and date of birth that were told, empty where they were not.

    It is made as the row is stored, by whichever way.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The key, from the columns beside this one."""
        assert isinstance(model_instance, Told)
        key = next(iter(whole_keys(model_instance.described)), "")
        model_instance.key = key
        return key


class Told(Protected):
    """Who somebody in it is, as whoever made the contact told it; the person's own record may know better."""

    section = Section.IDENTITY
    born = "born_on"

    part = models.CharField(
        "who they are in it", max_length=20, choices=Link.Part.choices, default=Link.Part.SUBJECT
    )
    given_names = models.CharField("given names", max_length=100, blank=True)
    family_name = models.CharField("family name", max_length=100, blank=True)
    born_on = models.DateField("date of birth", null=True, blank=True)
    address = models.CharField("address", max_length=300, blank=True)
    school = models.CharField("school or nursery", max_length=200, blank=True)
    remarks = models.CharField("what else helps to know who they are", max_length=500, blank=True)
    place = models.PositiveSmallIntegerField("place in the list", default=0)
    key = WholeKey("key of name and birth", max_length=32, blank=True, editable=False)

    plain = Protected.plain | {"part", "place", "key"}

    class Meta(Protected.Meta):
        indexes: ClassVar = [models.Index(fields=["key"], condition=~Q(key=""), name="told_by_key")]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.given_names, self.family_name))) or _NAMELESS.get(
            self.part, "Somebody whose name is not known"
        )

    @property
    def described(self) -> Described:
        """Them, as a search compares people."""
        postcode = POSTCODE.search(self.address)
        return Described(
            given_names=self.given_names,
            family_name=self.family_name,
            date_of_birth=self.born_on,
            address_line=self.address[: postcode.start()].strip(" ,") if postcode else self.address,
            postcode=postcode.group() if postcode else "",
        )


_NAMELESS: Mapping[str, str] = {Link.Part.SUBJECT: "A child whose name is not known"}


class Concern(Protected):
    """What worries whoever made the contact, in their words, and what the child says.

    Nobody changes it afterwards: what is found out later stands beside it.
    """

    section = Section.REFERRAL

    class Consent(models.TextChoices):
        """Whether a parent, or the young person, agrees that the contact is made."""

        GIVEN = "given", "Yes, they agree"
        REFUSED = "refused", "No, they were asked and did not agree"
        UNSAFE = "unsafe-to-seek", "They were not asked, because asking could put the child at risk"
        NOT_REQUIRED = "not-required", "It is not needed here"

    referrer = models.CharField("who made it", max_length=200)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(
        "who made it, as the census says it",
        max_length=2,
        blank=True,
        choices=[(code, code) for code in sorted(REFERRAL_SOURCE)],
    )
    narrative = models.TextField("what happened")
    when = models.CharField("when it happened", max_length=500, blank=True)
    wishes = models.TextField("what the child says and wants", blank=True)
    early_help = models.TextField("what has been tried to help", blank=True)
    has_early_help_assessment = models.BooleanField("an early help assessment came with it", null=True)
    parents_told = models.TextField("what the parents were told, or why telling is not safe", blank=True)
    consent = models.CharField("consent", max_length=20, choices=Consent.choices, blank=True)
    consent_reason = models.TextField("why without consent", blank=True)
    level_asked = models.PositiveSmallIntegerField("level asked for", choices=Level.choices, null=True)

    plain = Protected.plain | {"agency", "agency_id", "source", "level_asked"}

    class Meta(Protected.Meta):
        indexes: ClassVar = [models.Index(fields=["agency", "dossier"])]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_concern_to_a_dossier", fields=["dossier"]),
            models.CheckConstraint(
                name="an_asked_level_is_known",
                condition=Q(level_asked=None) | Q(level_asked__in=Level.values),
            ),
        ]

    def __str__(self) -> str:
        return f"concern of dossier {self.dossier_id}"


class Worry(Protected):
    """One kind of harm that a contact is about; the values are themes of the partnership's learning."""

    section = Section.REFERRAL

    class Kind(models.TextChoices):
        """What somebody worries about; each is a theme of the same key."""

        NEGLECT = "T18", "Neglect"
        SEXUAL_ABUSE = "T19", "Sexual abuse"
        PHYSICAL_ABUSE = "PHY", "Physical abuse"
        EMOTIONAL_ABUSE = "EMO", "Emotional abuse"
        DOMESTIC_ABUSE = "T16", "Domestic abuse in the home"
        SEXUAL_EXPLOITATION = "T11", "Sexual exploitation"
        CRIMINAL_EXPLOITATION = "T12", "Criminal exploitation, gangs or county lines"
        MISSING = "T13", "Going missing"
        ONLINE = "T15", "Harm online"
        PARENT = "T17", "A parent's mental health, alcohol, drugs or learning difficulty"
        UNBORN = "T02", "An unborn child or a baby"
        SELF_HARM = "T28", "Self-harm or suicide"
        OTHER_CHILDREN = "T14", "Harm by other children"
        FGM = "T21", "Female genital mutilation"
        RADICALISATION = "T22", "Radicalisation"
        TRAFFICKING = "T23", "Trafficking or modern slavery"
        PRIVATE_FOSTERING = "T26", "Living with somebody who is not a close relative"
        OTHER = "other", "Something else"

    kind = models.CharField("kind", max_length=10, choices=Kind.choices)

    class Meta(Protected.Meta):
        ordering: ClassVar = ["dossier", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_kind_of_worry_once", fields=["dossier", "kind"]),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Referrer(Protected):
    """How whoever made the contact is reached, and whether the family may learn who it was."""

    section = Section.REFERRER

    role = models.CharField("their role, or how they know the child", max_length=200, blank=True)
    telephone = models.CharField("telephone", max_length=50, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    stays_unnamed = models.BooleanField("the family must not learn who it was", default=False)

    class Meta(Protected.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_referrer_to_a_dossier", fields=["dossier"]),
        ]

    def __str__(self) -> str:
        return f"referrer of dossier {self.dossier_id}"
