"""The ledger tells the truth: what it lists stands in the files, and nothing else is spoilt."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from sightline.example.making import Made

Entry = dict[str, Any]


def ledger(made: Made) -> list[Entry]:
    planted: list[Entry] = json.loads((made.folder / "mess.json").read_text("utf-8"))["planted"]
    assert len(planted) == made.planted > 100
    return planted


def test_a_clean_example_has_no_ledger(clean: Made) -> None:
    assert clean.planted == 0
    assert not (clean.folder / "mess.json").exists()


def test_every_kind_is_explained(messy: Made) -> None:
    told = (messy.folder / "MESS.md").read_text("utf-8")
    kinds = {entry["kind"] for entry in ledger(messy)}
    assert len(kinds) > 25
    assert all(f"| {kind} |" in told for kind in kinds)


def test_the_census_differs_from_a_clean_one_where_the_ledger_says(clean: Made, messy: Made) -> None:
    entries = ledger(messy)
    for path in sorted((messy.folder / "cin-census").glob("*.xml")):
        mine = path.read_text("utf-8").splitlines()
        other = (clean.folder / "cin-census" / path.name).read_text("utf-8").splitlines()
        differing = {n for n, (a, b) in enumerate(zip(mine, other, strict=True), start=1) if a != b}
        planted = {e["row"]: e for e in entries if e["file"] == path.name}
        assert differing == set(planted)
        assert differing
        for number, entry in planted.items():
            assert mine[number - 1] == f"<{entry['column']}>{entry['written']}</{entry['column']}>"


def test_the_lists_differ_from_clean_ones_where_the_ledger_says(clean: Made, messy: Made) -> None:
    entries = ledger(messy)
    checked = 0
    for path in sorted((messy.folder / "lists").glob("*.csv")):
        planted = {e["row"]: e for e in entries if e["file"] == path.name}
        mine = dict(enumerate(lines(path), start=1))
        for number in [n for n, e in planted.items() if e["kind"] == "row-twice"]:
            assert mine.pop(number) == mine[number - 1]
        other = lines(clean.folder / "lists" / path.name)
        for (number, line), untouched in zip(mine.items(), other, strict=True):
            if number not in planted or planted[number]["kind"] == "row-twice":
                assert line == untouched
                continue
            column = mine[2].index(planted[number]["column"])
            assert [i for i, (a, b) in enumerate(zip(line, untouched, strict=True)) if a != b] == [column]
            checked += 1
    assert checked > 20


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_each_planted_cell_of_a_workbook_stands_where_the_ledger_says(messy: Made) -> None:
    path = sorted((messy.folder / "annex-a").glob("*.xlsx"))[-1]
    book = openpyxl.load_workbook(path)
    entries = [e for e in ledger(messy) if e["file"] == path.name and e["row"] and e["column"]]
    assert len(entries) > 20
    for entry in entries:
        sheet = book[entry["sheet"]]
        header = 3 if str(sheet.cell(1, 1).value).startswith("OFFICIAL") else 1
        titles = [cell.value for cell in sheet[header]]
        renamed = {e["column"]: e["written"] for e in ledger(messy) if e["kind"] == "header"}
        column = entry["column"]
        place = titles.index(column if column in titles else renamed[column]) + 1
        value = sheet.cell(entry["row"], place).value
        text = (
            value.date().isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
        )
        assert text == entry["written"], entry


def test_no_more_than_a_few_rows_in_a_hundred_are_spoilt(messy: Made) -> None:
    entries = [e for e in ledger(messy) if e["row"] and e["column"]]
    total = 0
    for path in messy.folder.rglob("*.xlsx"):
        total += sum(sheet.max_row or 0 for sheet in openpyxl.load_workbook(path, read_only=True))
    planted = sum(e["file"].endswith(".xlsx") for e in entries)
    print(f"{planted} of {total} rows of Annex A are spoilt")
    assert 0 < planted < 0.06 * total
