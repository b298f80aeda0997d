"""Periods, groups, formats and values in the words that a page shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from sightline.assurance.dataset.models import Baseline, DefinitionChange, Figure
from sightline.core import local
from sightline.facts.sources import FORMATS
from sightline.indicators.control_chart import quantity
from sightline.indicators.definition import Basis, Breakdown, Indicator, Unit
from sightline.indicators.periods import Every, in_words

UNITS = {Unit.COUNT: "", Unit.PERCENT: "%", Unit.RATE: "per 10,000 children", Unit.RATIO: "times"}
"""What follows a number of each unit."""

DEEDS: Mapping[str, str] = {
    "dataset.ask-to-publish": "Asked for the front door's facts to be published",
    "dataset.change-definition": "Said that a definition changed",
    "dataset.confirm-load": "Confirmed a load",
    "dataset.discard-load": "Discarded a load",
    "dataset.find-the-same": "Found the front door's facts unchanged",
    "dataset.finish-reading": "Read the files of a load",
    "dataset.forget": "Deleted snapshots that were replaced",
    "dataset.give-up": "Could not use the files of a load",
    "dataset.load-benchmarks": "Loaded published figures to compare with",
    "dataset.load-snapshot": "Loaded a snapshot",
    "dataset.publish-snapshot": "Published a snapshot",
    "dataset.receive-load": "Handed in files",
    "dataset.reset-baseline": "Re-set a baseline",
    "dataset.settle-load": "Counted the figures after a load was confirmed or withdrawn",
    "dataset.take-own": "Published the front door's facts",
    "dataset.withdraw-load": "Withdrew a load",
    "dataset.withdraw-snapshot": "Withdrew a snapshot",
    "export:dataset:download": "Downloaded figures",
}
"""What people do with the dataset, in the words of the audit log."""

_GROUPS = {
    Breakdown.CATEGORY: {
        "NEG": "neglect",
        "EMO": "emotional abuse",
        "PHY": "physical abuse",
        "SAB": "sexual abuse",
        "MUL": "more than one kind",
    },
    Breakdown.MISSING_FROM: {
        "home": "home",
        "care": "care",
        "other-authority-care": "care of another authority",
    },
}


def title_of(format_: str) -> str:
    """What a format is called."""
    return FORMATS[format_].title if format_ in FORMATS else format_


def supplier_name(code: str) -> str:
    """What the agency of a code is called in this partnership."""
    agencies = local.partnership().agencies
    for agency in agencies:
        if agency.code == code:
            return agency.name
    of_kind = [agency.name for agency in agencies if agency.kind == code]
    return of_kind[0] if of_kind else code


def with_names(refused: str) -> str:
    """Why there is no figure, with the name of each agency that has not returned it in place of its kind."""
    return re.sub(r"\b[A-Z]+(?= has not returned it)", lambda code: supplier_name(code[0]), refused)


def group_name(breakdown: str, group: str) -> str:
    """What a group is called: a locality or agency of this partnership, or the words for a code."""
    if breakdown == Breakdown.LOCALITY:
        names = {locality.key: locality.name for locality in local.partnership().localities}
        return names.get(group, group)
    if breakdown == Breakdown.AGENCY:
        return supplier_name(group)
    said = re.sub(r"(?<=\d)-(?=\d)", " to ", group)
    return _GROUPS.get(Breakdown(breakdown), {}).get(group, said.replace("-", " "))


day = in_words
"""A day without its weekday: "31 March 2026"."""


def period_name(every: str, last_on: date) -> str:
    """A period by itself: "March 2026", or "2025 to 2026" for a financial year."""
    if every == Every.YEAR:
        return f"{last_on.year - 1} to {last_on.year}"
    return f"{last_on:%B %Y}"


def month(on: date) -> str:
    """The month of a day: "March 2026"."""
    return f"{on:%B %Y}"


def break_in_words(one: Baseline | DefinitionChange) -> str:
    """What a new stretch of a series begins with, in sentences."""
    why = one.reason.rstrip(".")
    if isinstance(one, DefinitionChange):
        was, now = one.was.rstrip("."), one.now.rstrip(".")
        return (
            f"The definition changed from {month(one.from_on)}. Before: {was}. From then on: {now}."
            f" Why: {why}. Figures before and after are not to be compared."
        )
    return f"The baseline was re-set from {month(one.from_on)}: {why}."


def when(figure: Figure, basis: Basis) -> str:
    """The time that a figure speaks of: "March 2026", "31 March 2026", "year to 31 March 2026"."""
    if basis is Basis.SNAPSHOT:
        return day(figure.last_on)
    if basis is Basis.ROLLING or figure.every == Every.YEAR:
        return f"year to {day(figure.last_on)}"
    return f"{figure.last_on:%B %Y}"


def number(value: float | None) -> str:
    """A count with commas; decimals only where there are any."""
    return "" if value is None else quantity(value, "")


def at(figure: Figure, basis: Basis) -> str:
    """The time that a figure speaks of, as it stands in a sentence: "in March 2026", "on 31 March 2026"."""
    time = when(figure, basis)
    return f"on {time}" if basis is Basis.SNAPSHOT else f"in {'the ' if ' to ' in time else ''}{time}"


def aligned(indicator: Indicator, amount: float | None) -> str:
    """A value as it stands in a column: always with one decimal place, and without words for its unit."""
    if amount is None or indicator.unit in {Unit.COUNT, Unit.RATIO}:
        return value(indicator, amount)
    return f"{amount:,.1f}{'%' if indicator.unit is Unit.PERCENT else ''}"


def value(indicator: Indicator, amount: float | None) -> str:
    """A value with its unit; a ratio to two decimal places, since its steps are small."""
    if amount is None:
        return ""
    if indicator.unit is Unit.RATIO:
        return f"{amount:.2f}"
    return quantity(amount, UNITS[indicator.unit])


def counts(indicator: Indicator, figure: Figure) -> str:
    """The counts behind a value: "812 of 1,104"; nothing where the value is the count itself."""
    if figure.numerator is None or indicator.unit is Unit.COUNT:
        return ""
    if figure.denominator is None:
        return number(figure.numerator)
    among = "among" if indicator.is_per_resident else "of"
    return f"{number(figure.numerator)} {among} {number(figure.denominator)}"


def sentence(indicator: Indicator, figure: Figure) -> str:
    """The figure in a sentence: "In March 2026, 812 of 1,104 assessments were authorised in time: 73.6%."."""
    plain = indicator.plain.format(
        numerator=number(figure.numerator), denominator=number(figure.denominator) or "an unknown number of"
    )
    # A definition that rolls says "in twelve months" itself.
    opening = f"By {day(figure.last_on)}" if indicator.basis is Basis.ROLLING else at(figure, indicator.basis)
    said = f"{opening[0].upper()}{opening[1:]}, {plain}"
    if indicator.unit is Unit.COUNT or figure.value is None:
        return f"{said}."
    return f"{said}: {value(indicator, figure.value)}."
