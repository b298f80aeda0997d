"""`sightline dataset`: agencies' extracts in, a snapshot out, and what is wrong with them."""

import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.config.cli.output import print_json, print_table
from sightline.core.partnership import NotSettled
from sightline.core.partnership import read as read_partnership
from sightline.exchange.build import FileOutcome, build
from sightline.exchange.pseudonym_key import KeyFileError, key_file, read_or_make_key
from sightline.exchange.quality import Quality, SourceQuality, quality_of
from sightline.exchange.recognise import SUFFIXES, files_in
from sightline.facts.manifest import Issue, IssueCount, Severity, SourceFile
from sightline.facts.snapshot import Snapshot, SnapshotError, open_snapshot

REFUSALS: tuple[type[Exception], ...] = (
    KeyFileError,
    NotSettled,
    SnapshotError,
)
app = typer.Typer(
    add_completion=False,
    help="Snapshots: built from agencies' extracts, looked into, judged for quality.",
    epilog="Try: sightline dataset build extracts/ --authority 306 --extracted 2026-04-20 --out snapshots",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
SnapshotFolder = Annotated[
    Path, typer.Argument(metavar="SNAPSHOT", exists=True, file_okay=False, help="A snapshot's folder.")
]
MOST_COMMON = 10


@app.command("build", epilog="Try: sightline dataset build a.xlsx cin.xml --authority 306 --out snapshots")
def build_snapshot(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, help="Extracts, or folders to look for them in."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="Where snapshots are kept.")],
    authority: Annotated[
        str | None, typer.Option(metavar="CODE", help="The authority's three-digit DfE number.")
    ] = None,
    partnership: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="partnership.toml, for the authority and its localities; found by itself in a folder named.",
        ),
    ] = None,
    extracted: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day of extraction, where no file or folder name tells it."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The pseudonym key; otherwise SIGHTLINE_KEY_FILE or your own."),
    ] = None,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Make no snapshot if any file is refused.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a snapshot from agencies' extracts, and say what was wrong with them.

    A date such as 2026-04-20 in a file's name, or else in its folder's, is that file's day of extraction and
    beats --extracted. A refused file does not stop the others, and nothing of it is kept.
    Exit code 0 when every file was read, 1 when one was refused, 2 for a wrong command.
    """
    code, localities = _settled(authority, partnership, files)
    if not files_in(files):
        raise typer.BadParameter(f"no file of a kind that is read is there: {', '.join(sorted(SUFFIXES))}")
    taken = _day(extracted) if extracted else None
    path = key_file(key, os.environ)
    secret, is_new = read_or_make_key(path, apart_from=out)
    if is_new:
        sys.stderr.write(
            f"sightline: made a pseudonym key in {path}; keep it safe, and apart from snapshots\n"
        )
    snapshot, outcomes = build(files, code, taken, out, secret, localities, all_or_nothing)
    if as_json:
        print_json(_built_as_json(snapshot, outcomes))
    else:
        _print_built(snapshot, outcomes)
    if snapshot is None or any(outcome.error for outcome in outcomes):
        raise typer.Exit(1)


@app.command("show", epilog="Try: sightline dataset show snapshots/0123456789abcdef")
def show(folder: SnapshotFolder, as_json: AsJson = False) -> None:
    """Show a snapshot: the files it was made from, the days they cover, and its fact tables."""
    snapshot = open_snapshot(folder)
    manifest = snapshot.manifest
    if as_json:
        print_json({"snapshot": snapshot.id, **manifest.as_json()})
        return
    sys.stdout.write(f"Snapshot {snapshot.id} of authority {manifest.authority}\n\n")
    _print_sources(manifest.sources)
    sys.stdout.write("\n")
    windows = [
        (table, source.name, window.first.isoformat(), window.last.isoformat())
        for source in manifest.sources
        for table, window in sorted(source.windows.items())
    ]
    print_table(("Fact table", "File", "Covers from", "to"), sorted(windows))
    sys.stdout.write("\n")
    print_table(("Fact table", "Rows"), [(file.table, str(file.rows)) for file in manifest.files])


@app.command("quality", epilog="Try: sightline dataset quality snapshots/0123456789abcdef")
def quality(folder: SnapshotFolder, as_json: AsJson = False) -> None:
    """Show how complete, valid, timely and consistent the data are, by sheet and by agency."""
    snapshot = open_snapshot(folder)
    report = quality_of(snapshot)
    if as_json:
        print_json(_plain(asdict(report)))
        return
    _print_quality(report)
    sys.stdout.write("\n")
    _print_common(snapshot.manifest.sources)


def _settled(
    authority: str | None, partnership: Path | None, files: Sequence[Path]
) -> tuple[str, frozenset[str]]:
    """The authority's number, and the localities of its partnership when its settings are given or found."""
    beside = (path / "partnership.toml" for path in files if path.is_dir())
    settings = partnership or next((path for path in beside if path.exists()), None)
    if settings is None:
        if authority is None or not re.fullmatch(r"\d{3}", authority):
            told = f"{authority} is no DfE number" if authority else "the authority is not given"
            raise typer.BadParameter(f"{told}: expected three digits", param_hint="--authority")
        return authority, frozenset()
    settled = read_partnership(settings)
    if authority not in (None, settled.authority.code):
        raise typer.BadParameter(
            f"{authority} is not the authority {settled.authority.code} of {settings}",
            param_hint="--authority",
        )
    return settled.authority.code, frozenset(locality.name for locality in settled.localities)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text} is no date: expected year-month-day", param_hint="--extracted"
        ) from None


def _built_as_json(snapshot: Snapshot | None, outcomes: Sequence[FileOutcome]) -> dict[str, Any]:
    return {
        "snapshot": snapshot.id if snapshot else None,
        "folder": str(snapshot.folder) if snapshot else None,
        "files": [_outcome_as_json(outcome) for outcome in outcomes],
    }


def _outcome_as_json(outcome: FileOutcome) -> dict[str, Any]:
    source = outcome.source
    return {
        "name": outcome.name,
        "sha256": outcome.sha256,
        "format": outcome.format,
        "extracted_on": source.extracted_on.isoformat() if source else None,
        "extracted_from": source.extracted_from if source else None,
        "read": source.read if source else 0,
        "accepted": source.accepted if source else 0,
        "refused": source.refused if source else 0,
        "issues": [_plain(asdict(issue)) for issue in source.issues] if source else [],
        "issue_counts": [_plain(asdict(count)) for count in source.issue_counts] if source else [],
        "error": outcome.error or None,
    }


def _print_built(snapshot: Snapshot | None, outcomes: Sequence[FileOutcome]) -> None:
    sources = [outcome.source for outcome in outcomes if outcome.source]
    if sources:
        _print_sources(sources)
        sys.stdout.write("\n")
    for outcome in outcomes:
        if outcome.error:
            sys.stdout.write(f"Refused: {outcome.error}\n")
    if sources:
        _print_common(sources)
    if snapshot:
        sys.stdout.write(f"\nSnapshot {snapshot.id} in {snapshot.folder}\n")
    else:
        sys.stdout.write("\nNo snapshot was made\n")


def _print_sources(sources: Sequence[SourceFile]) -> None:
    rows = [
        (
            source.name,
            source.format,
            source.supplier,
            f"{source.extracted_on} ({source.extracted_from})",
            str(source.read),
            str(source.accepted),
            str(source.refused),
        )
        for source in sources
    ]
    print_table(("File", "Format", "From", "Extracted on", "Read", "Accepted", "Refused"), rows)


def _print_common(sources: Sequence[SourceFile]) -> None:
    """The most common issues over all files, each with how to fix it and where the first ones are."""
    counts: Counter[tuple[str, ...]] = Counter()
    examples: dict[tuple[str, ...], list[tuple[str, Issue]]] = {}
    for source in sources:
        for count in source.issue_counts:
            counts[_kind(source, count)] += count.count
        for issue in source.issues:
            examples.setdefault(_kind(source, issue), []).append((source.name, issue))
    if not counts:
        sys.stdout.write("No issues were found\n")
        return
    sys.stdout.write(f"The most common of {len(counts)} kinds of issue\n")
    rows = []
    for kind, number in counts.most_common(MOST_COMMON):
        rule, severity, *place = kind
        own = examples.get(kind, [])
        expected = own[0][1].expected if own else ""
        rows.append((str(number), severity, rule, " / ".join(filter(None, place)), expected, _where(own)))
    print_table(("Count", "Became", "Rule", "Place", "How to fix: make it", "For instance in"), rows)


def _kind(source: SourceFile, found: Issue | IssueCount) -> tuple[str, ...]:
    return found.rule, found.severity, source.format, found.sheet, found.column


def _where(examples: Sequence[tuple[str, Issue]]) -> str:
    if not examples:
        return ""
    name, first = examples[0]
    return name if first.row is None else f"{name}, row {first.row}"


def _print_quality(report: Quality) -> None:
    for source in report.sources:
        sys.stdout.write(f"{source.name} ({source.format}, from {source.supplier})\n")
        _print_sheets(source)
        rows = [
            (
                table.table,
                str(table.rows),
                f"{table.window.first} to {table.window.last}",
                str(table.last_event_on or "none"),
                "" if table.quiet_days is None else str(table.quiet_days),
                str(table.late_days),
            )
            for table in source.tables
        ]
        headings = (
            "Fact table",
            "Rows",
            "Covers",
            "Last event",
            "Days quiet at the end",
            "Days to extraction",
        )
        print_table(headings, rows)
        sys.stdout.write("\n")
    suppliers = [[str(cell) for cell in asdict(supplier).values()] for supplier in report.suppliers]
    print_table(
        ("Agency", "Files", "Read", "Accepted", "Refused", "Unknown values", "Corrected", "Queries"),
        suppliers,
    )


def _print_sheets(source: SourceQuality) -> None:
    rows = []
    for sheet in source.sheets:
        lacking = sorted(
            (column for column in sheet.columns if column.complete_percent not in (None, 100.0)),
            key=lambda column: column.complete_percent or 0.0,
        )
        least = ", ".join(f"{column.column} {column.complete_percent}%" for column in lacking[:4])
        counts = (sheet.read, sheet.accepted, sheet.refused, sheet.unknown, sheet.corrected, sheet.queries)
        rows.append((sheet.sheet, *(str(count) for count in counts), least))
    headings = (
        "Read",
        "Accepted",
        "Refused",
        "Unknown values",
        "Corrected",
        "Queries",
        "Least complete columns",
    )
    print_table(("Sheet", *headings), rows)


def _plain(value: object) -> Any:
    """Plain JSON values: dates in ISO form, enumerations as their words."""
    if isinstance(value, Severity):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
