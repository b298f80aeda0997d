"""Kills the publication of the front line's facts in its middle, and looks whether the old or the new stands.

    python -m bench.publications 200                       SQLite
    DATABASE_URL=postgresql://... python -m bench.publications 200

In each round another contact comes, and its facts are published: in turn by the worker, as on demand, and by
the daily run, which also removes what was replaced. The process is killed with SIGKILL after a random time, a
few times over, before one is let go through. A kill counts when the process was still at work. After each one
everything stored is held against the laws of `bench.kills`, and the figures must be those of the contacts of
before or of now: never of a part of them.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.kills import TRIES, HalfDone, check, finish, kill_after, prepare, worker

INDICATOR = "contacts"


def process(do: Callable[[], object]) -> int:
    """Do something in a process of its own, which then leaves; gives its id."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    try:
        do()
    finally:
        os._exit(0)


def kill_process(pid: int, seconds: float) -> bool:
    """Kill a process after a time; whether it was still at work."""
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


class Rounds:
    """The rounds: how many contacts there are, and what was killed where."""

    def __init__(self, wanted: int, chance: random.Random, team: Any) -> None:
        self.wanted, self.chance, self.team = wanted, chance, team
        self.contacts = self.started = 0
        self.landed: Counter[str] = Counter()
        self.takes: dict[str, float] = {}
        self.cleared = 0

    def add_contact(self) -> None:
        """One contact more, of a month that is over; the first long before."""
        from django.utils import timezone

        from sightline.core.audit import System
        from sightline.core.trust.actor import system_actor
        from sightline.frontline.referral.commands import open_contact

        days = 100 if self.contacts == 0 else self.chance.randint(40, 90)
        with system_actor("the test of kills"):
            open_contact(
                team=self.team,
                told=[{"given_names": "Somebody"}],
                concern={"referrer": "Somebody", "narrative": "Something"},
                at=timezone.now() - timedelta(days=days),
                by=System("the test of kills"),
            )
        self.contacts += 1

    def killed(self, name: str, start: Callable[[], int], kill: Callable[[int, float], bool]) -> None:
        """Have something done by processes that are killed, then by one that is let go through."""
        for _ in range(TRIES if name in self.takes else 0):
            self.started += 1
            if kill(start(), self.chance.uniform(0, 1.1 * self.takes[name])):
                self.landed[name] += 1
            self.check(old=True)
        began = time.monotonic()
        finish(start())
        self.takes[name] = time.monotonic() - began

    def check(self, *, old: bool) -> None:
        """What is stored is whole, and of the contacts of now; with `old`, or of those of before."""
        from sightline.assurance.dataset.models import Figure, Load, LoadedSnapshot

        check()
        current = LoadedSnapshot.objects.current()
        months = Figure.objects.filter(snapshot=current, indicator=INDICATOR, every="month", breakdown="")
        counted = sum(int(one.numerator) for one in months if one.numerator is not None)
        own = [one.source for load in Load.objects.confirmed() for one in load.outcomes if one.source]
        read = sum(sheet.accepted for source in own for sheet in source.sheets)
        allowed = {self.contacts, self.contacts - 1} if old else {self.contacts}
        if read not in allowed | ({0} if old and self.contacts == 1 else set()):
            raise HalfDone(f"{read} contacts are published of {self.contacts}")
        if len(own) > 1:
            raise HalfDone(f"{len(own)} publications of Sightline's own records count at once")
        if counted > read:
            raise HalfDone(f"{counted} contacts are counted of {read} that were published")


def run(rounds: Rounds) -> None:
    """Add a contact and publish, on demand and by the daily run in turn, until enough kills have landed."""
    from sightline.assurance.dataset import daily, own
    from sightline.assurance.dataset.models import LoadedSnapshot
    from sightline.core.audit import System

    number = 0
    while rounds.landed.total() < rounds.wanted:
        rounds.add_contact()
        number += 1
        if number % 2:
            own.ask_to_publish(by=System("the test of kills"))
        else:
            rounds.killed("the daily run", lambda: process(daily.daily), kill_process)
        rounds.killed("the worker", worker, kill_after)
        rounds.check(old=False)
        kept = LoadedSnapshot.objects.count()
        if kept > 3:
            raise HalfDone(f"{kept} snapshots are kept of which one is current")


def _team() -> Any:
    from sightline.core.models import Agency, Team

    agency = Agency.objects.create(code="avcsc", name="Addiscombe Vale children's social care")
    return Team.objects.create(name="Front door hub", agency=agency)


def main() -> int:
    wanted = int(sys.argv[1]) if sys.argv[1:] else 200
    seed = int(sys.argv[2]) if sys.argv[2:] else 1
    os.environ["FRONT_LINE"] = "on"
    with tempfile.TemporaryDirectory(prefix="sightline-publications-") as folder:
        prepare(Path(folder), "contacts")
        from django.db import connection

        began = time.monotonic()
        rounds = Rounds(wanted, random.Random(seed), _team())  # noqa: S311  # moments to kill at
        try:
            run(rounds)
        except HalfDone as broken:
            sys.stdout.write(f"HALF DONE: {broken}\n")
            return 1
        told = ", ".join(f"{count} during {name}" for name, count in sorted(rounds.landed.items()))
        sys.stdout.write(
            f"{connection.vendor}: {rounds.landed.total()} kills landed in {rounds.started} tries ({told})"
            f" while {rounds.contacts} contacts came: the figures were those of before or of now each time;"
            f" {time.monotonic() - began:.0f} s, seed {seed}\n"
        )
        connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
