"""How well duplicates are found, measured: `make bench-duplicates`.

Searches of many kinds of mess, as many of each kind, among 50,000 invented people. Weights and threshold were
set by the figures of the first part. The second has other people, and no spelling of a name that the first
has. But the same authors invented the mess of both, and the rules: on real records the figures will be lower.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sightline.example.people_mess import UNKNOWN, Search, searches
from sightline.example.people_population import Population
from sightline.people.duplicates import ENOUGH, Described, Suggestion, keys_of, suggest

PEOPLE = 50_000
EACH = 120
PARTS = {"tuned on": (1, 0), "only measured": (2, 1)}
"""Each part: its seed, and which half of all names it has."""
LEAST_RECALL = 0.95
TWINS = "not known: twin of a known child"
HEADING = (
    f"  {'':<50}{'n':>6}{'in 5':>8}{'first':>8}{'fetched':>9}{'precision':>11}{'shown':>7}{'compared':>10}"
)


class Register:
    """People with their keys, as a table with an index holds them."""

    def __init__(self, people: Iterable[Described]) -> None:
        self.people = {person.key: person for person in people}
        self.by_key: dict[str, list[int]] = defaultdict(list)
        for person in self.people.values():
            for key in keys_of(person):
                self.by_key[key].append(person.key)

    def candidates(self, asked: Described) -> list[Described]:
        """Those who share a key with the person asked for."""
        found = {known for key in keys_of(asked) for known in self.by_key.get(key, ())}
        return [self.people[known] for known in found]


@dataclass(frozen=True, slots=True)
class Found:
    """What one search gave, how many candidates were compared for it, and its milliseconds."""

    search: Search
    shown: list[Suggestion]
    compared: int
    was_fetched: bool
    milliseconds: float

    @property
    def place(self) -> int | None:
        """The place of the person meant among those shown, from 0."""
        keys = [suggestion.described.key for suggestion in self.shown]
        return keys.index(self.search.truth) if self.search.truth in keys else None


def find(register: Register, search: Search, enough: float = ENOUGH) -> Found:
    """Search as the people room does: fetch by keys, then compare."""
    started = time.perf_counter()
    candidates = register.candidates(search.asked)
    shown = suggest(search.asked, candidates, enough=enough)
    milliseconds = (time.perf_counter() - started) * 1000
    fetched = any(candidate.key == search.truth for candidate in candidates)
    return Found(search, shown, len(candidates), fetched, milliseconds)


def recall(known: Sequence[Found]) -> float:
    """The share of those who are known and are shown."""
    return statistics.mean(one.place is not None for one in known)


def precision(found: Sequence[Found]) -> float:
    """The share of true suggestions among all that are shown."""
    return sum(one.place is not None for one in found) / max(1, sum(len(one.shown) for one in found))


def silence(unknown: Sequence[Found]) -> float:
    """The share of those who are not known for whom nobody is shown."""
    return statistics.mean(not one.shown for one in unknown)


def line_known(what: str, found: Sequence[Found]) -> str:
    """One kind of searches for people who are known."""
    first = statistics.mean(one.place == 0 for one in found)
    fetched = statistics.mean(one.was_fetched for one in found)
    return (
        f"  {what:<50}{len(found):>6}{recall(found):>8.1%}{first:>8.1%}{fetched:>9.1%}"
        f"{precision(found):>11.1%}{statistics.mean(len(one.shown) for one in found):>7.2f}"
        f"{statistics.mean(one.compared for one in found):>10.0f}"
    )


def line_unknown(what: str, found: Sequence[Found]) -> str:
    """One kind of searches for people who are not known."""
    return (
        f"  {what:<50}{len(found):>6}{silence(found):>8.1%} nothing shown{'':<22}"
        f"{statistics.mean(len(one.shown) for one in found):>7.2f}"
        f"{statistics.mean(one.compared for one in found):>10.0f}"
    )


def print_kinds(known: Sequence[Found], unknown: Sequence[Found]) -> None:
    """Print the tables, kind by kind and in all."""
    kinds: dict[str, list[Found]] = defaultdict(list)
    for one in (*known, *unknown):
        kinds[one.search.kind].append(one)
    print(HEADING)
    for kind, found in kinds.items():
        print(line_unknown(kind, found) if kind in UNKNOWN else line_known(kind, found))
    print(line_known("ALL WHO ARE KNOWN", known))
    print(line_unknown("ALL WHO ARE NOT KNOWN", unknown))
    print(line_unknown("... but twins of the known, meant to show", [*_but_twins(unknown)]))


def _but_twins(unknown: Iterable[Found]) -> Iterable[Found]:
    return (one for one in unknown if one.search.kind != TWINS)


def print_work(found: Sequence[Found]) -> None:
    """Print how long searches take, and how many people each compares."""
    for what, values in (
        ("milliseconds a search", [one.milliseconds for one in found]),
        ("people compared", [float(one.compared) for one in found]),
    ):
        cuts = statistics.quantiles(values, n=20)
        print(
            f"  {what:<24}median {cuts[9]:>6.1f}   95th percentile {cuts[18]:>6.1f}"
            f"   most {max(values):>6.1f}"
        )


def print_thresholds(register: Register, asked: Sequence[Search]) -> None:
    """Print what another threshold would give, by every fourth search."""
    print("  Enough is...      recall   precision, known   precision, all   nothing shown, not known")
    for enough in (10.0, 11.0, 11.5, ENOUGH, 12.5, 13.0, 14.0):
        found = [find(register, search, enough) for search in asked[::4]]
        known, unknown = _split(found)
        is_set = " (set)" if enough == ENOUGH else ""
        print(
            f"  {enough:>4} bits{is_set:<6}{recall(known):>9.1%}{precision(known):>19.1%}"
            f"{precision(found):>17.1%}{silence(unknown):>26.1%}"
        )


def _split(found: Iterable[Found]) -> tuple[list[Found], list[Found]]:
    known: list[Found] = []
    unknown: list[Found] = []
    for one in found:
        (unknown if one.search.truth is None else known).append(one)
    return known, unknown


def measure(title: str, seed: int, half: int) -> float:
    """Measure one part and print its figures; its recall."""
    population = Population(seed, half)
    population.grow(PEOPLE)
    register = Register(person.described for person in population.people)
    asked = searches(population, EACH)
    found = [find(register, search) for search in asked]
    known, unknown = _split(found)
    keys = sum(map(len, register.by_key.values())) / PEOPLE
    print(
        f"\nThe part that is {title}: {len(asked):,} searches among {PEOPLE:,} people, {keys:.0f} keys each"
    )
    print_kinds(known, unknown)
    print(f"  True among all who are shown, known or not: {precision(found):.1%}")
    print_work(found)
    if title == "tuned on":
        print_thresholds(register, asked)
    return recall(known)


def main() -> int:
    """Measure both parts; 1 if the recall of either is below the limit."""
    recalls = {title: measure(title, *part) for title, part in PARTS.items()}
    print()
    for title, share in recalls.items():
        kept = "kept" if share >= LEAST_RECALL else "MISSED"
        print(f"Recall in the first five, {title}: {share:.1%}   limit {LEAST_RECALL:.0%}   {kept}")
    return int(min(recalls.values()) < LEAST_RECALL)


if __name__ == "__main__":
    sys.exit(main())
