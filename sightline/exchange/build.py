"""From files to a snapshot: recognise, read each in a limited child process, look across them, write.

The order in which files are named does not matter: sources are sorted by format, extraction date and content,
so the same files make the same snapshot.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from sightline.exchange.across import look_across
from sightline.exchange.reading import Delivery, Reading, Unreadable
from sightline.exchange.recognise import Recognised, files_in, recognise
from sightline.exchange.sandbox import Job, read_in_sandbox
from sightline.facts.manifest import SourceFile
from sightline.facts.snapshot import Snapshot, write_snapshot
from sightline.facts.tables import TABLES


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file (or set of files): its manifest entry, or the sentence that refuses it."""

    name: str
    sha256: str
    format: str
    source: SourceFile | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A source as it was read, its rows not numbered yet."""

    source: SourceFile
    tables: Mapping[str, pa.Table]


def build(
    paths: Sequence[Path],
    authority: str,
    extracted_on: date | None,
    out: Path,
    key: bytes,
    localities: frozenset[str] = frozenset(),
    all_or_nothing: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> tuple[Snapshot | None, list[FileOutcome]]:
    """Make one snapshot, in a new folder of `out`, of all files that can be read.

    `paths` may name folders. `extracted_on` holds for files whose own or whose folder's name bears no date.
    A refused file does not stop the others, unless `all_or_nothing`; of a refused file nothing is kept. The
    snapshot is None when there is nothing to put into it. `told` hears how many deliveries have been read, of
    how many.
    """
    deliveries, refused = recognise(files_in(paths))

    def read_one(recognised: Recognised) -> Read | FileOutcome:
        delivery, digest = recognised.delivery, digest_of(recognised.delivery.paths)
        try:
            return _read(recognised, digest, authority, extracted_on, key, localities)
        except Unreadable as error:
            return FileOutcome(delivery.name, digest, delivery.format, error=str(error))

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = []
        for result in pool.map(read_one, sorted(deliveries, key=lambda item: item.delivery.paths)):
            results.append(result)
            if told:
                told(len(results), len(deliveries))
    outcomes = [FileOutcome(item.name, digest_of(item.paths), "", error=item.sentence) for item in refused]
    read, failed = _apart(results)
    whole = ordered(read)
    outcomes += failed
    outcomes += [
        FileOutcome(item.source.name, item.source.sha256, item.source.format, item.source) for item in whole
    ]
    if not whole or (all_or_nothing and any(outcome.error for outcome in outcomes)):
        return None, outcomes
    return write_snapshot(out, authority, [item.source for item in whole], merged(whole)), outcomes


def _apart(results: Sequence[Read | FileOutcome]) -> tuple[list[Read], list[FileOutcome]]:
    """What was read, each content once, and what was refused."""
    read, again = once([result for result in results if isinstance(result, Read)])
    failed = [result for result in results if isinstance(result, FileOutcome)]
    for source, first in again:
        told = f"{source.name} is {first.name} once more, byte for byte"
        failed.append(FileOutcome(source.name, source.sha256, source.format, error=told))
    return read, failed


def once(read: Sequence[Read]) -> tuple[list[Read], list[tuple[SourceFile, SourceFile]]]:
    """Each content once, as it came first; and each that came again, with the first."""
    first: dict[str, Read] = {}
    again = []
    for item in read:
        kept = first.setdefault(item.source.sha256, item)
        if kept is not item:
            again.append((item.source, kept.source))
    return list(first.values()), again


def digest_of(paths: Sequence[Path]) -> str:
    """The SHA-256 of a file; of a set, that of its files' sorted hashes; '' when one cannot be opened."""
    hashes = []
    for path in paths:
        try:
            with path.open("rb") as file:
                hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError:
            return ""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def _read(
    recognised: Recognised,
    digest: str,
    authority: str,
    extracted_on: date | None,
    key: bytes,
    localities: frozenset[str],
) -> Read:
    delivery = recognised.delivery
    taken = recognised.extracted_on or extracted_on
    told = "the file name" if recognised.extracted_on else "the command"
    if taken is None:
        raise Unreadable(
            f"{delivery.name} does not say when it was extracted: give --extracted, or put the date into the"
            f" file's name, as in {_dated(delivery)}"
        )
    reading = read_in_sandbox(Job(delivery, authority, taken, key, localities))
    source = _source(reading, delivery.name, digest, told)
    if source.read and not source.accepted:
        first = source.issues[0]
        raise Unreadable(
            f"{delivery.name}: all {source.read} rows were refused, the first for {first.column}:"
            f" expected {first.expected}"
        )
    return Read(source, reading.tables)


def _dated(delivery: Delivery) -> str:
    path = delivery.paths[0]
    return f"{path.stem}-2026-04-20{path.suffix}"


def _source(reading: Reading, name: str, digest: str, told: str) -> SourceFile:
    """The reading's entry in the manifest; a date inside the file has been preferred already."""
    return SourceFile(
        name,
        digest,
        reading.format,
        reading.supplier,
        reading.extracted_on,
        "the file" if reading.extracted_from == "the file" else told,
        reading.windows,
        reading.sheets,
        reading.issues,
        reading.issue_counts,
    )


def ordered(read: list[Read]) -> list[Read]:
    """The readings in the manifest's order, each with what looking across the files found out about it."""
    ordered = sorted(
        read, key=lambda item: (item.source.format, item.source.extracted_on, item.source.sha256)
    )
    found = look_across([item.source for item in ordered], [item.tables for item in ordered])
    return [
        replace(
            item,
            source=replace(
                item.source,
                issues=(*item.source.issues, *found[index].issues),
                issue_counts=(*item.source.issue_counts, *found[index].counts),
            ),
        )
        for index, item in enumerate(ordered)
    ]


def merged(read: Sequence[Read]) -> dict[str, pa.Table]:
    """All readings' rows, table by table, each row with the number of its source."""
    parts: dict[str, list[pa.Table]] = {}
    for index, item in enumerate(read):
        for name, table in item.tables.items():
            field = TABLES[name].arrow.field("source")
            place = TABLES[name].arrow.get_field_index("source")
            numbers = pa.repeat(pa.scalar(index, field.type), len(table))
            parts.setdefault(name, []).append(table.add_column(place, field, numbers))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}
