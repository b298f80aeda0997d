"""The command line: `sightline`. One module for each group of commands, joined here in one line each."""

import sys
from collections.abc import Sequence

import typer
from django.core.exceptions import ImproperlyConfigured

from sightline.clocks import ClockError
from sightline.config.cli import benchmarks, clocks, dataset, demo, example, indicators, reference, templates
from sightline.config.cli.demo import NoDemo
from sightline.core.partnership import NotSettled
from sightline.exchange.pseudonym_key import KeyFileError
from sightline.facts.benchmark import BenchmarkError
from sightline.facts.snapshot import SnapshotError
from sightline.indicators.expressions import DefinitionError
from sightline.indicators.periods import PeriodError

REFUSALS: tuple[type[Exception], ...] = (
    BenchmarkError,
    ClockError,
    DefinitionError,
    ImproperlyConfigured,
    KeyFileError,
    NoDemo,
    NotSettled,
    PeriodError,
    SnapshotError,
)
"""What the rooms raise for bad input: shown as one sentence, without a traceback, exit code 2."""

app = typer.Typer(
    name="sightline",
    help="One line of sight, from a concern about a child to what a partnership may honestly claim.",
    epilog="Try: sightline clocks due assessment 2026-03-27",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _groups() -> None:
    """Keep the groups as groups, however few there are."""


app.add_typer(dataset.app, name="dataset")
app.add_typer(indicators.app, name="indicators")
app.add_typer(templates.app, name="templates")
app.add_typer(benchmarks.app, name="benchmarks")
app.add_typer(clocks.app, name="clocks")
app.add_typer(reference.app, name="reference")
app.command("demo", epilog=demo.EPILOG)(demo.demo)
app.add_typer(example.app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave by SystemExit: 0 done, 2 bad input or usage."""
    try:
        app(arguments, prog_name="sightline")
    except REFUSALS as refusal:
        sys.stderr.write(f"sightline: {refusal}\n")
        raise SystemExit(2) from None
    except OSError as error:
        if error.filename is None:
            raise
        sys.stderr.write(f"sightline: {error.filename} cannot be used: {error.strerror}\n")
        raise SystemExit(2) from None
