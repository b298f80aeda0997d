"""How commands print: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.table import Table

# A pipe or file has no width of its own: wide enough for every row to stay on one line.
_WIDTH_OF_A_FILE = 2000


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], whole: Collection[str] = ()) -> None:
    """Print rows under their headings, folded to the terminal's width but for the columns kept `whole`."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in whole)
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    Console(width=width, markup=False, highlight=False).print(table)


def print_json(answer: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
