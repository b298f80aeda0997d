"""The figures that a page shows, as tables to take away: a spreadsheet with notes, or one table as CSV.

Everything is read as the pages read it, through the same view: what a page hides from its reader, a download
hides too, and a figure stands in both with the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import Figure, LoadedFile
from sightline.assurance.dataset.readings import Reading, figures_of, label
from sightline.assurance.dataset.view import Break, View
from sightline.core import local
from sightline.indicators import disclosure
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.release import HIDDEN
from sightline.indicators.tables_out import Cell, Sheet, about_small_numbers, about_sources, definitions

LATEST = (
    "Indicator", "Reference", "Time", "Value", "Unit", "Numerator", "Denominator", "Not recorded",
    "What the series shows", "Target", "Published elsewhere", "Not shown because", "Later", "Question set",
    "Theme", "Read with", "Key",
)  # fmt: skip
FIGURES = (
    "Key", "Indicator", "Period", "First day", "Last day", "Split by", "Group", "Numerator", "Denominator",
    "Not recorded", "Not placed", "Value", "Unit", "Format", "Source files", "Residents estimated on",
    "Definition", "Not shown because", "A new series begins",
)  # fmt: skip
SIGNALS = (
    "Each series is read with a control chart: its mean, and limits at 2.66 mean moving ranges from it.",
    "A signal is a value beyond a limit, seven in a row on one side of the mean, seven rising or falling, or"
    " two of three close to a limit. Without one, a difference between two months tells nothing.",
    "Fewer than thirteen values in a row are not judged. Where a definition or a source changes, the series"
    " begins anew, and values before and after are not to be compared.",
)
"""How to read the column of signals, as the notes say it."""


def latest_of(readings: Iterable[Reading], compared: Mapping[str, str]) -> Sheet:
    """The latest figure of each indicator and what its series shows: the scorecard as a table."""
    rows = tuple(_latest(reading, compared.get(reading.indicator.key, "")) for reading in readings)
    return Sheet("Scorecard", "The latest figure of each indicator, and what its series shows.", LATEST, rows)


def figures_in(view: View, readings: Sequence[Reading]) -> Sheet:
    """Every figure of these indicators, wholes and groups, a row each."""
    breaks = {
        (reading.indicator.key, reading.series[place].every, reading.series[place].last_on): found
        for reading in readings
        for place, found in reading.breaks.items()
    }
    rows = tuple(
        _figure(figure, () if figure.breakdown else breaks.get(_place(figure), ()))
        for figure in figures_of(view, [reading.indicator.key for reading in readings])
    )
    return Sheet("Figures", "Every figure that was counted or refused.", FIGURES, rows)


def workbook(
    view: View,
    readings: Sequence[Reading],
    first: Sequence[Sheet],
    asked: Mapping[str, str],
    gaps: Sequence[str],
) -> tuple[Sheet, ...]:
    """The sheets of a spreadsheet: those given first, then figures, definitions and notes.

    `asked` says what was asked for, by the words of each choice; `gaps` names what is missing, and whose.
    """
    notes = Sheet(
        "Notes",
        "What this is and where it comes from.",
        ("About", "Note"),
        tuple(_notes(view, readings, asked, gaps)),
    )
    defined = definitions(reading.indicator for reading in readings)
    return (*first, figures_in(view, readings), defined, notes)


def _place(figure: Figure) -> tuple[str, str, date]:
    return figure.indicator, figure.every, figure.last_on


def _latest(reading: Reading, compared: str) -> tuple[Cell, ...]:
    indicator, latest = reading.indicator, reading.latest
    numbers: tuple[Cell, ...] = (None,) * 5
    if latest is not None:
        numbers = (latest.value, indicator.unit, latest.numerator, latest.denominator, latest.unknown)
    return (
        indicator.title, indicator.ref, words.when(latest, indicator.basis) if latest else None,
        *numbers, reading.in_words(), indicator.target.value if indicator.target else None, compared,
        reading.refused, reading.later, indicator.question_set, indicator.theme,
        INDICATORS[indicator.twin].title if indicator.twin else None, indicator.key,
    )  # fmt: skip


def _figure(figure: Figure, breaks: Iterable[Break]) -> tuple[Cell, ...]:
    indicator = INDICATORS.get(figure.indicator)
    group = words.group_name(figure.breakdown, figure.group) if figure.group else None

    def number(value: float | None) -> Cell:
        return disclosure.DFE_RULE.mark if figure.refused == HIDDEN else value

    return (
        figure.indicator, indicator.title if indicator else None, label(figure), figure.first_on,
        figure.last_on, figure.breakdown, group, number(figure.numerator), number(figure.denominator),
        figure.unknown, figure.unplaced, number(figure.value), indicator.unit if indicator else None,
        words.title_of(figure.format) if figure.format else None, figure.files.replace(" ", ", "),
        figure.residents_on, figure.definition, figure.refused, " ".join(map(words.break_in_words, breaks)),
    )  # fmt: skip


def _notes(
    view: View, readings: Sequence[Reading], asked: Mapping[str, str], gaps: Sequence[str]
) -> Iterator[tuple[Cell, ...]]:
    snapshot = view.snapshot
    assert snapshot is not None
    yield "What", "Multi-agency safeguarding dataset"
    yield "Partnership", local.partnership().name
    yield "Snapshot", f"{snapshot.snapshot_id}, figures up to {words.day(snapshot.last_on)}"
    yield "Published as", snapshot.label or "not published"
    if because := view.withdrawn_because():
        yield "Withdrawn", because
    yield from asked.items()
    yield from (("Small numbers", said) for said in about_small_numbers(is_public=not view.with_small))
    yield from (("Missing, late or sent back", gap) for gap in gaps)
    yield from (("How to read a signal", said) for said in SIGNALS)
    yield "Not recorded", "Counted in the denominator: what is not recorded is not shown to be met."
    yield "Not placed", "In no figure: a column that decides whether the row belongs is not known."
    for reading in readings:
        for one in sorted(reading.set_here, key=lambda one: one.from_on):
            yield f"A new series: {reading.indicator.title}", words.break_in_words(one)
    stored = LoadedFile.objects.visible_to(view.user).filter(snapshot=snapshot)
    yield from about_sources(file.source for file in stored)
