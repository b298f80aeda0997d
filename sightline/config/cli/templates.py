"""`sightline templates`: the CSV files to fill in for what has no published format."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sightline.config.cli.output import print_json, print_table
from sightline.exchange.templates import TEMPLATES, column_list, coverage_line, write_templates
from sightline.facts.manifest import Window
from sightline.facts.sources import FORMATS

REFUSALS: tuple[type[Exception], ...] = ()
app = typer.Typer(
    add_completion=False,
    help="CSV files to fill in for what has no published format: missing list, allegations, training ...",
    epilog="Try: sightline templates write templates/",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.command("write", epilog="Try: sightline templates write templates/ --covers 2025-04-01 2026-03-31")
def write(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write them.", file_okay=False)],
    covers: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="FIRST LAST", help="The days covered; otherwise left for the sender to write."),
    ] = None,
) -> None:
    """Write every template, and columns.csv, which explains each of their columns."""
    try:
        written = write_templates(folder, _window(covers) if covers else None)
    except FileExistsError as error:
        raise typer.BadParameter(f"{error.filename} is there already, and may be filled in") from None
    sys.stdout.write("".join(f"{path}\n" for path in written))


@app.command("show", epilog="Try: sightline templates show missing-list")
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Which template; 'all' for every one.")],
    as_json: AsJson = False,
) -> None:
    """Show the columns of a template: how each is written, its codes and what it means."""
    if key != "all" and key not in TEMPLATES:
        raise typer.BadParameter(f"there is no template {key}: expected all, {', '.join(TEMPLATES)}")
    header, *rows = column_list()
    rows = [row for row in rows if key == "all" or row[0] == f"{key}.csv"]
    if as_json:
        print_json([dict(zip(header, row, strict=True)) for row in rows])
        return
    if key != "all":
        example = ",".join(coverage_line(None, FORMATS[key].supplier))
        sys.stdout.write(f"{TEMPLATES[key].title}: {TEMPLATES[key].row_is}\nFirst line: {example}\n\n")
    print_table(header if key == "all" else header[2:], [row if key == "all" else row[2:] for row in rows])


def _window(covers: tuple[str, str]) -> Window:
    try:
        first, last = (date.fromisoformat(day) for day in covers)
        return Window(first, last)
    except ValueError as error:
        raise typer.BadParameter(f"{' '.join(covers)} is no period: {error}", param_hint="--covers") from None
