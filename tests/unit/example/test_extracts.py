"""The extracts: valid in their formats, and in agreement with each other child by child."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from lxml import etree

from sightline.example import borough
from sightline.example.annex_a.columns import LISTS
from sightline.example.making import Made, Order, make
from sightline.exchange.templates import TEMPLATES, coverage_of
from sightline.exchange.values import as_day

LAST = date(2026, 3, 31)
Record = dict[str, Any]


def census(made: Made, year: str = "2025-26") -> ElementTree.Element:
    (path,) = (made.folder / "cin-census").glob(f"cin-{year}-*.xml")
    return ElementTree.parse(path).getroot()


def rows(path: Path, skip: int = 0) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(skip):
            next(file)
        return list(csv.DictReader(file))


def day_of(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def sheets(path: Path) -> dict[int, list[Record]]:
    book = openpyxl.load_workbook(path, read_only=True)
    return {n: list(records(book[f"List_{n}"])) for n in LISTS}


def records(sheet: Any) -> Iterator[Record]:
    lines = sheet.iter_rows(values_only=True)
    header = next(lines)
    for line in lines:
        yield {
            name: value.date() if isinstance(value, datetime) else value
            for name, value in zip(header, line, strict=False)
        }


@pytest.fixture(scope="module")
def last_workbook(clean: Made) -> dict[int, list[Record]]:
    return sheets(sorted((clean.folder / "annex-a").glob("*.xlsx"))[-1])


def test_every_census_is_valid(clean: Made, shared: Path) -> None:
    files = sorted((clean.folder / "cin-census").glob("*.xml"))
    assert len(files) == 2
    for path in files:
        year = int(path.name[4:8]) + 1
        schema = etree.XMLSchema(etree.parse(shared / f"specs/upstream/CIN_schema_{year}.xsd"))
        assert schema.validate(etree.parse(path)), schema.error_log


def test_the_lists_have_the_columns_of_the_specification(shared: Path) -> None:
    wanted: dict[int, list[str]] = {n: [] for n in LISTS}
    for line in rows(shared / "specs/annex_a_columns.csv"):
        wanted[int(line["list"].removeprefix("list_"))].append(line["column"])
    assert {n: list(columns) for n, columns in LISTS.items()} == wanted


def test_the_looked_after_return_has_the_columns_of_real_ones(clean: Made, shared: Path) -> None:
    (folder,) = (clean.folder / "ssda903").glob("ssda903-2026-*")
    names = {path.name for path in folder.iterdir()}
    assert names >= {"header.csv", "episodes.csv", "reviews.csv", "uasc.csv", "missing.csv", "oc2.csv"}
    for name in names:
        mine = (folder / name).read_text("utf-8").splitlines()[0]
        theirs = (shared / "data/ssda903/be903" / name).read_text("utf-8").splitlines()[0]
        assert mine == theirs


def test_the_code_of_the_borough_is_no_real_authority_s(shared: Path) -> None:
    with (shared / "data/benchmarks/headline_figures_2013_to_2024.csv").open(encoding="utf-8-sig") as file:
        assert next(file)
    codes = set()
    for path in (shared / "data/benchmarks").glob("*.csv"):
        for line in rows(path):
            codes |= {line.get("old_la_code", ""), line.get("new_la_code", "")}
    assert len(codes) > 300
    assert not {borough.CODE, borough.ONS_CODE} & codes
    assert {*borough.NEIGHBOURS, *borough.PLACED_AT, *borough.PLACED_HERE_BY} <= codes


def test_plans_open_at_the_year_s_end_agree_between_census_and_annex_a(
    clean: Made, last_workbook: dict[int, list[Record]]
) -> None:
    in_census = {
        (child.findtext("ChildIdentifiers/LAchildID"), plan.findtext("CPPstartDate"))
        for child in census(clean).iter("Child")
        for plan in child.iter("ChildProtectionPlans")
        if plan.find("CPPendDate") is None
    }
    in_list = {
        (row["Child Unique ID"], row["Child Protection Plan Start Date"].isoformat())
        for row in last_workbook[7]
        if row["Child Protection Plan Start Date"] <= LAST
        and (row["Child Protection Plan End Date"] or date.max) > LAST
    }
    assert len(in_census) > 5
    assert in_census == in_list


def test_looked_after_children_agree_between_return_and_annex_a(
    clean: Made, last_workbook: dict[int, list[Record]]
) -> None:
    (folder,) = (clean.folder / "ssda903").glob("ssda903-2026-*")
    in_return = {row["CHILD"] for row in rows(folder / "episodes.csv") if not row["DEC"]}
    in_list = {
        row["Child Unique ID"]
        for row in last_workbook[8]
        if row["Date Started to be Looked After"] <= LAST
        and (row["Date Ceased to be Looked After"] or date.max) > LAST
    }
    assert len(in_return) > 10
    assert in_return == in_list
    assert in_return <= {row["CHILD"] for row in rows(folder / "header.csv")}


def test_referrals_agree_between_census_and_annex_a(
    clean: Made, last_workbook: dict[int, list[Record]]
) -> None:
    lately = "2025-11-01"
    in_census = Counter(
        (child.findtext("ChildIdentifiers/LAchildID"), need.findtext("CINreferralDate"))
        for child in census(clean).iter("Child")
        for need in child.iter("CINdetails")
        if (need.findtext("CINreferralDate") or "") >= lately
    )
    in_list = Counter(
        (row["Child Unique ID"], row["Date of referral"].isoformat())
        for row in last_workbook[3]
        if lately <= row["Date of referral"].isoformat() <= LAST.isoformat()
    )
    assert sum(in_census.values()) > 50
    assert in_census == in_list
    contacts = {row["Child Unique ID"] for row in last_workbook[1]}
    assert {child for child, _ in in_list} <= contacts


def test_missing_episodes_from_care_agree_between_police_and_return(clean: Made) -> None:
    (folder,) = (clean.folder / "ssda903").glob("ssda903-2026-*")
    in_return = Counter(
        (row["CHILD"], row["MIS_START"], row["MISSING"])
        for row in rows(folder / "missing.csv")
        if row["MIS_START"][3:] != "03/2025"
    )
    (path,) = (clean.folder / "lists").glob("missing-list-2026-*.csv")
    in_list = Counter(
        (row["Local child ID"], row["Reported missing at"][:10], row["Missing or away"])
        for row in rows(path, skip=1)
        if row["Missing from"] == "care" and as_day(row["Reported missing at"][:10]) >= date(2025, 4, 1)
    )
    assert sum(in_list.values()) > 20
    assert in_return == in_list


def test_annex_a_shows_nothing_that_happens_after_its_day(clean: Made) -> None:
    checked = 0
    for path in (clean.folder / "annex-a").glob("*.xlsx"):
        taken = date.fromisoformat(path.stem[-10:])
        for number, lines in sheets(path).items():
            for row in lines:
                days = [v for k, v in row.items() if isinstance(v, date) and k != "Date of Birth"]
                checked += len(days)
                assert all(day <= taken for day in days), (path.name, number, row)
    assert checked > 5000


def test_one_row_a_child_in_lists_6_to_9(last_workbook: dict[int, list[Record]]) -> None:
    for number in (6, 7, 8, 9):
        ids = [row["Child Unique ID"] for row in last_workbook[number]]
        assert ids
        assert len(set(ids)) == len(ids)


def test_every_list_of_the_partners_says_what_it_covers(clean: Made) -> None:
    found = set()
    for path in (clean.folder / "lists").glob("*.csv"):
        key = path.stem[:-11]
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
        window, _ = coverage_of(path.name, TEMPLATES[key], lines[0])
        assert window.last in {date(2025, 3, 31), date(2026, 3, 31)}
        assert (window.last - window.first).days >= 364
        assert lines[1] == TEMPLATES[key].titles
        assert len(lines) > 2
        found.add(key)
    assert found == set(TEMPLATES)


def test_private_fostering_keeps_the_stock_of_a_large_borough(clean: Made) -> None:
    stock = set()
    (path,) = (clean.folder / "lists").glob("private-fostering-2026-*.csv")
    for row in rows(path, skip=1):
        if day_of(row["Started on"]) <= LAST < day_of(row["Ended on"] or "01/01/2100"):
            stock.add(row["Local child ID"])
    assert 14 <= len(stock) <= 36


def test_postcodes_lie_in_no_real_area_and_workers_have_no_names(
    clean: Made, last_workbook: dict[int, list[Record]]
) -> None:
    (folder,) = (clean.folder / "ssda903").glob("ssda903-2026-*")
    codes = {row[c] for row in rows(folder / "episodes.csv") for c in ("HOME_POST", "PL_POST") if row[c]}
    assert len(codes) > 10
    assert all(code.startswith("XV") for code in codes)
    assert all(row["Allocated Worker"][0] == "W" for row in last_workbook[6])


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    order = Order(children=60, count=1)
    one, two = (digests(make(tmp_path / name, order).folder) for name in ("one", "two"))
    other = digests(make(tmp_path / "other", Order(children=60, count=1, seed=2)).folder)
    assert len(one) > 15
    assert one == two
    differing = {name.split("/")[0] for name in one if one[name] != other[name]}
    assert differing >= {"annex-a", "cin-census", "ssda903", "lists", "mess.json"}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
