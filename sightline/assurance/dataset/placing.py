"""What a load would change: the days that would be counted from its files instead of others', or at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sightline.facts.coverage import Span, spans
from sightline.facts.manifest import SourceFile, Window

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Days of one table that a file would answer for, in place of the file `instead_of` if there was one."""

    name: str
    table: str
    days: Window
    instead_of: str = ""


def placed(own: Sequence[SourceFile], others: Sequence[SourceFile]) -> list[Place]:
    """The days that would belong to the files `own` if they joined `others`: one day, one file.

    A file of which nothing is listed would change no figure: later files answer for all its days.
    """
    ordered = sorted([*own, *others], key=lambda one: (one.format, one.extracted_on, one.sha256))
    contents = {source.sha256 for source in own}
    found = []
    for format_, table in sorted({(source.format, table) for source in own for table in source.windows}):
        before = spans(others, table, format_)
        for span in spans(ordered, table, format_):
            source = ordered[span.source]
            if source.sha256 in contents:
                held = [one for one in before if others[one.source].supplier == source.supplier]
                found += [
                    Place(source.name, table, days, others[was.source].name if was else "")
                    for days, was in _against(span, held)
                ]
    return found


def _against(span: Span, before: Sequence[Span]) -> Iterator[tuple[Window, Span | None]]:
    """The days of a span in pieces: each with the span that had them before, or None."""
    start = span.first
    for was in before:
        first, last = max(span.first, was.first), min(span.last, was.last)
        if first > last:
            continue
        if start < first:
            yield Window(start, first - _DAY), None
        yield Window(first, last), was
        start = last + _DAY
    if start <= span.last:
        yield Window(start, span.last), None
