"""Plant each flaw in a copy of the project and run the tests that should catch it: `make planted`.

First the tests run on the copy as it is, where all must pass; then on each flaw, where one must fail. Prints
how many flaws were caught; fails when one was not. `--few` plants a handful, for every push; a name or a part
of one plants what fits.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.planted.flaws import FEW, FLAWS, Flaw

ROOT = Path(__file__).parents[2]
COPIED = ("sightline", "tests", "pyproject.toml", "manage.py")
PASSED, FAILED = 0, 1
"""How pytest ends; with anything else the tests did not run, and a flaw would be caught by nothing."""


def main(asked: list[str]) -> int:
    """Plant what was asked for; gives the exit code."""
    flaws = [flaw for flaw in FLAWS if _is_asked(flaw, asked)]
    if not flaws:
        print("no flaw was asked for: nothing was planted")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(Path(folder))
        ended, seconds, told = _run(copy, sorted({test for flaw in flaws for test in flaw.tests}))
        if ended != PASSED:
            print(f"{told}\nthe tests do not pass as they are ({ended}): nothing was planted")
            return 1
        print(f"as it is: the tests pass, {seconds:.0f} s", flush=True)
        caught = sum([_plant(copy, flaw) for flaw in flaws])
    print(f"{caught} of {len(flaws)} planted flaws were caught")
    return 0 if caught == len(flaws) else 1


def _is_asked(flaw: Flaw, asked: list[str]) -> bool:
    if asked == ["--few"]:
        return flaw.name in FEW
    return not asked or any(word in flaw.name for word in asked)


def _copy(folder: Path) -> Path:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _plant(copy: Path, flaw: Flaw) -> bool:
    """Change the file, run the tests, change it back; gives whether one failed."""
    file = copy / flaw.file
    sound = file.read_text()
    if sound.count(flaw.old) != 1:
        print(f"NOT PLANTED  {flaw.name}: its place in {flaw.file} has changed")
        return False
    spoilt = sound.replace(flaw.old, flaw.new)
    if flaw.imports:
        spoilt = spoilt.replace("\nfrom sightline.", f"\n{flaw.imports}from sightline.", 1)
    try:
        file.write_text(spoilt)
        ended, seconds, told = _run(copy, flaw.tests)
    finally:
        file.write_text(sound)
    word = {FAILED: "caught", PASSED: "MISSED"}.get(ended, f"NOT RUN ({ended})")
    by = next((line for line in told.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    print(f"{word:12} {flaw.name}, {seconds:.0f} s  {by[:140]}", flush=True)
    return ended == FAILED


def _run(copy: Path, tests: Iterable[str]) -> tuple[int, float, str]:
    var = copy / "var"
    var.mkdir(exist_ok=True)
    env = {**os.environ, "PYTHONPATH": str(copy), "SIGHTLINE_VAR": str(var), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--reuse-db", "-p", "no:cacheprovider", *tests]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)
    return done.returncode, time.monotonic() - begun, done.stdout[-3000:] + done.stderr[-2000:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
