"""Putting snapshots together gives what building from all files at once gives, however they were parted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.exchange.across import SHEET
from sightline.exchange.build import build
from sightline.exchange.merge import merge
from sightline.facts.snapshot import Snapshot, open_snapshot
from tests.snapshots import extract, make_snapshot
from tests.unit.exchange.test_build import CHILD, EPISODE, KEY, listed

BOY = CHILD | {"Sex": "M"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five files that say different things of one child, so that there is something to find across them."""
    folder = tmp_path_factory.mktemp("sent")
    many = [EPISODE | {"Local child ID": f"QX{number}"} for number in range(3000)]
    girl, boy = CHILD | {"Died on": "02/09/2025"}, BOY | {"Died on": "01/09/2025"}
    fostered = BOY | {"Notified on": "02/09/2025", "Started on": "01/09/2025"}
    return [
        listed(folder / "missing-2026-04-20.csv", "missing-list", EPISODE, *many),
        listed(folder / "missing-2026-04-21.csv", "missing-list", EPISODE | BOY, EPISODE | {"Sex": "X"}),
        listed(folder / "deaths-2026-04-20.csv", "child-deaths", boy, supplier="PH"),
        listed(folder / "deaths-2026-04-22.csv", "child-deaths", girl, supplier="PH"),
        listed(folder / "fostering-2026-04-20.csv", "private-fostering", fostered, supplier="CSC"),
    ]


@pytest.fixture(scope="module")
def whole(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return _built(files, tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def parts_of(files: list[Path], tmp_path_factory: pytest.TempPathFactory):
    """A function that gives the snapshot of some of the files, each made once."""
    made: dict[frozenset[int], Snapshot] = {}

    def part(numbers: frozenset[int]) -> Snapshot:
        if numbers not in made:
            made[numbers] = _built([files[n] for n in sorted(numbers)], tmp_path_factory.mktemp("part"))
        return made[numbers]

    return part


def _built(paths: list[Path], out: Path) -> Snapshot:
    snapshot, outcomes = build(paths, "306", None, out, KEY)
    assert not [outcome.error for outcome in outcomes if outcome.error]
    assert snapshot is not None
    return snapshot


def test_the_files_say_something_of_each_other(whole: Snapshot) -> None:
    found = [
        count for source in whole.manifest.sources for count in source.issue_counts if count.sheet == SHEET
    ]
    assert found, "nothing was found across the files: the property would say nothing of it"


@given(st.lists(st.integers(0, 3), min_size=5, max_size=5), st.randoms())
@settings(max_examples=25, deadline=None)
def test_any_parting_of_the_files_gives_the_same_snapshot(whole, parts_of, tmp_path_factory, groups, order):
    parts = [
        parts_of(frozenset(n for n, group in enumerate(groups) if group == one))
        for one in sorted(set(groups))
    ]
    order.shuffle(parts)
    together = merge(parts, "306", tmp_path_factory.mktemp("together"))
    assert together.id == whole.id
    assert open_snapshot(together.folder).manifest == whole.manifest


def test_the_same_content_twice_counts_once(files: list[Path], parts_of, tmp_path: Path) -> None:
    parts = [parts_of(frozenset({0, 2})), parts_of(frozenset({2, 3}))]
    together = merge(parts, "306", tmp_path)
    assert together.id == merge([parts_of(frozenset({0, 2, 3}))], "306", tmp_path).id
    assert len(together.manifest.sources) == 3


def test_a_part_is_left_as_it_was(parts_of, tmp_path: Path) -> None:
    part = parts_of(frozenset({0, 1}))
    merge([part, parts_of(frozenset({3}))], "306", tmp_path)
    assert open_snapshot(part.folder).id == part.id


def test_a_part_of_another_authority_is_refused(parts_of, tmp_path: Path) -> None:
    stray = make_snapshot(
        tmp_path, extract("allegations", "2026-04-20", allegations=("2026-01-01", "2026-03-31", []))
    )
    with pytest.raises(ValueError, match="is of authority 399, not 306"):
        merge([parts_of(frozenset({0})), stray], "306", tmp_path)
    with pytest.raises(ValueError, match="no snapshot"):
        merge([], "306", tmp_path)


def test_it_is_dated_by_the_files(whole: Snapshot) -> None:
    assert {source.extracted_on for source in whole.manifest.sources} >= {
        date(2026, 4, 20),
        date(2026, 4, 22),
    }
