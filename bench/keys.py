"""Kills the rotation of the keys in its middle, again and again, while others seal, unseal and destroy.

    python -m bench.keys 300

Several processes make keys, seal texts, read earlier ones back and destroy some, and note what they were told
was done. Meanwhile rotations follow one another, each killed with SIGKILL after a random time; the others are
killed at the end. Then whatever was acknowledged must be there: every text that was sealed reads the same,
and every key that was destroyed is gone. The key store is a scratch one.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KEYS, WORKERS = 60, 2
ABOUT = "a table.a column.a row"


class Lost(Exception):
    """Something that was acknowledged is not so; the message says what."""


@dataclass(frozen=True)
class Result:
    """How many kills landed, whole rotations between them, and what was sealed, read and destroyed."""

    kills: int
    rotations: int
    sealed: int
    read: int
    destroyed: int


def soak(folder: Path, kills: int, chance: random.Random) -> Result:
    """Kill as many rotations under load, then look at everything. Raises `Lost`."""
    notes = [folder / f"notes-{number}" for number in range(WORKERS)]
    for note in notes:
        _begin(note)
    workers = [_fork(lambda note=note: _work(note)) for note in notes]
    try:
        rotations = _kill_rotations(kills, chance)
        if any(os.waitpid(pid, os.WNOHANG)[0] for pid in workers):
            raise Lost("one of those who seal and unseal met an error")
    finally:
        for pid in workers:
            _kill(pid)
    return _look(notes, kills, rotations)


def _kill_rotations(kills: int, chance: random.Random) -> int:
    """Kill as many rotations, each after a random time; gives how many whole ones there were between."""
    from sightline.core import vault

    rotations = 0
    for _ in range(kills):
        pid = _fork(_rotate_on)
        time.sleep(chance.uniform(0, 0.3))
        _kill(pid)
        if chance.random() < 0.1:
            vault.rotate()
            rotations += 1
    return rotations


def _kill(pid: int) -> None:
    """Kill a process that may have ended."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _look(notes: list[Path], kills: int, rotations: int) -> Result:
    """Hold everything that was acknowledged against the store, before and after one more rotation."""
    from django.conf import settings

    from sightline.core import vault

    told = [tuple(line.split()) for note in notes for line in note.read_text().split("\n")[:-1]]
    destroyed = {key for said, key, *_ in told if said == "destroyed"}
    perhaps = {key for said, key, *_ in told if said == "destroying"}
    sealed = [(one[1], bytes.fromhex(one[2]), one[3]) for one in told if one[0] == "sealed"]
    if not sealed or not destroyed:
        raise Lost("nothing was sealed or nothing destroyed: nothing was tried")
    for _ in range(2):
        for key, content, text in sealed:
            try:
                if vault.unseal(key, content, ABOUT) != text or key in destroyed:
                    raise Lost(f"key {key} gives another text, or was destroyed and is there")
            except vault.KeyGone:
                if key not in perhaps:
                    raise Lost(f"key {key} is gone") from None
        vault.rotate()
    left = Path(settings.MASTER_KEYS).read_text().count("\n")
    found = vault.check({key for key, _, _ in sealed})
    if left != 1 or found.wrong:
        raise Lost(f"{left} master keys are left; {dict(found.wrong)}")
    read = sum(one[0] == "read" for one in told)
    return Result(kills, rotations, len(sealed), read, len(destroyed))


def _rotate_on() -> None:
    from sightline.core import vault

    while True:
        vault.rotate()


def _begin(note: Path) -> None:
    from sightline.core import vault

    with note.open("a") as notes:
        for number in range(KEYS):
            _seal(vault.new_key(), f"text-{number}", notes.write)


def _seal(key: str, text: str, tell: Callable[[str], object]) -> bytes:
    from sightline.core import vault

    sealed = vault.seal(key, text, ABOUT)
    tell(f"sealed {key} {sealed.hex()} {text}\n")
    return sealed


def _work(note: Path) -> None:
    """Seal, read and destroy until killed, noting what was done once it has been."""
    from sightline.core import vault

    chance = random.Random(note.name)  # noqa: S311  # which key to read, and when
    here = [tuple(line.split()[1:]) for line in note.read_text().splitlines()]
    with note.open("a", buffering=1) as notes:
        for number in range(10**9):
            key, content, text = chance.choice(here)
            if vault.unseal(key, bytes.fromhex(content), ABOUT) != text:
                raise Lost(f"key {key} gives another text")
            notes.write(f"read {key}\n")
            if number % 20 == 0:
                new = vault.new_key()
                here.append((new, _seal(new, f"later-{number}", notes.write).hex(), f"later-{number}"))
            if number % 45 == 0:
                gone = here.pop(chance.randrange(len(here)))[0]
                notes.write(f"destroying {gone}\n")
                vault.destroy(gone)
                notes.write(f"destroyed {gone}\n")
            time.sleep(0.001)


def _fork(do: Callable[[], object]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        do()
    finally:
        os._exit(1)


def _time_of_reading() -> float:
    """Microseconds that it takes to unseal a short text, both files read anew."""
    from sightline.core import vault

    key = vault.new_key()
    sealed = vault.seal(key, "12 Invented Row", ABOUT)
    began = time.perf_counter()
    for _ in range(2000):
        vault.unseal(key, sealed, ABOUT)
    return (time.perf_counter() - began) / 2000 * 1e6


def main() -> int:
    wanted = int(sys.argv[1]) if sys.argv[1:] else 300
    seed = int(sys.argv[2]) if sys.argv[2:] else 1
    with tempfile.TemporaryDirectory(prefix="sightline-keys-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "sightline.config.settings", "SIGHTLINE_VAR": folder}
        os.environ.pop("SIGHTLINE_MASTER_KEYS", None)
        began = time.monotonic()
        try:
            done = soak(Path(folder), wanted, random.Random(seed))  # noqa: S311  # moments to kill at
        except Lost as lost:
            sys.stdout.write(f"LOST: {lost}\n")
            return 1
        took, reading = time.monotonic() - began, _time_of_reading()
        sys.stdout.write(
            f"{done.kills} rotations killed, {done.rotations} whole ones between, while {done.sealed} texts"
            f" were sealed, {done.read} read and {done.destroyed} keys destroyed: nothing lost,"
            f" nothing came back; {took:.0f} s, seed {seed}; unsealing: {reading:.0f} µs\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
