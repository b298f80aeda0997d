"""Which format can answer for which indicator and period, and in words why another cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sightline.clocks.calendar import add_months
from sightline.facts.coverage import Span, gaps, spans
from sightline.facts.manifest import SourceFile, Window
from sightline.facts.sources import EXTRACTS, FORMATS, Rows, SourceFormat
from sightline.facts.tables import TABLES
from sightline.indicators import expressions
from sightline.indicators.definition import Basis, Indicator
from sightline.indicators.periods import Every, Period, PeriodError, in_words, whole_periods

LATEST_WITHIN_DAYS = 31
"""How long before its extraction a list of the latest row of each child still tells what was open."""

_CAPITAL = frozenset({"Ofsted", "Annex", "Sightline"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one format cannot answer."""

    format: str
    reason: str


@dataclass(slots=True)
class Support:
    """What the files of one snapshot can answer for."""

    sources: Sequence[SourceFile]
    _gaps: dict[tuple[str, str, date, date], tuple[tuple[str, Window], ...]] = field(default_factory=dict)
    _spans: dict[tuple[str, str], tuple[Span, ...]] = field(default_factory=dict)

    def choose(self, indicator: Indicator, period: Period) -> tuple[str | None, tuple[Refusal, ...]]:
        """The first format of the indicator's that answers for a period, and why those before it do not."""
        refusals: list[Refusal] = []
        for key in indicator.sources:
            reason = cannot(indicator, FORMATS[key]) or self._uncovered(indicator, FORMATS[key], period)
            if not reason:
                return key, tuple(refusals)
            refusals.append(Refusal(key, reason))
        return None, tuple(refusals)

    def latest(self, indicator: Indicator, every: Every) -> Period:
        """The last period that some format answers for; the last that the files reach when none does.

        Raises PeriodError when no file covers a whole period of the indicator's table.
        """
        ends = [
            file.windows[indicator.table].last for file in self.sources if indicator.table in file.windows
        ]
        begins = [
            file.windows[indicator.table].first for file in self.sources if indicator.table in file.windows
        ]
        periods = whole_periods(min(begins), max(ends), every) if ends else ()
        if not periods:
            raise PeriodError(f"no file covers a {every} of {_mid(TABLES[indicator.table].title)}")
        for period in reversed(periods):
            if self.choose(indicator, period)[0] is not None:
                return period
        return periods[-1]

    def spans(self, table: str, source_format: str) -> tuple[Span, ...]:
        """Which days of a table each file of a format owns."""
        found = self._spans.get((table, source_format))
        if found is None:
            found = self._spans[table, source_format] = spans(self.sources, table, source_format)
        return found

    def owners(self, indicator: Indicator, source_format: str, period: Period) -> tuple[int, ...]:
        """The files whose rows count in a period: those that own a day of it, or its last day.

        A list of latest rows forgets what it is not extracted soon after, so of these the first extract after
        the last day tells what stood on it.
        """
        first, last = counted_days(indicator, period)
        if FORMATS[source_format].supplies[indicator.table].rows is Rows.LATEST:
            return self._first_after(indicator.table, source_format, last)
        return tuple(
            sorted(
                {
                    span.source
                    for span in self.spans(indicator.table, source_format)
                    if span.first <= last and span.last >= first
                }
            )
        )

    def _first_after(self, table: str, source_format: str, day: date) -> tuple[int, ...]:
        """For each supplier the file that was extracted first of those that hold a day."""
        first: dict[str, int] = {}
        for index, file in sorted(
            enumerate(self.sources), key=lambda item: item[1].extracted_on, reverse=True
        ):
            holds = file.format == source_format and table in file.windows and file.windows[table].holds(day)
            if holds and file.extracted_on >= day:
                first[file.supplier] = index
        return tuple(sorted(first.values()))

    def _uncovered(self, indicator: Indicator, source: SourceFormat, period: Period) -> str:
        table = indicator.table
        loaded = [file for file in self.sources if file.format == source.key and table in file.windows]
        if not loaded:
            return self._not_loaded(table, source)
        first, last = counted_days(indicator, period)
        seen_from = add_months(first.replace(day=1), -indicator.lookback_months)
        seen_from = min(seen_from, first) if indicator.lookback_months else first
        missing = self._missing(table, source.key, seen_from, last)
        if missing:
            return _gap_words(source, table, missing, first, loaded)
        return self._too_short(indicator, source, period) or self._too_late(indicator, source, period)

    def _not_loaded(self, table: str, source: SourceFormat) -> str:
        """Why nothing is read of a table; what Sightline records itself is in use once it holds anything."""
        if source.key in EXTRACTS:
            return f"no {_mid(source.title)} file is loaded"
        if not any(file.format == source.key for file in self.sources):
            return f"the {_mid(source.title)} is not in use"
        return f"the {_mid(source.title)} is in use, but holds no {_mid(TABLES[table].title)} yet"

    def _missing(
        self, table: str, source_format: str, first: date, last: date
    ) -> tuple[tuple[str, Window], ...]:
        asked = (table, source_format, first, last)
        if asked not in self._gaps:
            self._gaps[asked] = gaps(self.sources, table, source_format, first, last)
        return self._gaps[asked]

    def _too_short(self, indicator: Indicator, source: SourceFormat, period: Period) -> str:
        """A list of events tells what came of them later only if it reaches back to the events themselves."""
        table = TABLES[indicator.table]
        tells_later = indicator.at not in {"", table.event} or bool(indicator.until)
        if table.ends or not tells_later:
            return ""
        needed = add_months(counted_days(indicator, period)[0], -indicator.lookback_months)
        for index in self.owners(indicator, source.key, period):
            held = self.sources[index].windows[table.name]
            if held.first > needed:
                return (
                    f"needs one {_mid(source.title)} file that reaches back to {in_words(needed)}: the one of"
                    f" {in_words(self.sources[index].extracted_on)} covers {_days(held)}"
                )
        return ""

    def _too_late(self, indicator: Indicator, source: SourceFormat, period: Period) -> str:
        """A list of latest rows taken long after a day no longer tells what was open on that day."""
        if source.supplies[indicator.table].rows is not Rows.LATEST:
            return ""
        for index in self.owners(indicator, source.key, period):
            taken = self.sources[index].extracted_on
            if (taken - period.last).days > LATEST_WITHIN_DAYS:
                return (
                    f"not computable from {_mid(source.title)} at {in_words(period.last)}: the first extract"
                    f" after it was taken on {in_words(taken)}, and"
                    f" {source.supplies[indicator.table].rows_note}"
                )
        return ""


def counted_days(indicator: Indicator, period: Period) -> tuple[date, date]:
    """The first and last day that an indicator counts in a period: the last one alone for a snapshot."""
    if indicator.basis is Basis.SNAPSHOT:
        return period.last, period.last
    if indicator.basis is Basis.ROLLING:
        return period.twelve_months_first, period.last
    return period.first, period.last


def columns_used(indicator: Indicator) -> frozenset[str]:
    """The fact columns that a definition reads, its dates and the columns it gathers by included."""
    parts = (expressions.read(indicator, part) for part in expressions.PARTS)
    return frozenset(indicator.each).union(*(part.columns for part in parts if part))


def cannot(indicator: Indicator, source: SourceFormat) -> str:
    """Why a format can never answer for an indicator, whatever is loaded; empty when it can."""
    title = _mid(source.title)
    supply = source.supplies.get(indicator.table)
    if supply is None:
        return f"not computable from {title}: it holds no {_mid(TABLES[indicator.table].title)}"
    lacking = sorted(columns_used(indicator) - supply.columns)
    if lacking:
        words = supply.limits.get(lacking[0]) or f"it does not hold {_column_title(indicator, lacking[0])}"
        return f"not computable from {title}: {words}"
    if supply.rows is Rows.LATEST and (
        indicator.rows is not Rows.LATEST or indicator.basis is not Basis.SNAPSHOT
    ):
        return f"not computable from {title}: {supply.rows_note}"
    return ""


def cannot_split(indicator: Indicator, source_format: str, column: str) -> str:
    """Why a format cannot split an indicator by a column; empty when it can."""
    source = FORMATS[source_format]
    supply = source.supplies[indicator.table]
    if column in supply.columns:
        return ""
    words = supply.limits.get(column) or f"it does not hold {_column_title(indicator, column)}"
    return f"not split from {_mid(source.title)}: {words}"


def _column_title(indicator: Indicator, column: str) -> str:
    return TABLES[indicator.table].column(column).title


def _gap_words(
    source: SourceFormat,
    table: str,
    missing: Sequence[tuple[str, Window]],
    first: date,
    loaded: Sequence[SourceFile],
) -> str:
    supplier, gap = missing[0]
    windows = sorted((file.windows[table] for file in loaded if file.supplier == supplier), key=_first)
    held = ", ".join(dict.fromkeys(_days(window) for window in windows))
    whose = "" if supplier == source.supplier else f" from {supplier}"
    words = f"no {_mid(source.title)} file{whose} covers {_days(gap)} (loaded: {held})"
    if all(window.last < first for _, window in missing):
        return f"needs {_mid(TABLES[table].title)} from {in_words(gap.first)} as well: {words}"
    return words


def _mid(title: str) -> str:
    """A title as it stands within a sentence."""
    first = title.split()[0]
    return title if first in _CAPITAL or not first[1:].islower() else title[0].lower() + title[1:]


def _days(window: Window) -> str:
    """The days of a window: "1 April to 30 June 2025"."""
    if window.first == window.last:
        return in_words(window.first)
    first = in_words(window.first)
    if window.first.year == window.last.year:
        is_one_month = window.first.month == window.last.month
        first = f"{window.first.day}" if is_one_month else f"{window.first.day} {window.first:%B}"
    return f"{first} to {in_words(window.last)}"


def _first(window: Window) -> date:
    return window.first
