"""Making the example: the settings, the extracts of the formats asked for, and the ledger of planted mess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from sightline.example import borough
from sightline.example.annex_a.workbook import AnnexA
from sightline.example.cin_census import CinCensus
from sightline.example.lists import Lists
from sightline.example.mess import Ledger
from sightline.example.periods import quarter_days, years
from sightline.example.record import Child
from sightline.example.ssda903 import Ssda903
from sightline.example.world import World
from sightline.exchange.templates import TEMPLATES

FORMATS = ("annex-a", "cin-census", "ssda903", *TEMPLATES)
"""What can be made, by the keys of `facts.sources`."""

DEMO = 3_000
"""Children with an episode of need in three years: a quarter of a large borough. Small enough to load in
seconds, large enough for some 75 assessments and 70 missing episodes a month."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: `children` with an episode of need in the `count` financial years that end with `until`.

    ValueError says in one sentence what is wrong.
    """

    children: int = DEMO
    count: int = 3
    until: date = date(2026, 3, 31)
    seed: int = 1
    is_clean: bool = False
    only: tuple[str, ...] = FORMATS

    def __post_init__(self) -> None:
        if not 1 <= self.children <= 1_500_000:
            raise ValueError(f"between 1 and 1,500,000 children can be made, not {self.children:,}")
        if not 1 <= self.count <= 10:
            raise ValueError(f"between 1 and 10 years can be made, not {self.count}")
        if (self.until.month, self.until.day) != (3, 31) or not 2018 <= self.until.year <= 2040:
            raise ValueError(f"the last day must be a 31 March from 2018 to 2040, not {self.until}")
        if unknown := sorted(set(self.only) - set(FORMATS)):
            raise ValueError(f"{', '.join(unknown)} cannot be made; choose among {', '.join(FORMATS)}")

    @property
    def world(self) -> World:
        """Give the borough that is ordered."""
        covered = years(self.until, self.count)
        return World(self.children, covered[0].first, self.until, covered[-1].taken, self.seed)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the files (of a looked-after return, its folder) and how many errors were planted."""

    folder: Path
    files: tuple[Path, ...]
    planted: int


class _Writer(Protocol):
    def add(self, child: Child) -> None: ...

    def close(self) -> list[Path]: ...


def make(folder: Path, order: Order) -> Made:
    """Write the example into `folder`; FileExistsError when it holds something already."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "partnership.toml"
    settings.write_text(borough.partnership_toml(), "utf-8")
    ledger = None if order.is_clean else Ledger()
    world = order.world
    writers = _writers(folder, order, world, ledger)
    for child in world.people():
        for writer in writers:
            writer.add(child)
    files = [path for writer in writers for path in writer.close()]
    if ledger is not None:
        ledger.write(folder)
    return Made(folder, (settings, *files), len(ledger.planted) if ledger else 0)


def _writers(folder: Path, order: Order, world: World, ledger: Ledger | None) -> Sequence[_Writer]:
    covered = years(order.until, order.count)
    writers: list[_Writer] = []
    if "annex-a" in order.only:
        days = quarter_days(world.first, world.until)
        writers.append(AnnexA(folder / "annex-a", world, days, ledger))
    if "cin-census" in order.only:
        writers.append(CinCensus(folder / "cin-census", world, covered, ledger))
    if "ssda903" in order.only:
        writers.append(Ssda903(folder / "ssda903", world, covered, ledger))
    if lists := [key for key in order.only if key in TEMPLATES]:
        writers.append(Lists(folder / "lists", world, covered, ledger, lists))
    return writers
