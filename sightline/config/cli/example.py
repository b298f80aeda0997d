"""`sightline example`: make the invented partnership's extracts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sightline.example import borough
from sightline.example.making import DEMO, FORMATS, Made, Order, make

REFUSALS: tuple[type[Exception], ...] = ()
app = typer.Typer(add_completion=False)

_EXAMPLES = f"""\b
Try:
  sightline example demo
  sightline dataset build demo --authority {borough.CODE} --out snapshots

\b
Another borough, without mess; a census of 50,000 children; four workbooks of about 20,000 rows each:
  sightline example tidy --clean --seed 7
  sightline example large --only cin --children 50000 --years 1
  sightline example wide --only annex-a --children 6800 --years 1
"""


@app.command(epilog=_EXAMPLES)
def example(
    out: Annotated[Path, typer.Argument(help="A new or empty folder to write into.")],
    children: Annotated[int, typer.Option(help="Children with an episode of need in these years.")] = DEMO,
    years: Annotated[int, typer.Option(help="Financial years.")] = 3,
    until: Annotated[str, typer.Option(help="The last day, a 31 March.")] = "2026-03-31",
    seed: Annotated[int, typer.Option(help="The same seed gives the same files, byte by byte.")] = 1,
    clean: Annotated[bool, typer.Option("--clean", help="Plant no errors.")] = False,
    only: Annotated[str, typer.Option(help=f"Formats, with commas between: {', '.join(FORMATS)}.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Make the extracts of an invented partnership: children, agencies and figures that never were.

    The planted errors are listed in mess.json and counted in MESS.md, beside the extracts.
    """
    try:
        order = Order(children, years, date.fromisoformat(until), seed, clean, _formats(only))
        made = make(out, order)
    except (ValueError, OSError) as error:
        typer.echo(f"sightline example: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(_json(made) if as_json else _words(made))


def _formats(only: str) -> tuple[str, ...]:
    """Give the formats named; the beginning of a name is enough where it is one format's alone."""
    found = []
    for name in (part.strip() for part in only.split(",") if part.strip()):
        matches = [key for key in FORMATS if key == name] or [key for key in FORMATS if key.startswith(name)]
        if len(matches) != 1:
            raise ValueError(f"'{name}' is no format's name; choose among {', '.join(FORMATS)}")
        found += matches
    return tuple(dict.fromkeys(found)) or FORMATS


def _json(made: Made) -> str:
    return json.dumps(
        {
            "folder": str(made.folder),
            "files": [str(path.relative_to(made.folder)) for path in made.files],
            "planted": made.planted,
        },
        indent=2,
    )


def _words(made: Made) -> str:
    lines = [f"Made {len(made.files)} files in {made.folder}."]
    if made.planted:
        lines.append(f"{made.planted} errors were planted: see {made.folder / 'MESS.md'}.")
    return "\n".join(
        [*lines, f"Next: sightline dataset build {made.folder} --authority {borough.CODE} --out snapshots"]
    )


if __name__ == "__main__":
    app()
