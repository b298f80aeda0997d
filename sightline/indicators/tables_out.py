"""The scorecard as tables of plain values, which the spreadsheet and the web page both show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sightline.clocks import CLOCKS
from sightline.facts.manifest import SourceFile
from sightline.facts.sources import FORMATS
from sightline.indicators import disclosure
from sightline.indicators.definition import Indicator
from sightline.indicators.figures import Figure
from sightline.indicators.periods import in_words
from sightline.indicators.scorecard import Line, Scorecard

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, what it holds, its headings and its rows."""

    name: str
    about: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(scorecard: Scorecard, *, with_past_groups: bool = True) -> tuple[Sheet, ...]:
    """Scorecard, Figures, Definitions and Notes; the groups of every period, or of the last one alone."""
    figures = _figures(scorecard, with_past_groups)
    defined = definitions(line.indicator for line in scorecard.lines)
    return (_scorecard(scorecard), figures, defined, _notes(scorecard))


def _scorecard(scorecard: Scorecard) -> Sheet:
    headings = (
        "Indicator", "Reference", "Period", "Value", "Unit", "Numerator", "Denominator", "Unknown", "Target",
        "Good", "Signal", "England", "Published year ending 31 March", "Not shown because", "Time",
        "Question set", "Theme",
    )  # fmt: skip
    rows = tuple(_line(line) for line in scorecard.lines)
    return Sheet(
        "Scorecard", "The latest period of every indicator, and what its series says.", headings, rows
    )


def _line(line: Line) -> tuple[Cell, ...]:
    indicator, latest, compared = line.indicator, line.latest, line.comparison
    return (
        indicator.title, indicator.ref, latest.period.label, _shown(latest, latest.value), indicator.unit,
        _shown(latest, latest.numerator), _shown(latest, latest.denominator), latest.unknown,
        indicator.target.value if indicator.target else None, indicator.polarity, line.signal,
        compared.england.value if compared and compared.england else None,
        str(compared.year) if compared else None, latest.refused, indicator.basis, indicator.question_set,
        indicator.theme,
    )  # fmt: skip


def _figures(scorecard: Scorecard, with_past_groups: bool) -> Sheet:
    about, figures = "Every figure that was counted or refused.", scorecard.figures
    if not with_past_groups:
        last = max((figure.period.last for figure in figures), default=None)
        figures = [f for f in figures if f.breakdown is None or f.period.last == last]
        about = "Every period as a whole, and the groups of the last; the spreadsheet holds all groups."
    headings = (
        "Indicator key", "Period", "Breakdown", "Group", "Numerator", "Denominator", "Unknown", "Unplaced",
        "Value", "Unit", "Format", "Source files", "Residents estimated on", "Definition",
        "Not shown because",
    )  # fmt: skip
    rows = tuple(
        (
            figure.indicator, figure.period.label, figure.breakdown, figure.group,
            _shown(figure, figure.numerator), _shown(figure, figure.denominator), figure.unknown,
            figure.unplaced, _shown(figure, figure.value), figure.unit, figure.format,
            ", ".join(str(index) for index in figure.sources),
            figure.population.stood_on if figure.population else None, figure.definition, figure.refused,
        )
        for figure in figures
    )  # fmt: skip
    return Sheet("Figures", about, headings, rows)


def definitions(indicators: Iterable[Indicator]) -> Sheet:
    """What each indicator counts, with the digest that its figures name."""
    headings = (
        "Key", "Reference", "Title", "Why it matters", "Fact table", "Population", "Numerator", "Denominator",
        "Dated by", "Gathered by", "Clock", "Source of the clock", "Target", "Source of the target", "Owner",
        "Review on", "Notes", "Digest",
    )  # fmt: skip
    rows = tuple(_definition(indicator) for indicator in indicators)
    return Sheet("Definitions", "What each indicator counts.", headings, rows)


def _definition(indicator: Indicator) -> tuple[Cell, ...]:
    target = indicator.target
    return (
        indicator.key, indicator.ref, indicator.title, indicator.why, indicator.table, indicator.population,
        indicator.numerator, indicator.denominator, indicator.at, ", ".join(indicator.each), indicator.clock,
        clock_source(indicator), target.value if target else None, target.source if target else None,
        indicator.owner, indicator.review_on,
        " ".join(f"{name}: {note}" for name, note in indicator.notes.items()), indicator.digest,
    )  # fmt: skip


def clock_source(indicator: Indicator) -> str:
    """Who sets the clock of an indicator, and whether that is confirmed; empty where it has none."""
    if indicator.clock is None:
        return ""
    clock = CLOCKS[indicator.clock]
    status = "confirmed" if clock.verified else f"to be verified: {clock.to_verify}"
    return f"{clock.ref}, {clock.authority}: {clock.citation} ({status})"


def _notes(scorecard: Scorecard) -> Sheet:
    return Sheet("Notes", "Where the figures come from.", ("About", "Note"), tuple(_noted(scorecard)))


def _noted(scorecard: Scorecard) -> Iterator[tuple[Cell, ...]]:
    manifest = scorecard.snapshot.manifest
    yield "Snapshot", scorecard.snapshot.id
    yield "Authority", manifest.authority
    yield from (("Small numbers", words) for words in _about_small_numbers(scorecard))
    yield "Unknown", "Counted in the denominator: what is not recorded is not shown to be met."
    yield "Unplaced", "In no figure: a column that decides whether the row belongs is not known."
    yield from about_sources(manifest.sources)
    yield from _refusals(scorecard.figures)


def about_sources(sources: Iterable[SourceFile]) -> Iterator[tuple[Cell, ...]]:
    """Notes on each file that was read: where it comes from, its rows, the days that it covers."""
    for index, source in enumerate(sources):
        about = f"Source file {index}"
        yield about, f"{source.name}: {FORMATS[source.format].title} from {source.supplier}"
        yield about, f"extracted on {in_words(source.extracted_on)} (known from {source.extracted_from})"
        yield about, f"{source.read} rows read, {source.accepted} accepted, {source.refused} refused"
        for table, window in source.windows.items():
            yield about, f"{table}: covers {in_words(window.first)} to {in_words(window.last)}"


def _about_small_numbers(scorecard: Scorecard) -> Iterator[str]:
    yield from about_small_numbers(is_public=scorecard.is_public)


def about_small_numbers(*, is_public: bool) -> Iterator[str]:
    """Whether a copy may be published, and what was hidden in it and why."""
    if not is_public:
        yield "Not for publication: small numbers are shown."
        return
    rule = disclosure.DFE_RULE
    yield f"Public copy: {rule.mark} stands for a figure hidden to protect children."
    yield f"Counts of {rule.smallest} to {rule.largest} are hidden, and others that would give one away."
    yield "Numbers of unknowns are left out. Tables published before or elsewhere were not considered."


def _refusals(figures: Sequence[Figure]) -> Iterator[tuple[Cell, ...]]:
    """Each reason once for an indicator and breakdown, with its periods."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for figure in figures:
        if figure.refused and not figure.is_counted and not figure.is_hidden:
            key = (figure.indicator, figure.breakdown or "", figure.refused)
            labels = found.setdefault(key, [])
            if figure.period.label not in labels:
                labels.append(figure.period.label)
    for (indicator, breakdown, reason), labels in found.items():
        when = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
        by = f" by {breakdown}" if breakdown else ""
        yield f"Refused: {indicator}{by}", f"{when}: {reason}"


def _shown(figure: Figure, number: int | float | None) -> Cell:
    """A number, or the mark of a hidden one."""
    return disclosure.DFE_RULE.mark if figure.is_hidden else number
