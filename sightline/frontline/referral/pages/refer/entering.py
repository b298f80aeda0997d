"""What the hub is asked besides when it enters what somebody told it by telephone or in another way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from sightline.frontline.referral.models import Channel
from sightline.frontline.referral.pages.refer.forms import (
    NAME,
    TELEPHONE,
    DangerForm,
    ProfessionalForm,
    StartForm,
    query,
    short_text,
)
from sightline.frontline.referral.sending import Draft, Given
from sightline.govuk.forms import DateField
from sightline.govuk.jinja import moment

HUB = "hub"
"""Who fills the form in, where it is the hub for somebody else."""

CAME = "came"
"""Where the form keeps how it came, and when."""

CHANNELS: Mapping[str, str] = {
    Channel.PHONE: "By telephone",
    Channel.EMAIL: "By e-mail or letter",
    Channel.POLICE_NOTICE: "By a notification of the police",
    Channel.OUT_OF_HOURS: "From the team that works out of hours",
    Channel.FORM: "On a referral form, as a file or on paper",
}
"""How it came, as the hub says it; a call for advice is logged on the consultation line."""

SOURCES: Mapping[str, str] = {
    "": "As their agency says, or not known",
    "1C": "The child",
    "1A": "The family, or somebody who looks after the child",
    "1B": "A friend or a neighbour",
    "1D": "Another member of the public",
    "2A": "School",
    "2B": "Education service",
    "3A": "GP",
    "3B": "Health visitor",
    "3C": "School nurse",
    "3D": "Another service of primary health",
    "3E": "Emergency department",
    "3F": "Another health service",
    "4": "Housing",
    "5A": "Social care of this council",
    "5B": "Another service of this council",
    "5C": "Another council",
    "6": "Police",
    "7": "Court, probation, prison or another legal agency",
    "8": "Another organisation",
}
"""Who tells, as the census counts it."""


class EnteringForm(StartForm):
    """Whether a child is in danger now, how it came and when; the time limits count from then."""

    channel = forms.ChoiceField(
        label="How did it come?",
        choices=list(CHANNELS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Select how it came"},
    )
    day = DateField(label="On which day did it come?")
    time = forms.TimeField(
        label="At what time?",
        help_text="For example, 14:05",
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TextInput({"class": "govuk-input--width-5"}),
        error_messages={"required": "Enter the time", "invalid": "Enter a time, such as 14:05"},
    )

    field_order = ("danger", "channel", "day", "time")

    def __init__(self, data: Any = None, *, before: Given | None = None) -> None:
        super().__init__(data, before=before, is_known=True)
        now = timezone.localtime()
        if "time" not in self.initial:
            self.initial.update(day=now.date(), time=f"{now:%H:%M}")

    def clean(self) -> dict[str, Any]:
        """It has come; where a child is in danger now, it came now unless something else was told."""
        given = super().clean()
        if given.get("danger") == "yes":
            for name in ("channel", "day", "time"):
                self.errors.pop(name, None)
        elif (at := self.at) and at > timezone.now():
            self.add_error("day", "It must not lie ahead")
        return given

    @property
    def at(self) -> datetime | None:
        """When it came; None where that was not told."""
        day: date | None = self.cleaned_data.get("day")
        at: time | None = self.cleaned_data.get("time")
        return timezone.make_aware(datetime.combine(day, at)) if day and at else None


class CallerForm(ProfessionalForm):
    """Who told it to the hub, and how they are reached."""

    name = short_text("Their name", most=NAME)
    role = short_text("Their role, or how they know the child", most=NAME)
    tie = forms.ChoiceField(label="What are they?", required=False, choices=list(SOURCES.items()))
    workplace = short_text("School, practice, team or station", most=NAME)
    telephone = short_text("Their telephone number", most=TELEPHONE)
    email = forms.EmailField(
        label="Their e-mail address",
        help_text="We send them a link, by which they see what became of it. It names no child.",
        required=False,
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    stays_unnamed = forms.BooleanField(label="The family must not learn who it was", required=False)

    field_order = ("name", "role", "tie", "agency", "workplace", "telephone", "email", "stays_unnamed")

    def more_fields(self) -> dict[str, forms.Field]:
        """The agencies of the partnership."""
        agency = super().more_fields()["agency"]
        agency.label = "Their agency"
        return {"agency": agency}


class CallerDangerForm(DangerForm):
    """What is sent at once, of what somebody tells the hub."""

    referrer = short_text("Who told you", "They need not give a name.", most=NAME)
    telephone = short_text("Their telephone number", "So that you can ring them back.", most=TELEPHONE)


def came(draft: Draft) -> dict[str, Any]:
    """How what the hub enters came, and when, as `send_referral` takes it; else nothing."""
    if draft.who != HUB:
        return {}
    form = EnteringForm(query(draft.pages.get(CAME, {})))
    form.is_valid()
    at = form.at
    channel = form.cleaned_data.get("channel") or Channel.PHONE
    return {"channel": channel, "at": at if at and at <= timezone.now() else None}


def came_in_words(draft: Draft) -> str:
    """The same in words."""
    given = came(draft)
    return f"{CHANNELS[given['channel']]}, {moment(given['at'] or timezone.now())}" if given else ""
