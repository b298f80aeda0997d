"""The figures that Sightline sets itself, measured: `make bench`.

Each line prints what was measured beside its limit. Files are made by `sightline example` with a fixed seed;
times are whole processes, from start to exit, and memory is the largest single process among them.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SIGHTLINE = [sys.executable, "-m", "sightline"]
EXTRACTED = "2026-04-20"


@dataclass(frozen=True)
class Run:
    """One finished process: seconds of wall clock, megabytes of its largest process, what it printed."""

    seconds: float
    megabytes: float
    output: str


def run(*command: str | Path, env: dict[str, str] | None = None) -> Run:
    """Run a command to its end in a process of its own, so that its memory is measured alone."""
    probe = (
        "import resource, subprocess, sys;"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True);"
        "sys.stderr.write(done.stderr[-2000:]) if done.returncode not in (0, 1) else None;"
        "print(done.stdout, end='');"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, end='');"
        "sys.exit(done.returncode)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", probe, *map(str, command)],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
    )
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    output, _, kilobytes = done.stdout.rpartition("\n")
    return Run(seconds, int(kilobytes) / 1024, output)


def report(what: str, measured: float, limit: float, unit: str) -> bool:
    """Print one figure beside its limit; whether the limit is kept."""
    kept = measured <= limit
    print(f"{what:<62}{measured:>9.1f} {unit:<8} limit {limit:g} {unit:<8} {'kept' if kept else 'MISSED'}")
    return kept


def extracts(folder: Path, *options: str) -> list[Path]:
    """Make an example and give its extracts."""
    run(*SIGHTLINE, "example", folder, "--years", "1", "--clean", *options)
    return sorted(
        path for path in folder.rglob("*") if path.suffix in {".xlsx", ".xml", ".csv"} and path.is_file()
    )


def build(files: list[Path], out: Path) -> tuple[Run, Path, int]:
    """Build a snapshot: the run, the snapshot's folder and the rows read."""
    key = out.parent / "bench.key"
    done = run(
        *SIGHTLINE, "dataset", "build", *files, "--authority", "399", "--extracted", EXTRACTED,
        "--out", out, "--key", key, "--json",
    )  # fmt: skip
    told = json.loads(done.output)
    return done, out / told["snapshot"], sum(file["read"] for file in told["files"])


def bench_annex_a(work: Path) -> list[bool]:
    files = extracts(work / "annex-a", "--only", "annex-a", "--children", "8000")
    done, _, rows = build([files[-1]], work / "annex-a-snapshots")
    print(f"Annex A workbook of {rows:,} rows ({files[-1].stat().st_size / 1e6:.1f} MB)")
    scale = min(1.0, 20_000 / rows)
    return [
        report("  read, checked and in a snapshot (for 20,000 rows)", done.seconds * scale, 10, "s"),
        report("  largest process", done.megabytes, 500, "MB"),
    ]


def bench_census(work: Path) -> tuple[list[bool], Path]:
    files = extracts(work / "census", "--only", "cin", "--children", "50000")
    done, snapshot, rows = build(files, work / "census-snapshots")
    print(f"CIN census of 50,000 children: {rows:,} rows ({files[0].stat().st_size / 1e6:.0f} MB)")
    kept = [
        report("  read, checked and in a snapshot", done.seconds, 10, "s"),
        report("  largest process", done.megabytes, 600, "MB"),
    ]
    return kept, snapshot


def bench_indicators(snapshot: Path) -> list[bool]:
    from sightline.facts.snapshot import open_snapshot
    from sightline.indicators.definitions import INDICATORS
    from sightline.indicators.engine import run as run_indicators
    from sightline.indicators.periods import Every, parse_periods

    opened = open_snapshot(snapshot)
    periods = parse_periods("2023-04..2026-03", Every.MONTH)
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        figures = run_indicators(opened, INDICATORS.values(), periods)
        seconds.append(time.perf_counter() - started)
    counted = sum(figure.is_counted for figure in figures)
    print(f"{len(INDICATORS)} indicators x their breakdowns x {len(periods)} months: {counted:,} figures")
    return [report("  median of three runs", statistics.median(seconds), 5, "s")]


def bench_scorecard(work: Path) -> list[bool]:
    where = {"SIGHTLINE_VAR": str(work / "var")}
    run(*SIGHTLINE, "demo", "--no-serve", env=where)
    told = json.loads(run(sys.executable, "-m", "bench.scorecard", env=where).output)
    print("Scorecard of the example partnership, three years of months")
    return [
        report("  the page (median of nine)", told["milliseconds"], 150, "ms"),
        report("  its queries", told["queries"], 15, "queries"),
    ]


def main() -> None:
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        kept = bench_annex_a(work)
        census, snapshot = bench_census(work)
        kept += [*census, *bench_indicators(snapshot), *bench_scorecard(work)]
    print(f"{sum(kept)} of {len(kept)} limits kept; this process {_own_megabytes():.0f} MB")
    raise SystemExit(0 if all(kept) else 1)


def _own_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
