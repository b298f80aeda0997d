"""Rows for every protected table, whatever tables there are, with a canary in every text that they hold.

A canary is a short word that occurs nowhere else and tells whose it is: the number of its dossier and the
section. Where one turns up, somebody has been shown that section of that dossier.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models

from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected, guarded_models

CODES = dict(zip(Section, "acdefghijklmnpqrstuvwxy", strict=False))
CANARY = re.compile(rf"zqx(\d{{2}})([{''.join(CODES.values())}])xz", re.IGNORECASE)
"""Short enough for the shortest column, a postcode, and too long to stand in a random token by chance."""
BIRTH_YEAR = 1800
"""The year of birth of somebody in dossier n is this and n: a date is a canary too."""
BIRTHS = re.compile(r"\b18(\d{2})-02-03|\b3 February 18(\d{2})|\b0?3/0?2/18(\d{2})")


def canary(number: int, section: Section) -> str:
    """The word for a section of a dossier."""
    return f"{beginning(number)}{CODES[section]}xz"


def beginning(number: int) -> str:
    """How the canaries of a dossier begin: something to look for that is no canary itself."""
    return f"Zqx{number:02d}"


def found_in(text: str) -> set[tuple[int, Section]]:
    """Every dossier and section of which a canary is in a text."""
    sections = {code: section for section, code in CODES.items()}
    words = {(int(number), sections[code.lower()]) for number, code in CANARY.findall(text)}
    births = {(int("".join(found)), Section.IDENTITY) for found in BIRTHS.findall(text)}
    return words | births


def section_models() -> list[type[Protected]]:
    """Every table that hangs off a dossier."""
    found = [model for model in guarded_models() if issubclass(model, Protected)]
    assert len(found) > 8, "the protected tables were not found: nothing would be checked"
    return found


def filled(model: type[Protected], dossier: Any, number: int, **given: Any) -> Any:
    """A row of a protected table, not yet stored, with a canary in every text."""
    values = {"dossier": dossier, **given}
    for field in model._meta.concrete_fields:
        if field.name not in values and (value := _value(field, number, model.section)) is not None:
            values[field.name] = value
    return model(**values)


def _value(field: Any, number: int, section: Section) -> Any:
    """What to put into a column; None to leave it as it is when nothing is said."""
    if field.primary_key or field.is_relation:
        return None
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateField) and field.name == "born_on":
        return date(BIRTH_YEAR + number, 2, 3)
    is_text = isinstance(field, models.CharField | models.TextField) or type(field).__name__ == "SealedText"
    return canary(number, section) if is_text and not isinstance(field, models.DateField) else None


def rows(dossier: Any, number: int) -> Iterator[Any]:
    """One row of every table that needs no other record than the dossier, not yet stored."""
    for model in section_models():
        needs = [
            field
            for field in model._meta.concrete_fields
            if field.is_relation and not field.null and field.name != "dossier"
        ]
        if not needs:
            yield filled(model, dossier, number)
