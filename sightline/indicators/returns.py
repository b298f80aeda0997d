"""Plain figures that agencies return, used where no extract can answer, and always named by agency.

A return answers for an indicator when its item is the indicator's key and its days are those counted in the
period. The whole is known only when every agency that was asked has answered; one that has not is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import select

from sightline.indicators.data import Data
from sightline.indicators.definition import Indicator
from sightline.indicators.figures import Counted
from sightline.indicators.periods import Period, in_words
from sightline.indicators.support import counted_days

FORMAT = "agency-returns"
TABLE = "agency_returns"
NOT_ASKED = "no agency was asked to return it"
"""Why a plain figure has no value in a period for which no return of it is due."""
_COLUMNS = ("source", "agency", "item", "period_start", "period_end", "due_on", "received_on")


@dataclass(frozen=True, slots=True)
class Return:
    """What one agency answered for one item and period: `counted` is None until it has."""

    agency: str
    source: int
    due_on: date | None
    counted: Counted | None

    @property
    def missing(self) -> str:
        """Who has not answered, in words."""
        return f"{self.agency} has not returned it" + (
            f" (due {in_words(self.due_on)})" if self.due_on else ""
        )


@dataclass(frozen=True, slots=True)
class Returns:
    """The returns of a snapshot, by item and the first and last day that they are about."""

    answers: dict[tuple[str, date, date], dict[str, Return]]

    def of(self, indicator: Indicator, period: Period) -> tuple[Return, ...]:
        """Every agency that was asked for an indicator and period, whether it answered or not."""
        asked = self.answers.get((indicator.key, *counted_days(indicator, period)), {})
        return tuple(asked[agency] for agency in sorted(asked))


def returns(data: Data) -> Returns:
    """The returns that a snapshot holds, each from the file that owns the last day it is about."""
    answers: dict[tuple[str, date, date], dict[str, Return]] = {}
    owned = data.support.spans(TABLE, FORMAT)
    if not owned:
        return Returns(answers)
    query = select(*_COLUMNS, "numerator", "denominator").from_(data.rows(TABLE, FORMAT)).order_by("_place")
    for source, agency, item, first, last, due_on, received_on, numerator, denominator in data.fetch(query):
        is_owned = any(span.source == source and span.first <= last <= span.last for span in owned)
        if not is_owned or first is None or agency is None:
            continue
        has_answered = received_on is not None and numerator is not None
        counted = Counted.of(numerator, denominator, 0, 0) if has_answered else None
        answers.setdefault((item, first, last), {})[agency] = Return(agency, source, due_on, counted)
    return Returns(answers)
