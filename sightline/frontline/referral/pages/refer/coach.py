"""What the form asks once more, and what it says is missing, and why that matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms.boundfield import BoundField

from sightline.frontline.referral.pages.refer.entering import HUB
from sightline.frontline.referral.pages.refer.forms import ChildrenForm, PageForm
from sightline.frontline.referral.pages.refer.steps import STEPS, Step
from sightline.frontline.referral.sending import Draft
from sightline.frontline.threshold.models import LevelText, Version
from sightline.govuk.jinja import day

FEW = 8
"""An answer of fewer words is asked about once more."""

MORE: Mapping[str, str] = {
    "narrative": "What did you see or hear yourself? Who was there, and how was the child afterwards?",
    "wishes": "Has the child said how it feels, or what should change? Their own words count, even a few.",
    "early_help": "Who has helped, for how long, and is anything better or worse since?",
    "parents_told": "Who was told, and what did they say? Or what might happen to the child if they knew?",
}
"""What is asked of an answer of a few words; of one that is empty the last page says why it matters."""


@dataclass(frozen=True)
class Missing:
    """Something that was not told: the page where it can be, and why it matters."""

    step: str
    what: str
    why: str


def thin(given: Mapping[str, Any]) -> dict[str, str]:
    """What to ask once more of the answers of a page."""
    return {
        name: words
        for name, words in MORE.items()
        if (answer := str(given.get(name) or "")) and len(answer.split()) < FEW
    }


def missing(draft: Draft, pages: Mapping[str, PageForm]) -> list[Missing]:
    """What a decision would wait for, in the order of the pages."""
    return list(_missing(draft, pages))


def _missing(draft: Draft, pages: Mapping[str, PageForm]) -> Iterator[Missing]:
    given = {name: value for page in pages.values() for name, value in page.cleaned_data.items() if value}
    children = pages["children"]
    assert isinstance(children, ChildrenForm)
    if "when" not in given:
        yield Missing(
            "happened", "When it happened", "What happened today is answered before what is long past."
        )
    if not children.children:
        yield Missing("children", "Who the child is", "Without a name we cannot tell who may need help.")
    elif not all(one.get("born_on") for one in children.children):
        yield Missing(
            "children", "A date of birth", "Without the date of birth the hub must search before it can act."
        )
    if "address" not in given:
        yield Missing("home", "Where the child lives", "Without an address nobody can go and see.")
    if "father" not in given:
        yield Missing("home", "The father", "A father may be a danger or a help. He is forgotten too often.")
    yield from _words_missing(draft, given)


_WHY: Mapping[str, tuple[str, str]] = {
    "wishes": ("What the child says", "The child knows best what its days are like."),
    "early_help": ("What has been tried", "We do not offer again what has not helped."),
    "parents_told": ("What the parents know", "Otherwise we must ask you before we speak to them."),
}


def _words_missing(draft: Draft, given: Mapping[str, Any]) -> Iterator[Missing]:
    for step in STEPS[draft.who]:
        for name in filter(step.form.base_fields.__contains__, _WHY):
            if name not in given:
                yield Missing(step.key, *_WHY[name])
    if draft.who != "public" and "consent" not in given:
        yield Missing(
            "parents", "Consent", "We need to know whether the family agrees, or why it was not asked."
        )
    if (
        draft.who != "public"
        and "consent_reason" not in given
        and given.get("consent")
        in (
            "refused",
            "unsafe-to-seek",
        )
    ):
        yield Missing("parents", "Why without consent", "The reason must stand on the record.")
    if "telephone" not in given and "email" not in given:
        if draft.who == HUB:
            yield Missing("you", "How they are reached", "Nobody can tell them what was decided.")
        else:
            yield Missing("you", "How we reach you", "We cannot ask you, nor tell you what was decided.")


def told(draft: Draft, pages: Mapping[str, PageForm]) -> list[tuple[Step, list[tuple[str, str]]]]:
    """Everything that was told, page by page: the question, and the answer in words."""
    return [(step, list(_answers(pages[step.key]))) for step in STEPS[draft.who]]


def _answers(form: PageForm) -> Iterator[tuple[str, str]]:
    for heading, fields in form.blocks:
        for field in fields:
            answer = _in_words(field, form.cleaned_data.get(field.name))
            if answer:
                yield (f"{heading}: {field.label.lower()}" if heading else str(field.label)), answer


def _in_words(field: BoundField, value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if value is True:
        return "Yes"
    names = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(names[one] for one in value)
    return str(names.get(value, value) if value else "")


def level_asked(pages: Mapping[str, PageForm]) -> LevelText | None:
    """What the thresholds say of the level that was chosen."""
    chosen = pages["help"].cleaned_data.get("level_asked") if "help" in pages else None
    version = Version.objects.in_force()
    return version.texts.filter(level=chosen).first() if chosen and version else None
