"""What pages do alike: call a command, and say why where it was not done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from sightline.core.command import NotDone
from sightline.govuk.jinja import day


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it; where that is refused, say why beside the field that it is about, if any, and give False."""
    try:
        act()
    except NotDone as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@dataclass(frozen=True)
class Differing:
    """What two people said of the same thing: what is recorded now, and what the writer typed."""

    label: str
    recorded: str
    typed: str

    @property
    def cells(self) -> list[dict[str, str]]:
        """As a row of a table."""
        return [{"text": self.label}, {"text": self.recorded}, {"text": self.typed}]


def overtaken(form: forms.Form, seen: str, now: str, recorded: Mapping[str, Any]) -> list[Differing]:
    """What differs from what somebody else has recorded since the writer opened the form; else nothing.

    `seen` is the form's hidden field with the revision that its writer saw, `now` the one of today. The
    command refuses the form as it came; sent once more, by a writer who has been shown both, it is theirs.
    """
    if not form.is_valid() or form.cleaned_data[seen] == now:
        return []
    data = QueryDict(mutable=True)
    data.update(form.data)
    data[form.add_prefix(seen)] = now
    form.data = data
    return [
        Differing(str(form[name].label), _words(form.fields[name], value), _words(form.fields[name], typed))
        for name, value in recorded.items()
        if (typed := form.cleaned_data[name]) != value
    ]


def _words(field: forms.Field, value: Any) -> str:
    """A value as a reader knows it."""
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return day(value)
    return str(value or "Nothing")


def crumbs(here: str, *above: tuple[str, str]) -> list[dict[str, Any]]:
    """The way here from the partnership's page: titles and routes."""
    steps = [("Partnership", "partnership"), *above]
    return [*({"text": text, "href": reverse(route)} for text, route in steps), {"text": here}]
