"""Rows for every protected table, whatever tables there are, with a canary in every text that they hold.

A canary is a short word that occurs nowhere else and tells whose it is: the number of its dossier and the
section. Where one turns up, somebody has been shown that section of that dossier.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from sightline.core.models import Agency, User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Guarded, Protected, guarded_models
from tests.invented_contacts import thresholds_in_force

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
    if isinstance(field, models.UUIDField) and not field.null and not field.has_default():
        return UUID(int=number)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateField) and field.name == "born_on":
        return date(BIRTH_YEAR + number, 2, 3)
    is_text = isinstance(field, models.CharField | models.TextField) or type(field).__name__ == "SealedText"
    if not is_text or isinstance(field, models.DateField):
        return None
    return canary(number, section) + (uuid4().hex if field.unique else "")


def rows(dossier: Any, number: int) -> Iterator[Any]:
    """One row of every table that needs no other dossier than this one, not yet stored."""
    made: dict[type[models.Model], Any] = {}
    for model in sorted(section_models(), key=_leans):
        given = {
            field.name: nobody_else()
            if field.attname == model.only_of
            else _needed(field.related_model, made)
            for field in _needs(model)
        }
        if None not in given.values():
            made[model] = filled(model, dossier, number, **given)
            yield made[model]


def _leans(model: type[models.Model]) -> bool:
    """Whether its rows hang on other rows of the dossier, which are made before."""
    return any(issubclass(field.related_model, Guarded) for field in _needs(model))


def _needs(model: type[models.Model]) -> list[Any]:
    """The keys that a row must have besides its dossier's."""
    keys = [field for field in model._meta.concrete_fields if field.is_relation and not field.null]
    return [field for field in keys if field.name != "dossier"]


def _needed(target: type[models.Model], made: dict[type[models.Model], Any]) -> Any:
    """What a key leads to: the row of the same dossier, or anything that stands outside; None for neither."""
    if target in made or issubclass(target, Guarded):
        return made.get(target)
    if target is Agency:
        # The school's: its lead is asked and sees a part, so that an answer shown to them is a leak.
        return Agency.objects.filter(code="avsch").first() or Agency.objects.first()
    return target._default_manager.first() or _STANDS[target.__name__]()


_STANDS = {"Version": thresholds_in_force}
"""How what a key leads to is made where there is none."""


def nobody_else() -> User:
    """Somebody who is nobody in the tests: what is theirs alone, nobody else may be shown."""
    return User.objects.get_or_create(email="own@addiscombe-vale.example", name="Ow Ner")[0]
