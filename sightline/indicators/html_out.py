"""The scorecard as one web page that stands alone: no script, no outside file, made for screen readers."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from sightline.indicators.periods import in_words
from sightline.indicators.scorecard import Scorecard
from sightline.indicators.tables_out import Cell, tables


def as_html(scorecard: Scorecard) -> str:
    """The four tables of `tables_out` as an HTML page, of groups those of the last period alone."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["figure"] = _words
    template = files("sightline.indicators").joinpath("scorecard.html").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        sheets=tables(scorecard, with_past_groups=False),
        snapshot=scorecard.snapshot.id,
        is_public=scorecard.is_public,
    )


def _words(value: Cell) -> str:
    """A cell as it is read: one decimal place for what is no whole number."""
    if value is None:
        return ""
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
