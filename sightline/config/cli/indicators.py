"""`sightline indicators`: the Board's dataset from a snapshot, and how each figure came about."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.clocks import ClockError, Limit
from sightline.config.cli.output import print_json, print_table
from sightline.core.partnership import NotSettled
from sightline.core.partnership import read as read_partnership
from sightline.facts.benchmark import BenchmarkError, read_benchmarks
from sightline.facts.manifest import SourceFile
from sightline.facts.snapshot import SnapshotError, open_snapshot
from sightline.facts.sources import FORMATS
from sightline.indicators.definition import Breakdown, Indicator
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import Engine, Explanation, run
from sightline.indicators.expressions import DefinitionError
from sightline.indicators.figures import Figure
from sightline.indicators.html_out import as_html
from sightline.indicators.periods import Every, PeriodError, in_words, parse_periods
from sightline.indicators.release import public
from sightline.indicators.returns import TABLE as RETURNS
from sightline.indicators.scorecard import Scorecard
from sightline.indicators.tables_out import clock_source
from sightline.indicators.workbook_out import write_workbook

REFUSALS: tuple[type[Exception], ...] = (
    BenchmarkError,
    ClockError,
    DefinitionError,
    NotSettled,
    PeriodError,
    SnapshotError,
)
app = typer.Typer(
    add_completion=False,
    help="Indicators: counted from a snapshot, split, compared, explained.",
    epilog="Try: sightline indicators run snapshots/ID --period 2025-04..2026-03",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
SnapshotFolder = Annotated[
    Path, typer.Argument(metavar="SNAPSHOT", exists=True, file_okay=False, help="A snapshot's folder.")
]
Settings = Annotated[
    Path | None,
    typer.Option(
        "--partnership",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="partnership.toml, for the partnership's own limits and neighbours.",
    ),
]


@app.command(
    "run", epilog="Try: sightline indicators run snapshots/ID --period 2025-04..2026-03 --xlsx dataset.xlsx"
)
def run_indicators(
    snapshot: SnapshotFolder,
    period: Annotated[str, typer.Option(metavar="FIRST..LAST", help="Months, such as 2025-04..2026-03.")],
    every: Annotated[Every, typer.Option(help="How long each period is.")] = Every.MONTH,
    indicator: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Only this indicator; repeat it for more.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="BREAKDOWN", help="Split by this only, such as sex; 'none' for wholes alone."),
    ] = None,
    is_public: Annotated[bool, typer.Option("--public", help="Hide small numbers, for publication.")] = False,
    benchmarks: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Published figures to compare with."),
    ] = None,
    settings: Settings = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a spreadsheet.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a web page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count indicators from a snapshot, period by period, as a whole and by breakdown.

    What the extracts cannot support is refused in words. Without --xlsx, --html or --json the latest
    period is printed.
    """
    opened = open_snapshot(snapshot)
    chosen = _chosen(indicator)
    limits, neighbours = _settled(settings)
    figures = run(opened, chosen.values(), parse_periods(period, every), _breakdowns(by), limits)
    shown = public(figures, chosen) if is_public else figures
    published = read_benchmarks(benchmarks) if benchmarks else ()
    scorecard = Scorecard(opened, chosen, shown, published, neighbours, is_public)
    if xlsx:
        write_workbook(xlsx, scorecard)
    if html:
        html.write_text(as_html(scorecard), encoding="utf-8")
    if as_json:
        print_json([figure_as_json(figure) for figure in shown])
    elif not (xlsx or html):
        _print(scorecard, with_groups=bool(by))


@app.command("list", epilog="Try: sightline indicators list --json")
def list_indicators(as_json: AsJson = False) -> None:
    """List every indicator: what it counts, how, and from which formats."""
    if as_json:
        print_json([indicator_as_json(indicator) for indicator in INDICATORS.values()])
        return
    headings = ("Ref", "Key", "Title", "Time", "Unit", "Formats")
    rows = [
        (item.ref, item.key, item.title, item.basis, item.unit, ", ".join(item.sources))
        for item in INDICATORS.values()
    ]
    print_table(headings, rows, whole=("Key",))


@app.command(
    "explain",
    epilog="Try: sightline indicators explain assessments-in-45-working-days snapshots/ID",
)
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="An indicator's key.")],
    snapshot: SnapshotFolder,
    period: Annotated[
        str | None,
        typer.Option(metavar="MONTH", help="A month, or FIRST..LAST with --every; the last counted without."),
    ] = None,
    every: Annotated[Every, typer.Option(help="How long the period is.")] = Every.MONTH,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Say how one figure came about: definition, clock, files, window, numbers, and the SQL that ran."""
    (indicator,) = _chosen([key]).values()
    asked = parse_periods(period, every) if period else ()
    if len(asked) > 1:
        raise PeriodError(f"{period!r} is {len(asked)} periods: one figure is explained at a time")
    limits, _ = _settled(settings)
    with closing(Engine(open_snapshot(snapshot), limits)) as engine:
        explanation = engine.explain(indicator, asked[0] if asked else engine.latest(indicator, every))
    if as_json:
        print_json(explanation_as_json(indicator, explanation))
    else:
        sys.stdout.write("\n".join(_explained(indicator, explanation)) + "\n")


def figure_as_json(figure: Figure) -> dict[str, Any]:
    """A figure as plain JSON values; `refused` only where there is no value."""
    split = {"by": figure.breakdown, "group": figure.group} if figure.breakdown else None
    answer: dict[str, Any] = {
        "indicator": figure.indicator,
        "period": figure.period.label,
        "breakdown": split,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "unknown": figure.unknown,
        "value": figure.value,
        "unit": figure.unit,
        "unplaced": figure.unplaced,
        "format": figure.format,
        "sources": list(figure.sources),
        "definition": figure.definition,
    }
    return answer | ({"refused": figure.refused} if figure.refused else {})


def indicator_as_json(indicator: Indicator) -> dict[str, Any]:
    """A definition as plain JSON values."""
    target = indicator.target
    return {
        "key": indicator.key,
        "ref": indicator.ref,
        "title": indicator.title,
        "question_set": indicator.question_set,
        "evidence": indicator.evidence,
        "unit": indicator.unit,
        "polarity": indicator.polarity,
        "basis": indicator.basis,
        "table": indicator.table,
        "population": indicator.population,
        "numerator": indicator.numerator,
        "denominator": indicator.denominator,
        "at": indicator.at,
        "until": indicator.until,
        "each": list(indicator.each),
        "formats": list(indicator.sources),
        "breakdowns": list(indicator.breakdowns),
        "clock": clock_source(indicator) or None,
        "twin": indicator.twin,
        "target": {"value": target.value, "source": target.source} if target else None,
        "why": indicator.why,
        "owner": indicator.owner,
        "review_on": indicator.review_on.isoformat(),
        "notes": dict(indicator.notes),
        "definition": indicator.digest,
    }


def explanation_as_json(indicator: Indicator, explanation: Explanation) -> dict[str, Any]:
    """An explanation as plain JSON values."""
    return {
        "definition": indicator_as_json(indicator),
        "figure": figure_as_json(explanation.figure),
        "limits": {key: str(limit) for key, limit in explanation.limits.items()},
        "files": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "supplier": file.supplier,
                "extracted_on": file.extracted_on.isoformat(),
                "window": [day.isoformat() for day in (window.first, window.last)],
            }
            for file in explanation.files
            for window in [file.windows.get(indicator.table) or file.windows[RETURNS]]
        ],
        "sql": explanation.sql,
    }


def _settled(settings: Path | None) -> tuple[Mapping[str, Limit], tuple[str, ...]]:
    """The partnership's own limits and its statistical neighbours; none without its settings."""
    if settings is None:
        return {}, ()
    partnership = read_partnership(settings)
    return partnership.local_limits, partnership.statistical_neighbours


def _chosen(keys: Sequence[str] | None) -> dict[str, Indicator]:
    unknown = [key for key in keys or () if key not in INDICATORS]
    if unknown:
        raise typer.BadParameter(f"no indicator is called {unknown[0]!r}: see 'sightline indicators list'")
    return {key: INDICATORS[key] for key in keys or INDICATORS}


def _breakdowns(asked: Sequence[str] | None) -> list[Breakdown] | None:
    """The breakdowns asked for, by their value or by the name of the option: `--by missing-from`."""
    if not asked:
        return None
    if list(asked) == ["none"]:
        return []
    known = {str(item): item for item in Breakdown}
    known |= {item.name.lower().replace("_", "-"): item for item in Breakdown}
    unknown = [name for name in asked if name not in known]
    if unknown:
        names = ", ".join(item.name.lower().replace("_", "-") for item in Breakdown)
        raise typer.BadParameter(f"no breakdown is called {unknown[0]!r}: expected none, {names}")
    return [known[name] for name in asked]


def _print(scorecard: Scorecard, *, with_groups: bool) -> None:
    """The latest period of each indicator and, where groups were asked for, of each of its groups."""
    headings = ("Key", "Period", "Value", "Numerator", "Denominator", "Unknown", "Signal, or why not shown")
    rows = []
    for line in scorecard.lines:
        latest = line.latest
        rows.append(_row(latest.indicator, latest, latest.refused or line.signal))
        rows += [
            _row(f"  {figure.breakdown}: {figure.group or 'not split'}", figure, figure.refused)
            for figure in scorecard.figures
            if with_groups
            and figure.breakdown is not None
            and (figure.indicator, figure.period) == (latest.indicator, latest.period)
        ]
    print_table(headings, rows, whole=("Key",))


def _row(name: str, figure: Figure, words: str) -> tuple[str, ...]:
    numbers = (figure.value, figure.numerator, figure.denominator, figure.unknown)
    return (name, figure.period.label, *(_number(number) for number in numbers), words)


def _number(number: int | float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _explained(indicator: Indicator, explanation: Explanation) -> list[str]:
    figure = explanation.figure
    expressions = [
        (name, getattr(indicator, part))
        for name, part in (("Population", "population"), ("Numerator", "numerator"),
                           ("Divided by", "denominator"), ("Dated by", "at"), ("Ended by", "until"))
    ]  # fmt: skip
    lines = [
        f"{indicator.title} ({indicator.ref}, {indicator.key})",
        f"Why         {indicator.why}",
        f"Definition  {figure.definition}, owner {indicator.owner}, to be reviewed on"
        f" {in_words(indicator.review_on)}",
        f"Counts      {indicator.table} {indicator.basis}, in {indicator.unit}",
        *(f"{name:<11} {text}" for name, text in expressions if text),
        *([f"Clock       {clock_source(indicator)}"] if indicator.clock else []),
        *(f"Limit       {key}: {limit}" for key, limit in explanation.limits.items()),
        *(f"Note        {name}: {note}" for name, note in indicator.notes.items()),
        f"Period      {in_words(figure.period.first)} to {in_words(figure.period.last)}",
        *(line for file in explanation.files for line in _file_lines(indicator, file)),
        *_number_lines(indicator, figure),
    ]
    return [*lines, "", explanation.sql] if explanation.sql else lines


def _file_lines(indicator: Indicator, file: SourceFile) -> list[str]:
    window = file.windows.get(indicator.table) or file.windows[RETURNS]
    return [
        f"File        {file.name} ({FORMATS[file.format].title} from {file.supplier}, extracted on"
        f" {in_words(file.extracted_on)}, sha256 {file.sha256[:12]})",
        f"Window      {in_words(window.first)} to {in_words(window.last)}",
    ]


def _number_lines(indicator: Indicator, figure: Figure) -> list[str]:
    if not figure.is_counted:
        return [f"Refused     {figure.refused}"]
    residents = f" (residents on {in_words(figure.population.stood_on)})" if figure.population else ""
    lines = [
        f"Numbers     {_number(figure.numerator)} of {_number(figure.denominator)}{residents}",
        f"Unknown     {_number(figure.unknown)}, unplaced {_number(figure.unplaced)}",
        f"Value       {_number(figure.value)} {indicator.unit}"
        if not figure.refused
        else f"No value    {figure.refused}",
    ]
    sentence = indicator.plain.format(
        numerator=_number(figure.numerator), denominator=_number(figure.denominator)
    )
    return [*lines, f"In words    {sentence}"]
