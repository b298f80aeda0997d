"""One day, one file: which source answers for which days of a fact table.

Extracts overlap: each quarter's Annex A repeats three months of the one before, and a plan of two years
stands in three censuses. Adding them up would count twice, and choosing the newest row of each child would
mix extracts. So every day of the calendar belongs to one file of a format and supplier: the latest extracted
of those whose window holds the day. An event is counted from the file that owns its day; what was open on a
day is counted from the file that owns that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sightline.facts.manifest import SourceFile, Window

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included, that one source owns."""

    source: int
    first: date
    last: date


def spans(sources: Sequence[SourceFile], table: str, source_format: str) -> tuple[Span, ...]:
    """Who owns which days of `table` among the files of one format, supplier by supplier.

    Spans of one supplier never overlap. Of two extracted on the same day the later in the manifest owns.
    """
    owned: list[Span] = []
    for supplier in suppliers(sources, table, source_format):
        held = [
            (source.extracted_on, index, source.windows[table])
            for index, source in enumerate(sources)
            if source.format == source_format and source.supplier == supplier and table in source.windows
        ]
        free: list[Window] = []
        for _, index, window in sorted(held, key=lambda item: item[:2], reverse=True):
            owned.extend(Span(index, part.first, part.last) for part in _minus(window, free))
            free.append(window)
    return tuple(sorted(owned, key=lambda span: (span.first, span.source)))


def suppliers(sources: Sequence[SourceFile], table: str, source_format: str) -> tuple[str, ...]:
    """The agencies that sent a file of this format for this table."""
    return tuple(
        sorted(
            {
                source.supplier
                for source in sources
                if source.format == source_format and table in source.windows
            }
        )
    )


def gaps(
    sources: Sequence[SourceFile], table: str, source_format: str, first: date, last: date
) -> tuple[tuple[str, Window], ...]:
    """The days from `first` to `last` that some supplier's files leave unanswered, with the supplier.

    Empty when the format answers for every day; all the days, with no supplier, when none was loaded.
    """
    whole = Window(first, last)
    found = suppliers(sources, table, source_format)
    if not found:
        return (("", whole),)
    missing: list[tuple[str, Window]] = []
    for supplier in found:
        held = [
            source.windows[table]
            for source in sources
            if source.format == source_format and source.supplier == supplier and table in source.windows
        ]
        missing.extend((supplier, part) for part in _minus(whole, held))
    return tuple(missing)


def _minus(window: Window, taken: Sequence[Window]) -> list[Window]:
    """What is left of `window` when the days of `taken` are cut out of it."""
    left = [window]
    for cut in taken:
        left = [
            part
            for whole in left
            for part in (
                _window(whole.first, min(whole.last, cut.first - _DAY)),
                _window(max(whole.first, cut.last + _DAY), whole.last),
            )
            if part is not None
        ]
    return left


def _window(first: date, last: date) -> Window | None:
    return Window(first, last) if first <= last else None
