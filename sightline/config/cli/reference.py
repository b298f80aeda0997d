"""`sightline reference`: the pages of docs/reference, made from the registries."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sightline.config.reference import PAGES, stale, write

REFUSALS: tuple[type[Exception], ...] = ()
app = typer.Typer(
    add_completion=False,
    help="The reference pages: clocks, indicators, facts, formats, templates and states as they are defined.",
    epilog="Try: sightline reference write docs/reference",
    no_args_is_help=True,
)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the pages.")]


@app.command("write", epilog="Try: sightline reference write docs/reference")
def write_pages(folder: Folder) -> None:
    """Write every reference page into a folder."""
    write(folder)
    sys.stdout.write(f"{len(PAGES)} pages written to {folder}\n")


@app.command("check", epilog="Try: sightline reference check docs/reference")
def check_pages(folder: Folder) -> None:
    """Say which pages of a folder are not what the registries say now; exit code 1 when there are any."""
    names = stale(folder)
    for name in names:
        sys.stderr.write(f"{folder / name} is out of date: run `make docs`\n")
    raise typer.Exit(1 if names else 0)
