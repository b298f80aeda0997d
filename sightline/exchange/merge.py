"""One snapshot of the sources of several, without reading any file again.

What was found by looking across the files of each is found anew, across all of them, so that building from
files at once and putting snapshots of some of them together give the same snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sightline.exchange.across import SHEET
from sightline.exchange.build import Read, merged, once, ordered
from sightline.facts.manifest import SourceFile
from sightline.facts.snapshot import Snapshot, write_snapshot
from sightline.facts.tables import TABLES


def merge(parts: Sequence[Snapshot], authority: str, out: Path) -> Snapshot:
    """Write one snapshot, in a new folder of `out`, of the sources of all `parts`; a content counts once.

    Raises ValueError without a part, and where one is of another authority.
    """
    if not parts:
        raise ValueError("there is no snapshot to merge")
    for part in parts:
        if part.manifest.authority != authority:
            raise ValueError(f"{part.folder} is of authority {part.manifest.authority}, not {authority}")
    whole = ordered(once([read for part in parts for read in _reads(part)])[0])
    return write_snapshot(out, authority, [read.source for read in whole], merged(whole))


def _reads(part: Snapshot) -> Iterator[Read]:
    """Each source of a snapshot as it was read, before anything was compared or numbered."""
    tables = {file.table: _table(part, file.table) for file in part.manifest.files}
    for index, source in enumerate(part.manifest.sources):
        own = {name: table.filter(pc.field("source") == index) for name, table in tables.items()}
        yield Read(_alone(source), {name: _unnumbered(table) for name, table in own.items() if len(table)})


def _table(part: Snapshot, name: str) -> pa.Table:
    path = part.parquet(name)
    assert path is not None
    return pq.read_table(path).cast(TABLES[name].arrow)


def _unnumbered(table: pa.Table) -> pa.Table:
    """The rows without the number of their source, in one piece, so that they are written alike."""
    return table.drop_columns(["source"]).combine_chunks()


def _alone(source: SourceFile) -> SourceFile:
    """A source without what looking across files found out about it."""
    return replace(
        source,
        issues=tuple(issue for issue in source.issues if issue.sheet != SHEET),
        issue_counts=tuple(count for count in source.issue_counts if count.sheet != SHEET),
    )
