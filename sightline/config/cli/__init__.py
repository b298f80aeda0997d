"""The command line: `sightline`. One module for each group of commands, named here in one line each.

A group's module holds `app` and, in `REFUSALS`, what its rooms raise for bad input. It is imported only when
the group is asked for, so that the day on which a clock falls due does not wait for a database.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType

import typer
from typer.core import TyperGroup

GROUPS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "Prepare the example partnership and serve its pages on this machine."),
    "dataset": ("dataset", "Snapshots: built from agencies' extracts, looked into, judged."),
    "indicators": ("indicators", "Indicators: counted from a snapshot, split, compared, explained."),
    "templates": ("templates", "CSV files to fill in for what has no published format."),
    "benchmarks": ("benchmarks", "Published figures of other places, to compare with."),
    "serve": ("serve", "Serve the pages on this machine, and do the work that they leave."),
    "work": ("work", "Do the work that pages leave: read loads, count figures."),
    "pages": ("installation", "What the pages show: snapshots, published figures, baselines."),
    "database": ("database", "The role by which the application uses PostgreSQL."),
    "people": ("people", "The first administrator; all other accounts are made in the pages."),
    "audit": ("audit", "The audit log: whether it is whole, its anchors, the log as a file."),
    "keys": ("keys", "The keys of sealed sections: whether all are there, and a new master key."),
    "daily": ("daily", "What must be done once a day: anchors, processes' work, e-mails, checks."),
    "clocks": ("clocks", "The time limits of safeguarding: who sets each, and when it falls due."),
    "reference": ("reference", "The reference pages, written from the registries."),
    "example": ("example", "The extracts of an invented partnership, of any size."),
}
"""Each group by its name: its module, and what it is for."""


class _Groups(TyperGroup):
    """The groups, each imported when it is asked for."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: object, cmd_name: str):  # type: ignore[no-untyped-def]  # typer's own class
        if cmd_name not in GROUPS:
            return None
        group = _module(cmd_name).app
        group.rich_markup_mode = None
        found = typer.main.get_command(group)
        found.name = cmd_name
        return found

    def format_commands(self, ctx: object, formatter) -> None:  # type: ignore[no-untyped-def]  # typer's own
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in GROUPS.items()])


app = typer.Typer(
    name="sightline",
    cls=_Groups,
    help="One line of sight, from a concern about a child to what a partnership may honestly claim.",
    epilog="Try: sightline clocks due assessment 2026-03-27",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _groups() -> None:
    """Keep the groups as groups."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave by SystemExit: 0 done, 2 bad input or usage."""
    try:
        app(arguments, prog_name="sightline")
    except Exception as error:
        words = _in_words(error)
        if not words:
            raise
        sys.stderr.write(f"sightline: {words}\n")
        raise SystemExit(2) from None


def _in_words(error: Exception) -> str:
    """The one sentence for bad input; empty for a mistake of ours, which needs its traceback."""
    if isinstance(error, _refusals()):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be used: {error.strerror}"
    return ""


def _module(group: str) -> ModuleType:
    return import_module(f"{__name__}.{GROUPS[group][0]}")


def _refusals() -> tuple[type[Exception], ...]:
    """What the groups that were imported raise for bad input: told in one sentence, without a traceback."""
    imported = (sys.modules.get(f"{__name__}.{module}") for module, _ in GROUPS.values())
    return tuple(refusal for module in imported if module for refusal in module.REFUSALS)
