"""Reading a delivery in a child process with limits, because a file from outside may be anything.

The child (`exchange.worker`) has no more memory and time than a file of its size needs, no environment but
what Python needs, and a folder of its own for what it writes. It hands back Arrow files and one JSON file;
what comes back is checked as strictly as the file was, since the child may have been taken over.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

import sightline
from sightline.exchange.reading import Delivery, Reading, Unreadable
from sightline.facts.manifest import source_from_json
from sightline.facts.sources import FORMATS
from sightline.facts.tables import TABLES

RESULT = "result.json"
_MEGABYTE = 2**20
_REPORT = "nothing of it was kept; if it opens well elsewhere, please report this"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use: bytes of memory, seconds of processor and of the clock, bytes of a file."""

    memory: int
    seconds: int
    output: int

    @classmethod
    def for_size(cls, size: int) -> Limits:
        """512 MB or eight times the file; 9 seconds, to end within 10, or one for each 2 MB: the larger."""
        memory = max(512 * _MEGABYTE, 8 * size)
        return cls(memory, max(9, size // (2 * _MEGABYTE)), memory)


@dataclass(frozen=True, slots=True)
class Job:
    """All that the child is told, on its standard input: the key never stands in a command line."""

    delivery: Delivery
    authority: str
    extracted_on: date
    key: bytes
    localities: frozenset[str] = frozenset()

    def as_json(self, folder: Path, limits: Limits) -> str:
        return json.dumps(
            {
                "format": self.delivery.format,
                "name": self.delivery.name,
                "paths": [str(path.resolve()) for path in self.delivery.paths],
                "authority": self.authority,
                "extracted_on": self.extracted_on.isoformat(),
                "key": self.key.hex(),
                "localities": sorted(self.localities),
                "folder": str(folder),
                "memory": limits.memory,
                "seconds": limits.seconds,
                "output": limits.output,
            }
        )


def read_in_sandbox(job: Job, limits: Limits | None = None) -> Reading:
    """Read one delivery in a limited child process; Unreadable, in one sentence, when that does not succeed.

    `limits` are those for the delivery's size unless given.
    """
    size = sum(path.stat().st_size for path in job.delivery.paths)
    held = limits or Limits.for_size(size)
    with tempfile.TemporaryDirectory(prefix="sightline-") as name:
        folder = Path(name)
        status = _run(job.as_json(folder, held), folder, held)
        result = _result(folder)
        if result is None or status != 0:
            raise Unreadable(_sentence(job.delivery.name, status, held))
        if "unreadable" in result:
            raise Unreadable(str(result["unreadable"]))
        return _reading(job.delivery, folder, result)


def _run(job: str, folder: Path, limits: Limits) -> int | None:
    """The child's exit status: negative for a signal, None when its time was up."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "sightline.exchange.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
        text=True,
    )
    try:
        child.communicate(job, timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(child)
    return child.returncode


def _end(child: subprocess.Popen[str]) -> None:
    """End the child and whatever it started, which share a session of their own."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours but where Python finds the packages; one memory pool that the limit can bound."""
    package = Path(sightline.__file__).resolve().parents[1]
    return {
        "PYTHONPATH": str(package),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
    }


def _result(folder: Path) -> Mapping[str, object] | None:
    try:
        result = json.loads((folder / RESULT).read_bytes())
    except (OSError, ValueError):
        return None
    return result if isinstance(result, dict) else None


def _sentence(name: str, status: int | None, limits: Limits) -> str:
    """Why the child ended without a result, as far as its end tells."""
    if status is None or status == -signal.SIGXCPU:
        return (
            f"{name} could not be read within {limits.seconds} seconds, more than a file of its size needs:"
            f" {_REPORT}"
        )
    if status == 3 or status == -signal.SIGKILL:
        return (
            f"{name} needs more than {limits.memory // _MEGABYTE} MB of memory to read, too much for a file"
            f" of its size: {_REPORT}"
        )
    return f"{name} brought its reader down: {_REPORT}"


def _reading(delivery: Delivery, folder: Path, result: Mapping[str, object]) -> Reading:
    try:
        source = source_from_json(result["source"])  # type: ignore[arg-type]
        names = [str(name) for name in result["tables"]]  # type: ignore[attr-defined]
        tables = {name: _table(delivery.format, name, folder) for name in names}
    except (KeyError, TypeError, ValueError, OSError, pa.ArrowException) as error:
        raise Unreadable(f"{delivery.name} was read into something that is no reading: {_REPORT}") from error
    return Reading(
        delivery.format,
        source.supplier,
        source.extracted_on,
        source.extracted_from,
        source.windows,
        source.sheets,
        source.issues,
        source.issue_counts,
        tables,
    )


def _table(source_format: str, name: str, folder: Path) -> pa.Table:
    """One table that the child wrote; ValueError unless it is whole and has only what the format supplies."""
    supply = FORMATS[source_format].supplies[name]
    schema = TABLES[name].arrow.remove(TABLES[name].arrow.get_field_index("source"))
    with pa.memory_map(str(folder / f"{name}.arrow")) as file:
        table = pa.ipc.open_file(file).read_all()
    if table.schema != schema:
        raise ValueError(f"{name} has other columns than its schema")
    table.validate(full=True)
    for column in table.column_names:
        if column not in supply.columns and table[column].null_count != len(table):
            raise ValueError(f"{name}: {source_format} does not supply {column}")
    return table
