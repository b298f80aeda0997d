"""The questions of the referral form, page by page; only what happened must be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from sightline.core.models import Agency
from sightline.frontline.referral.models import Concern, Worry
from sightline.frontline.referral.sending import Given
from sightline.frontline.threshold.models import Version
from sightline.govuk.forms import DateField

LONG, SHORT, NAME, TELEPHONE = 20_000, 200, 100, 50
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth")

CENSUS_SOURCES: Mapping[str, str] = {
    "EDU": "2A", "CHS": "3", "MHT": "3", "GP": "3A", "ICB": "3", "PH": "3", "HOU": "4", "CSC": "5A",
    "EH": "5B", "OLA": "5C", "YOS": "5D", "POL": "6", "PRO": "7", "CAF": "7",
}  # fmt: skip


def long_text(
    label: str, help_text: str = "", *, rows: int = 5, missing: str = "", most: int = LONG
) -> forms.CharField:
    """A question that is answered in sentences; where it must be, `missing` says so."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(missing),
        error_messages={"required": missing},
        max_length=most,
        widget=forms.Textarea({"rows": rows}),
    )


def short_text(
    label: str, help_text: str = "", *, autocomplete: str = "off", most: int = SHORT
) -> forms.CharField:
    """A question that is answered in a few words."""
    widget = forms.TextInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=most, widget=widget)


def choice(label: str, choices: Any, help_text: str = "", **attrs: Any) -> forms.ChoiceField:
    """A question with answers to choose from, of which none may be chosen."""
    return forms.ChoiceField(
        label=label, help_text=help_text, choices=choices, required=False, widget=forms.RadioSelect(attrs)
    )


class PageForm(forms.Form):
    """One page of the form, made of what was typed on it before, if anything."""

    marks_optional = False

    def __init__(self, data: Any = None, *, before: Given | None = None) -> None:
        super().__init__(data)
        self.fields.update(self.more_fields())
        self.order_fields(self.field_order)
        typed = query(before or {})
        for name, one in self.fields.items():
            if (value := one.widget.value_from_datadict(typed, MultiValueDict(), name)) is not None:
                self.initial[name] = value

    def more_fields(self) -> dict[str, forms.Field]:
        """Questions that are not the same for everybody."""
        return {}

    @property
    def blocks(self) -> list[tuple[str, list[BoundField]]]:
        """The questions under their headings, where the page has any."""
        return [("", list(self.visible_fields()))]


def query(given: Given) -> QueryDict:
    """What was typed, as a form reads it."""
    typed = QueryDict(mutable=True)
    for name, values in given.items():
        typed.setlist(name, values)
    return typed


class HappenedForm(PageForm):
    """What happened, when, and what kind of harm it is about."""

    narrative = long_text(
        "What happened?",
        "What you saw and heard yourself, and what others told you. Write it as you would say it.",
        rows=8,
        missing="Write what happened",
    )
    when = short_text("When did it happen?", "A day, or roughly. Say if it has happened before.")
    worries = forms.MultipleChoiceField(
        label="What are you worried about?",
        help_text="Tick all that fit, or none.",
        required=False,
        choices=Worry.Kind.choices,
        widget=forms.CheckboxSelectMultiple({"class": "govuk-checkboxes--small"}),
    )


class DangerForm(PageForm):
    """What is sent at once: anything at all."""

    narrative = long_text("What is happening?", "A few words are enough.")
    child = short_text("The child's name, or how to tell who it is")
    place = short_text("Where the child is now")
    referrer = short_text("Your name", "You need not give it.", autocomplete="name", most=NAME)
    telephone = short_text(
        "Your telephone number", "So that we can ring you back.", autocomplete="tel", most=TELEPHONE
    )


class ChildrenForm(PageForm):
    """Who the children are: as many as whoever tells knows of."""

    LABELS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "given_names": ("Given names", ""),
        "family_name": ("Family name", ""),
        "born_on": ("Date of birth", "For example, 27 3 2016"),
        "school": ("School or nursery", ""),
        "remarks": (
            "What else helps us find the right child",
            "Roughly how old, other names, what they look like",
        ),
    }

    def __init__(self, data: Any = None, *, before: Given | None = None, more: int = 0) -> None:
        typed = data if data is not None else before or {}
        seen = [place + 1 for place in range(len(ORDINALS)) if f"given_names_{place}" in typed]
        self.count = min(max(seen, default=1) + more, len(ORDINALS))
        super().__init__(data, before=before)

    def more_fields(self) -> dict[str, forms.Field]:
        """The same questions for each child."""
        return dict(self._fields())

    def _fields(self) -> Iterator[tuple[str, forms.Field]]:
        for place in range(self.count):
            for name, (label, help_text) in self.LABELS.items():
                if name == "born_on":
                    yield f"{name}_{place}", DateField(label=label, help_text=help_text, required=False)
                else:
                    most = NAME if name.endswith(("names", "name")) else SHORT
                    yield f"{name}_{place}", short_text(label, help_text, most=most)

    @property
    def blocks(self) -> list[tuple[str, list[BoundField]]]:
        """Each child under a heading of its own."""
        headings = [f"{ORDINALS[place]} child" for place in range(self.count)]
        return [
            (heading, [self[f"{name}_{place}"] for name in self.LABELS])
            for place, heading in enumerate(headings)
        ]

    def clean(self) -> dict[str, Any]:
        """A child who has been born was not born tomorrow."""
        given: dict[str, Any] = super().clean() or {}
        for place in range(self.count):
            born: date | None = given.get(f"born_on_{place}")
            if born and born > timezone.localdate():
                ahead = "The date of birth must not lie ahead. For an unborn child leave it blank"
                self.add_error(f"born_on_{place}", ahead)
        return given

    @property
    def is_full(self) -> bool:
        """Whether it has as many children as it takes."""
        return self.count == len(ORDINALS)

    @property
    def children(self) -> list[dict[str, Any]]:
        """What was told of each child of whom anything was."""
        found = [
            {name: self.cleaned_data.get(f"{name}_{place}") or None for name in self.LABELS}
            for place in range(self.count)
        ]
        return [{name: value for name, value in one.items() if value} for one in found if any(one.values())]


class HomeForm(PageForm):
    """Where the children live, and with whom; the father is always asked for."""

    address = short_text("Where do the children live?", "Address and postcode, as far as you know them")
    mother = short_text("Their mother’s name", most=NAME)
    father = short_text(
        "Their father’s name",
        "Also if he lives elsewhere. If nobody knows who he is, write that.",
        most=NAME,
    )
    others = long_text(
        "Who else lives with them, or looks after them?",
        "Names, and who they are to the children. Say too if a parent lives elsewhere.",
        rows=3,
        most=450,
    )


class VoiceForm(PageForm):
    """What the child says."""

    wishes = long_text(
        "What does the child say?",
        "In the child's own words, if you can. What does the child want to happen? Of a baby: what does the "
        "baby show you? If nobody has asked the child, say so.",
    )


class HelpForm(PageForm):
    """What has been tried, and how much help the child needs by the local thresholds."""

    early_help = long_text(
        "What has been tried to help?", "Who helped the family, since when, and what changed"
    )
    has_assessment = choice(
        "Was an early help assessment made?", [("yes", "Yes"), ("no", "No"), ("", "I do not know")]
    )

    def more_fields(self) -> dict[str, forms.Field]:
        """The levels of the thresholds in force, with what the thresholds say of each."""
        version = Version.objects.in_force()
        if version is None:
            return {}
        texts = list(version.texts.all())
        level = choice(
            "How much help does the child need?",
            [(str(one.level), f"Level {one.level}: {one.name}") for one in texts],
            f"The levels are those of the local thresholds, {version.title}.",
            hints={str(one.level): one.descriptor for one in texts},
        )
        return {"level_asked": level}


class ParentsForm(PageForm):
    """What the parents know, and whether they agree."""

    parents_told = long_text(
        "What have the parents been told?", "If they have not been told: why would telling them not be safe?"
    )
    consent = choice("Do they agree that you send this?", Concern.Consent.choices)
    consent_reason = long_text(
        "If they did not agree, or were not asked: why do you send it all the same?",
        "The law lets you share what is needed to keep a child safe, without consent where asking for it is "
        "not possible or could put the child at risk (Data Protection Act 2018, schedule 1, paragraph 18).",
        rows=3,
    )


class WordsForm(PageForm):
    """What the child says, and what the family knows, as the public is asked."""

    wishes = VoiceForm.base_fields["wishes"]
    early_help = long_text("Does anybody help the family already?", rows=3)
    parents_told = long_text(
        "Does the family know that you are telling us?", "If not: is there a reason not to tell them?", rows=3
    )


class YouForm(PageForm):
    """How the hub reaches whoever tells it."""

    name = short_text("Your name", autocomplete="name", most=NAME)
    telephone = short_text("Your telephone number", autocomplete="tel", most=TELEPHONE)
    email = forms.EmailField(
        label="Your e-mail address",
        help_text="We send a link there, by which you see what became of this. It names no child.",
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


STAYS_UNNAMED = forms.BooleanField(label="The family must not learn that it was me", required=False)


class ProfessionalForm(YouForm):
    """The same, of somebody at work."""

    role = short_text("Your role", autocomplete="organization-title", most=NAME)
    workplace = short_text("School, practice, team or station", autocomplete="organization", most=NAME)
    stays_unnamed = STAYS_UNNAMED

    field_order: tuple[str, ...] = (
        "name",
        "role",
        "agency",
        "workplace",
        "telephone",
        "email",
        "stays_unnamed",
    )

    def more_fields(self) -> dict[str, forms.Field]:
        """The agencies of the partnership."""
        agencies = Agency.objects.values_list("code", "name")
        choices = [("", "Another, or not in this list"), *agencies]
        return {"agency": forms.ChoiceField(label="Your agency", required=False, choices=choices)}


class PublicForm(YouForm):
    """The same, of anybody."""

    tie = choice(
        "How do you know the child?",
        [
            ("1C", "I am the child"),
            ("1A", "I am of the family, or look after the child"),
            ("1B", "I am a friend or a neighbour"),
            ("1D", "In another way"),
        ],
    )
    stays_unnamed = STAYS_UNNAMED

    field_order = ("tie", "name", "telephone", "email", "stays_unnamed")


class StartForm(PageForm):
    """Who somebody is, and whether it can wait."""

    danger = forms.ChoiceField(
        label="Is a child in danger now?",
        choices=[("yes", "Yes, or I think so"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether a child is in danger now"},
    )
    who = forms.ChoiceField(
        label="Who are you?",
        required=False,
        choices=[
            ("professional", "I work with children or families"),
            ("public", "A member of the public, a parent or a child"),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, before: Given | None = None, is_known: bool = False) -> None:
        super().__init__(data, before=before)
        if is_known:
            del self.fields["who"]

    def clean(self) -> dict[str, Any]:
        """Whoever says that a child is in danger is asked nothing else."""
        given: dict[str, Any] = super().clean() or {}
        if "who" in self.fields and given.get("danger") == "no" and not given.get("who"):
            self.add_error("who", "Select who you are")
        return given


class LaterForm(forms.Form):
    """Where the link goes by which the form is gone on with; the address is not kept."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="We send the link there and do not keep the address.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
