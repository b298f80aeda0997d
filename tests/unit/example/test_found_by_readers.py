"""The readers report each planted error where it stands, and find little to say of a clean example."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sightline.example import borough
from sightline.example.making import Made
from sightline.exchange import annex_a, cin_census, ssda903, template_reader
from sightline.exchange.reading import Context, Delivery, Reading
from sightline.facts.manifest import Issue, Severity
from sightline.facts.person import Pseudonyms

Read = Callable[[Delivery, Context], Reading]
TRUE_OF_ALL = {"care-start-not-in-file"}
"""A looked-after return of one year does not say when care began that began before it."""
PSEUDONYMS = Pseudonyms(b"0" * 32, borough.CODE)


def context(path: Path) -> Context:
    taken = re.findall(r"20\d\d-\d\d-\d\d(?!\d)", path.stem)[-1]
    return Context(borough.CODE, date.fromisoformat(taken), PSEUDONYMS, frozenset(borough.LOCALITIES))


def readings(made: Made, read: Read, pattern: str) -> Iterator[tuple[Path, Reading]]:
    for path in sorted(made.folder.glob(pattern)):
        key = path.stem[:-11] if path.parent.name == "lists" else path.parent.name
        files = tuple(sorted(path.iterdir())) if path.is_dir() else (path,)
        yield path, read(Delivery(key, path.name, files), context(path))


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def rows_of(path: Path, entry: dict[str, Any]) -> set[int]:
    """Give the rows by which an issue may name the planted value: in XML, also the elements that hold it."""
    if path.suffix != ".xml":
        return {entry["row"]}
    around: list[tuple[str, int]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()[: entry["row"]], start=1):
        if re.fullmatch(r"<\w+>", line):
            around.append((line, number))
        elif around and line == around[-1][0].replace("<", "</"):
            around.pop()
    return {entry["row"], *(number for _, number in around)}


def is_about(issue: Issue, entry: dict[str, Any], where: set[int]) -> bool:
    if issue.row not in where or (entry["sheet"] and digits(issue.sheet) != digits(entry["sheet"])):
        return False
    return entry["kind"] == "row-twice" or issue.column == entry["column"]


@pytest.mark.parametrize(
    ("read", "pattern", "at_least"),
    [
        (template_reader.read, "lists/*.csv", 30),
        (cin_census.read, "cin-census/*.xml", 15),
        (annex_a.read, "annex-a/*.xlsx", 100),
        (ssda903.read, "ssda903/*", 10),
    ],
)
def test_each_planted_error_is_reported(messy: Made, read: Read, pattern: str, at_least: int) -> None:
    planted = json.loads((messy.folder / "mess.json").read_text("utf-8"))["planted"]
    checked = 0
    silent = []
    for path, reading in readings(messy, read, pattern):
        for entry in (e for e in planted if e["file"].split("/")[0] == path.name and e["reported"]):
            where = rows_of(path, entry)
            checked += 1
            if not any(is_about(issue, entry, where) for issue in reading.issues):
                silent.append((path.name, entry["sheet"], entry["row"], entry["column"], entry["kind"]))
    assert checked >= at_least
    assert not silent


@pytest.mark.parametrize(
    ("read", "pattern"),
    [
        (template_reader.read, "lists/*.csv"),
        (cin_census.read, "cin-census/*.xml"),
        (annex_a.read, "annex-a/*.xlsx"),
        (ssda903.read, "ssda903/*"),
    ],
)
def test_nothing_of_a_clean_example_is_refused(clean: Made, read: Read, pattern: str) -> None:
    rows = 0
    for _, reading in readings(clean, read, pattern):
        rows += sum(sheet.read for sheet in reading.sheets)
        assert not [
            issue
            for issue in reading.issues
            if issue.severity in {Severity.REFUSED, Severity.UNKNOWN} and issue.rule not in TRUE_OF_ALL
        ]
    assert rows > 500
