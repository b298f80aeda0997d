"""A snapshot: an immutable folder of Parquet files, one a fact table, with a manifest.

Its id is the hash of its manifest, which holds the hash of every Parquet file: the same inputs give the same
id, and a changed byte is found when the snapshot is opened.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sightline.facts.manifest import FactFile, Manifest, SourceFile
from sightline.facts.tables import TABLES

MANIFEST = "manifest.json"


class SnapshotError(Exception):
    """A folder is not a whole, unaltered snapshot; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on disk."""

    id: str
    folder: Path
    manifest: Manifest

    def parquet(self, table: str) -> Path | None:
        """The Parquet file of a fact table, or None when no source filled it."""
        held = any(file.table == table for file in self.manifest.files)
        return self.folder / f"{table}.parquet" if held else None


def write_snapshot(
    out: Path, authority: str, sources: Sequence[SourceFile], tables: Mapping[str, pa.Table]
) -> Snapshot:
    """Write a snapshot into a new folder of `out` that bears its id, all of it or nothing.

    `tables` must have exactly the columns of `facts.tables`, their `source` counting from 0 in the order of
    `sources`. Writing what is already there changes nothing and returns it.
    """
    out.mkdir(parents=True, exist_ok=True)
    _clear(out)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=out))
    try:
        files = [_write_table(part, name, tables[name]) for name in sorted(tables) if len(tables[name])]
        manifest = Manifest(authority, tuple(sources), tuple(files))
        text = _canonical(manifest)
        identity = hashlib.sha256(text).hexdigest()[:16]
        (part / MANIFEST).write_bytes(text)
        folder = out / identity
        if not folder.exists():
            part.chmod(0o755)
            part.rename(folder)
        return Snapshot(identity, folder, manifest)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def open_snapshot(folder: Path) -> Snapshot:
    """Open a snapshot and check that it is whole; SnapshotError says what is wrong when it is not."""
    try:
        text = (folder / MANIFEST).read_bytes()
        manifest = Manifest.from_json(json.loads(text))
    except FileNotFoundError:
        raise SnapshotError(f"{folder} is not a snapshot: it has no {MANIFEST}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{folder / MANIFEST} is not a snapshot's manifest: {error}") from None
    identity = hashlib.sha256(text).hexdigest()[:16]
    if folder.resolve().name != identity:
        raise SnapshotError(f"{folder} has been altered or renamed: its content has the id {identity}")
    for file in manifest.files:
        path = folder / f"{file.table}.parquet"
        if not path.exists():
            raise SnapshotError(f"{folder} is not whole: {path.name} is missing")
        if _hash(path) != file.sha256:
            raise SnapshotError(f"{folder} has been altered: {path.name} is not the file that was written")
    return Snapshot(identity, folder, manifest)


def _clear(out: Path) -> None:
    """Remove what a process that was ended in the middle left more than a day ago."""
    last = time.time() - 86400
    for part in out.glob(".part-*"):
        if part.stat().st_mtime < last:
            shutil.rmtree(part, ignore_errors=True)


def _write_table(folder: Path, name: str, table: pa.Table) -> FactFile:
    schema = TABLES[name].arrow
    if table.schema.names != schema.names:
        raise ValueError(f"{name}: the columns are {table.schema.names}, not {schema.names}")
    path = folder / f"{name}.parquet"
    pq.write_table(table.cast(schema), path, compression="zstd", store_schema=False)
    return FactFile(name, len(table), _hash(path))


def _canonical(manifest: Manifest) -> bytes:
    return json.dumps(manifest.as_json(), sort_keys=True, ensure_ascii=False, indent=1).encode()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
