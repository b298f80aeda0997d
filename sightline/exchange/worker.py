"""The child process that reads one delivery: `python -m sightline.exchange.worker`, told what on stdin.

It limits itself before it imports a parser or opens the file, and leaves with status 0 and a result (a
reading, or the sentence that refuses the file), 3 when its memory ran out.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import traceback
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.exchange.reading import Reading

READERS: Mapping[str, str] = {
    "annex-a": "sightline.exchange.annex_a",
    "cin-census": "sightline.exchange.cin_census",
    "ssda903": "sightline.exchange.ssda903",
    "ons-population": "sightline.exchange.ons_population",
    **dict.fromkeys(
        (
            "missing-list",
            "allegations",
            "private-fostering",
            "child-deaths",
            "training",
            "workforce",
            "agency-returns",
            "population",
        ),
        "sightline.exchange.template_reader",
    ),
}
"""Which module's `read(delivery, context)` reads which format."""

OUT_OF_MEMORY = 3
_LIBRARIES = 48 * 2**20
"""What Python and the parsers map of their own files: it counts as memory in use, but not as data."""


def main() -> int:
    job = json.load(sys.stdin)
    limit(job["memory"], job["seconds"], job["output"])
    folder = Path(job["folder"])
    # A reader makes rows, not circles, and ends with the process: looking for circles is wasted time.
    gc.disable()
    try:
        result = _read(job, folder)
    except MemoryError:
        return OUT_OF_MEMORY
    (folder / "result.json").write_text(json.dumps(result, ensure_ascii=False))
    return 0


def limit(memory: int, seconds: int, output: int) -> None:
    """Bound this process for good: data, address space, processor seconds, size of a file; no core dump."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    data = memory - _LIBRARIES
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_AS, (2 * memory, 2 * memory))


def _read(job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    from sightline.exchange.reading import Context, Delivery, Unreadable
    from sightline.facts.person import Pseudonyms

    context = Context(
        job["authority"],
        date.fromisoformat(job["extracted_on"]),
        Pseudonyms(bytes.fromhex(job["key"]), job["authority"]),
        frozenset(job["localities"]),
    )
    delivery = Delivery(job["format"], job["name"], tuple(Path(path) for path in job["paths"]))
    try:
        reading = importlib.import_module(READERS[delivery.format]).read(delivery, context)
    except Unreadable as error:
        return {"unreadable": str(error)}
    except MemoryError:
        raise
    except Exception as error:
        return {"unreadable": _fault(delivery.name, error)}
    return _written(reading, folder)


def _fault(name: str, error: Exception) -> str:
    """A reader's own mistake: where it happened, and nothing of the file."""
    package = Path(__file__).resolve().parents[1]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if package in Path(frame.filename).parents]
    place = f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"
    return f"{name} met a mistake in its reader ({place}); nothing of it was kept: please report this"


def _written(reading: Reading, folder: Path) -> dict[str, Any]:
    """Write the reading's tables as Arrow files, and return the rest of it as plain values."""
    import pyarrow as pa

    from sightline.facts.manifest import SourceFile, source_as_json

    for name, table in reading.tables.items():
        with (
            pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file,
            pa.ipc.new_file(file, table.schema) as out,
        ):
            out.write_table(table)
    source = SourceFile(
        "",
        "",
        reading.format,
        reading.supplier,
        reading.extracted_on,
        reading.extracted_from,
        reading.windows,
        reading.sheets,
        reading.issues,
        reading.issue_counts,
    )
    return {"source": source_as_json(source), "tables": sorted(reading.tables)}


if __name__ == "__main__":
    # Leave at once: tearing down the parsers' memory takes time and can change nothing.
    status = main()
    sys.stdout.flush()
    os._exit(status)
