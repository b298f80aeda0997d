"""`sightline benchmarks`: published figures of other places, to compare with."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sightline.config.cli.output import print_json, print_table
from sightline.exchange.dfe_statistics import read_statistics
from sightline.exchange.reading import Unreadable
from sightline.facts.benchmark import Benchmark, BenchmarkError, Level, read_benchmarks, write_benchmarks

REFUSALS: tuple[type[Exception], ...] = (BenchmarkError,)
app = typer.Typer(
    add_completion=False,
    help="Published figures of England, regions and authorities, to compare with.",
    epilog="Try: sightline benchmarks load published/*.csv --out benchmarks.csv --authority 306",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Authorities = Annotated[
    list[str] | None,
    typer.Option("--authority", metavar="CODE", help="Only these authorities (DfE or ONS code); repeat it."),
]


@app.command("load", epilog="Try: sightline benchmarks load published/*.csv --out benchmarks.csv")
def load(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Published tables.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The CSV file to write.")],
    authority: Authorities = None,
    as_json: AsJson = False,
) -> None:
    """Read published tables into one tidy file; national and regional figures are always kept.

    Exit code 1 when a file was refused; the others are loaded.
    """
    kept: list[Benchmark] = []
    outcomes: list[dict[str, object]] = []
    for path in files:
        try:
            found = _of_places(read_statistics(path), authority)
        except Unreadable as error:
            outcomes.append({"name": path.name, "benchmarks": 0, "error": str(error)})
            continue
        kept += found
        outcomes.append({"name": path.name, "benchmarks": len(found), "error": ""})
    write_benchmarks(out, kept)
    _report(outcomes, out, as_json)
    if any(outcome["error"] for outcome in outcomes):
        raise typer.Exit(1)


@app.command(
    "show", epilog="Try: sightline benchmarks show benchmarks.csv --measure re-referrals --year 2024"
)
def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A file that was loaded.")
    ],
    measure: Annotated[str | None, typer.Option(metavar="KEY", help="Only this measure.")] = None,
    year: Annotated[int | None, typer.Option(metavar="YEAR", help="Only the year ending then.")] = None,
    authority: Authorities = None,
    as_json: AsJson = False,
) -> None:
    """Show the benchmarks of a file."""
    rows = [
        row
        for row in _of_places(read_benchmarks(file), authority)
        if measure in (None, row.measure) and year in (None, row.year)
    ]
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    headings = (
        "Measure",
        "Place",
        "Year",
        "Numerator",
        "Denominator",
        "Value",
        "Unit",
        "Held back",
        "Source",
    )
    print_table(headings, [_cells(row) for row in rows], whole=("Measure",))


def _of_places(rows: Sequence[Benchmark], authorities: list[str] | None) -> list[Benchmark]:
    return [
        row
        for row in rows
        if row.level is not Level.AUTHORITY
        or not authorities
        or {row.old_la_code, row.area_code} & set(authorities)
    ]


def _cells(row: Benchmark) -> tuple[str, ...]:
    figures = ("" if figure is None else f"{figure:g}" for figure in (row.numerator, row.denominator))
    value = "" if row.value is None else f"{row.value:.1f}" + (" (worked out)" if row.is_computed else "")
    return (row.measure, row.area_name, str(row.year), *figures, value, row.unit, row.marks, row.source)


def _report(outcomes: Sequence[dict[str, object]], out: Path, as_json: bool) -> None:
    if as_json:
        print_json({"out": str(out), "files": outcomes})
        return
    for outcome in outcomes:
        told = outcome["error"] or (
            f"{outcome['benchmarks']} figures"
            if outcome["benchmarks"]
            else "not used: nothing compares with it"
        )
        sys.stdout.write(f"{outcome['name']}: {told}\n")
    sys.stdout.write(f"Written to {out}\n")
