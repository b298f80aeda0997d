"""The residents under 18 by whom a rate is divided: as a whole, and by group where they are known so.

A rate uses the latest estimate that was made of a day not after the period's end, if it is no more than two
years older: an older one would state a rate of children who have since grown up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import select

from sightline.clocks.calendar import add_months
from sightline.facts.coverage import Span
from sightline.indicators.data import Data
from sightline.indicators.definition import Breakdown
from sightline.indicators.figures import Residents
from sightline.indicators.periods import in_words

_FORMATS = ("ons-population", "population")
_WHOLE = ("0-17", "all", "all", "all")
_PLACES = {Breakdown.AGE: 0, Breakdown.SEX: 1, Breakdown.ETHNICITY: 2, Breakdown.LOCALITY: 3}
_SEXES = {"female": "F", "male": "M"}
_YEARS = 2


@dataclass(frozen=True, slots=True)
class Population:
    """The estimates of a snapshot: for each format and group, the residents on each day estimated."""

    estimates: dict[tuple[str, tuple[str, ...]], dict[date, int]]

    def on(
        self, day: date, breakdown: Breakdown | None = None, group: str | None = None
    ) -> tuple[Residents | None, str]:
        """The residents (of a group) for a rate at `day`, or None and why there is none."""
        if breakdown is not None and breakdown not in _PLACES:
            return None, f"residents are not known by {breakdown}"
        wanted = _group(breakdown, group)
        latest: date | None = None
        for source_format in _FORMATS:
            held = self.estimates.get((source_format, wanted), {})
            usable = [stood for stood in held if stood <= day]
            latest = max([*usable, *([latest] if latest else [])], default=None)
            if usable and max(usable) >= add_months(day, -12 * _YEARS):
                return Residents(held[max(usable)], max(usable)), ""
        whose = "under 18" if breakdown is None else f"of the group {group}"
        found = f" (the latest loaded is of {in_words(latest)})" if latest else ""
        return None, (
            f"no rate: there is no estimate of residents {whose} from the {_YEARS} years before"
            f" {in_words(day)}{found}"
        )


def population(data: Data) -> Population:
    """The estimates that a snapshot holds, each from the file that owns its day."""
    found: dict[tuple[str, tuple[str, ...]], dict[date, int]] = {}
    for source_format in _FORMATS:
        owned = data.support.spans("population", source_format)
        if not owned:
            continue
        columns = ("source", "stood_on", "residents", "age_band", "sex", "ethnic_group", "locality")
        query = (
            select(*columns).from_(data.rows("population", source_format)).order_by("source", "source_row")
        )
        for source, stood_on, residents, *group in data.fetch(query):
            if residents is not None and _owns(owned, source, stood_on):
                found.setdefault((source_format, tuple(group)), {})[stood_on] = residents
    return Population(found)


def _group(breakdown: Breakdown | None, group: str | None) -> tuple[str, ...]:
    wanted = list(_WHOLE)
    if breakdown is not None:
        wanted[_PLACES[breakdown]] = _SEXES.get(group or "", group or "")
    return tuple(wanted)


def _owns(owned: tuple[Span, ...], source: int, day: date | None) -> bool:
    return day is not None and any(span.source == source and span.first <= day <= span.last for span in owned)
