"""Reading Annex A: the public samples, and hand-made workbooks with each trait of real extracts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.exchange.annex_a import read
from sightline.exchange.annex_a.columns import LISTS, SECRET, AnnexList, Field, Kind
from sightline.exchange.annex_a.reader import window_of
from sightline.exchange.reading import Context, Delivery, Reading, Unreadable
from sightline.facts.manifest import Issue, Severity, Window
from sightline.facts.person import Pseudonyms
from sightline.facts.sources import FORMATS
from sightline.facts.tables import TABLES

EXTRACTED = date(2026, 4, 20)
PSEUDONYMS = Pseudonyms(b"k" * 32, "306")
_SHARED = next(
    (found for root in Path(__file__).resolve().parents[3:5] if (found := root / "../shared").exists()),
    Path("../shared"),
)
SAMPLES = sorted((_SHARED / "data/annex_a").glob("*.xlsx"))

GOOD: Mapping[str, object] = {
    "child": "A0001",
    "sex": "b) Female",
    "ethnicity": "a) WBRI",
    "born": date(2015, 3, 14),
    "age": 11,
    "disabled": "b) No",
    "team": "Team One",
    "worker": "Canary Workername",
    "adopter": "AD01",
}
"""A good value for each column that several lists share."""

GOOD_IN: Mapping[int, Mapping[str, object]] = {
    1: {"contact": date(2026, 1, 5), "source": "q) 6: Police"},
    2: {"start": date(2026, 1, 5), "end": date(2026, 2, 2), "organisation": "Top Town Academy"},
    3: {"referral": date(2026, 1, 7), "source": "1A: Individual", "nfa": "b) No", "referrals": 0},
    4: {"start": date(2026, 1, 7), "authorised": date(2026, 2, 20), "seen": "a) Yes", "support": "a) Yes"},
    5: {
        "enquiry": date(2026, 2, 2),
        "unnecessary": "b) No",
        "conference": date(2026, 2, 20),
        "plan": "a) Yes",
        "enquiries": 0,
        "conferences": 0,
    },
    6: {
        "start": date(2026, 1, 7),
        "need": "N1 - Abuse or neglect",
        "seen": date(2026, 4, 1),
        "status": "b) Child Protection plan",
    },
    7: {
        "start": date(2026, 2, 20),
        "initial": "a) Neglect",
        "latest": "a) Neglect",
        "visit": date(2026, 4, 10),
        "alone": "a) Yes",
        "review": date(2026, 4, 1),
        "previous": 0,
    },
    8: {
        "uasc": "b) No",
        "entered": date(2025, 6, 1),
        "need": "N1 - Abuse or neglect",
        "status_from": date(2025, 9, 1),
        "legal": "C2: FCO",
        "review": date(2026, 3, 1),
        "placements": 2,
        "placed": date(2025, 8, 1),
        "placement": "f) U6: Foster placement - not FFA",
        "provider": "b) PR1: Own provision",
        "postcode": "SW1A 2AA",
        "location": "b) Out",
    },
    9: {
        "uasc": "a) Yes",
        "eligibility": "b) Former relevant child",
        "touch": "a) Yes",
        "accommodation": "U: Independent living",
        "suitable": "a) Suitable",
        "activity": "F2: Full time in education other than higher",
        "pathway": date(2026, 1, 1),
        "contact": date(2026, 3, 1),
    },
    10: {
        "family": "FAM1",
        "entered": date(2024, 1, 1),
        "decision": date(2025, 6, 1),
        "order": date(2025, 7, 1),
        "matched": date(2025, 9, 1),
        "placed": date(2025, 10, 1),
    },
    11: {"enquired": date(2025, 5, 1), "stage_1_from": date(2025, 6, 1), "children": 1},
}

Cells = Mapping[str, object]


def by_number(number: int) -> AnnexList:
    return next(annex_list for annex_list in LISTS if annex_list.number == number)


def good(number: int, **changes: object) -> dict[str, object]:
    """A faultless row of a list, by column key, with some values changed."""
    keys = {field.key for field in by_number(number).fields}
    shared = {key: value for key, value in GOOD.items() if key in keys}
    return {**shared, **GOOD_IN[number], **changes}


def table(number: int, *rows: Cells, banner: Sequence[Sequence[object]] = ()) -> list[list[object]]:
    """The cells of a list: banner, header and rows."""
    fields = by_number(number).fields
    return [
        *(list(row) for row in banner),
        [field.title for field in fields],
        *([row.get(field.key, "") for field in fields] for row in rows),
    ]


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    if path.suffix == ".xls":
        return _write_xls(path, sheets)
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, place, dt.datetime.combine(value, dt.time()))
                    elif isinstance(value, str):
                        sheet.write_string(number, place, value)
                    else:
                        sheet.write(number, place, value)
    return path


def _write_xls(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    book = xlwt.Workbook()
    style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value, *([style] if isinstance(value, date) else []))
    book.save(str(path))
    return path


def load(path: Path, extracted_on: date = EXTRACTED) -> Reading:
    return read(Delivery("annex-a", path.name, (path,)), Context("306", extracted_on, PSEUDONYMS))


def load_lists(tmp_path: Path, **lists: Sequence[Cells]) -> Reading:
    """Read a workbook with these lists (`list_3=[row, row]`)."""
    sheets = {name.replace("list_", "List "): table(int(name[5:]), *rows) for name, rows in lists.items()}
    return load(write(tmp_path / "annex.xlsx", sheets))


def issues(reading: Reading, rule: str) -> list[Issue]:
    return [issue for issue in reading.issues if issue.rule == rule]


def rules(reading: Reading) -> set[str]:
    """The rules broken, but for lists that a small workbook leaves out."""
    return {issue.rule for issue in reading.issues} - {"list-missing"}


def rows_of(reading: Reading, name: str) -> list[dict[str, object]]:
    return reading.tables[name].to_pylist() if name in reading.tables else []


def whole_workbook() -> dict[str, list[list[object]]]:
    return {
        f"List {annex_list.number}": table(annex_list.number, good(annex_list.number)) for annex_list in LISTS
    }


# Good workbooks


@pytest.mark.parametrize("name", ["annex.xlsx", "annex.xls"])
def test_a_whole_good_workbook_fills_every_table_that_the_format_supplies(tmp_path: Path, name: str) -> None:
    reading = load(write(tmp_path / name, whole_workbook()))
    assert reading.tables.keys() == FORMATS["annex-a"].supplies.keys() == reading.windows.keys()
    assert [(sheet.read, sheet.accepted, sheet.refused) for sheet in reading.sheets] == [(1, 1, 0)] * 11
    assert rules(reading) == set()


def test_only_columns_that_the_format_supplies_are_filled(tmp_path: Path) -> None:
    reading = load(write(tmp_path / "annex.xlsx", whole_workbook()))
    for name, supply in FORMATS["annex-a"].supplies.items():
        filled = {
            column
            for column in reading.tables[name].column_names
            if reading.tables[name][column].null_count == 0
        }
        assert filled <= supply.columns, name
        assert reading.tables[name].schema == TABLES[name].arrow.remove(
            TABLES[name].arrow.get_field_index("source")
        )


def test_facts_of_a_child_in_care(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_8=[good(8)])
    (episode,) = rows_of(reading, "looked_after_episodes")
    assert episode["clae_cla_episode_start_date"] == date(2025, 9, 1), (
        "the latest change of status or placement"
    )
    assert episode["legal_status"] == "C2"
    assert episode["is_out_of_area"] is True
    assert (episode["born_month"], episode["age"], episode["sex"]) == (201503, 10, "F")
    (placement,) = rows_of(reading, "placements")
    assert placement["age"] == 10
    assert placement["clap_cla_placement_type"] == "U6"
    (review,) = rows_of(reading, "looked_after_reviews")
    assert review["clar_cla_review_date"] == date(2026, 3, 1)
    assert review["age"] == 10


def test_a_need_for_support_is_the_opposite_of_no_further_action(tmp_path: Path) -> None:
    reading = load_lists(
        tmp_path, list_4=[good(4), good(4, child="A2", support="b) No"), good(4, child="A3", support="")]
    )
    assert [row["cina_assessment_outcome_nfa"] for row in rows_of(reading, "assessments")] == [
        False,
        True,
        None,
    ]


def test_one_conference_after_two_enquiries_is_one_conference(tmp_path: Path) -> None:
    reading = load_lists(
        tmp_path, list_5=[good(5, enquiries=1), good(5, enquiry=date(2026, 2, 9), enquiries=1)]
    )
    assert len(rows_of(reading, "section_47_enquiries")) == 2
    assert len(rows_of(reading, "conferences")) == 1


def test_an_open_plan_without_visit_or_review_has_a_review_interval_but_no_visit(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_7=[good(7, visit="", review="")])
    assert [row["cppr_cp_review_date"] for row in rows_of(reading, "protection_reviews")] == [None]
    assert rows_of(reading, "protection_visits") == []


def test_windows_look_back_as_far_as_each_list_does(tmp_path: Path) -> None:
    reading = load(write(tmp_path / "annex.xlsx", whole_workbook()))
    assert reading.windows["referrals"] == Window(date(2025, 10, 21), EXTRACTED)
    assert reading.windows["protection_visits"] == Window(date(2025, 10, 21), EXTRACTED)
    assert reading.windows["care_leavers"] == Window(EXTRACTED, EXTRACTED)
    assert reading.windows["adopters"] == Window(date(2025, 4, 21), EXTRACTED)
    assert window_of(by_number(1), date(2026, 8, 31)).first == date(2026, 3, 1), "February has no 31st"


# Layout


@pytest.mark.parametrize(
    "name",
    ["List 3", "List_3", "list3", "LIST 03", "3 Referrals", "Referrals", "3. Referral", "Annex A - List 3"],
)
def test_a_sheet_is_known_by_its_name_in_any_spelling(tmp_path: Path, name: str) -> None:
    reading = load(write(tmp_path / "annex.xlsx", {name: table(3, good(3))}))
    assert [sheet.name for sheet in reading.sheets] == ["List 3"]
    assert len(rows_of(reading, "referrals")) == 1


@pytest.mark.parametrize("number", range(1, 12))
def test_a_sheet_is_known_by_its_header(tmp_path: Path, number: int) -> None:
    reading = load(write(tmp_path / "annex.xlsx", {"Sheet1": table(number, good(number))}))
    assert [sheet.name for sheet in reading.sheets] == [f"List {number}"]
    assert "sheet-not-a-list" not in rules(reading)


def test_the_header_counts_for_more_than_a_wrong_name(tmp_path: Path) -> None:
    reading = load(write(tmp_path / "annex.xlsx", {"List 1": table(7, good(7))}))
    assert [sheet.name for sheet in reading.sheets] == ["List 7"]
    assert "sheet-name-contradicts-header" in rules(reading)


def test_banners_and_titles_may_stand_above_the_header(tmp_path: Path) -> None:
    banner = [
        ["List 3: Referrals"],
        [],
        ["OFFICIAL - SENSITIVE"],
        ["Run by", "system", "on", date(2026, 4, 20)],
    ]
    reading = load(write(tmp_path / "annex.xlsx", {"List 3": table(3, good(3), banner=banner)}))
    assert [row["source_row"] for row in rows_of(reading, "referrals")] == [6]


def test_columns_may_stand_in_any_order_and_spelling(tmp_path: Path) -> None:
    header = [
        "DATE OF REFERRAL ",
        "Referral\u00a0Source",
        "Age",
        "dob",
        "Child ID",
        "ethnic origin",
        "Sex",
        "Referral NFA",
        "No. of Referrals in last 12 months",
    ]
    row = ["07/01/2026", "Police", 11, "14/03/2015", "A0001", "White British", "F", "No", 2]
    reading = load(write(tmp_path / "annex.xlsx", {"List 3": [header, row]}))
    (referral,) = rows_of(reading, "referrals")
    assert referral["cine_referral_date"] == date(2026, 1, 7)
    assert referral["cine_referral_source_code"] == "6"
    assert referral["cine_referral_nfa"] is False
    assert referral["referrals_in_12_months"] == 2
    assert (referral["sex"], referral["ethnicity"], referral["born_month"]) == ("F", "WBRI", 201503)


def test_curly_quotes_doubled_brackets_and_trailing_spaces_in_headings(tmp_path: Path) -> None:
    rows = table(8, good(8))
    rows[0] = [str(title).replace("'", "\u2019").replace("(Y/N)", "(Y/N))") + " " for title in rows[0]]
    reading = load(write(tmp_path / "annex.xlsx", {"List 8": rows}))
    assert rules(reading) == set()


def test_the_2019_shape_of_list_9_lacks_four_columns(tmp_path: Path) -> None:
    new = {"uasc", "adviser", "pathway", "contact"}
    fields = [field for field in by_number(9).fields if field.key not in new]
    row = good(9)
    cells = [[field.title for field in fields], [row[field.key] for field in fields]]
    reading = load(write(tmp_path / "annex.xlsx", {"List_9": cells}))
    assert len(rows_of(reading, "care_leavers")) == 1
    assert {issue.column for issue in issues(reading, "column-missing")} == {
        by_number(9).field(key).title for key in new - {"adviser"}
    }


def test_a_foreign_column_is_reported_once_and_never_named(tmp_path: Path) -> None:
    rows = table(3, good(3), good(3, child="A2"))
    for row, value in zip(rows, ["Canary Heading", "Canary Value", "Canary Value"], strict=True):
        row.append(value)
    reading = load(write(tmp_path / "annex.xlsx", {"List 3": rows}))
    (issue,) = issues(reading, "column-unknown")
    assert issue.column == "column L"
    assert issue.severity is Severity.QUERY
    assert "Canary" not in str(reading.issues)


def test_two_headings_for_one_column_are_not_guessed_between(tmp_path: Path) -> None:
    rows = table(1, good(1))
    rows[0].append("Contact Source")
    rows[1].append("u) 10: Unknown")
    reading = load(write(tmp_path / "annex.xlsx", {"List 1": rows}))
    assert [row["cont_contact_source_code"] for row in rows_of(reading, "contacts")] == [None]
    assert "column-ambiguous" in rules(reading)


@pytest.mark.parametrize("key", ["child", "referral"])
def test_a_list_without_the_column_that_its_rows_need_is_refused_and_counted(
    tmp_path: Path, key: str
) -> None:
    rows = table(3, good(3), good(3, child="A2"))
    rows[0][[field.key for field in by_number(3).fields].index(key)] = "Something else"
    reading = load(write(tmp_path / "annex.xlsx", {"List 3": rows, "List 1": table(1, good(1))}))
    counts = {sheet.name: (sheet.read, sheet.accepted, sheet.refused) for sheet in reading.sheets}
    assert counts == {"List 3": (2, 0, 2), "List 1": (1, 1, 0)}
    assert [issue.row for issue in issues(reading, "list-unusable")] == [2, 3]
    assert "referrals" not in reading.windows
    assert "contacts" in reading.windows


def test_a_named_list_without_a_header_is_refused_row_by_row(tmp_path: Path) -> None:
    reading = load(
        write(tmp_path / "annex.xlsx", {"List 3": [["a", "b"], [1, 2]], "List 1": table(1, good(1))})
    )
    assert [(sheet.read, sheet.refused) for sheet in reading.sheets] == [(2, 2), (1, 0)]
    assert len(issues(reading, "header-missing")) == 2


def test_a_second_sheet_of_a_list_is_refused(tmp_path: Path) -> None:
    sheets = {"List 1": table(1, good(1)), "List_1": table(1, good(1), good(1))}
    reading = load(write(tmp_path / "annex.xlsx", sheets))
    assert [(sheet.read, sheet.accepted) for sheet in reading.sheets] == [(1, 1), (2, 0)]
    assert len(issues(reading, "list-repeated")) == 2


def test_missing_and_empty_lists_are_reported_and_give_no_window(tmp_path: Path) -> None:
    reading = load(write(tmp_path / "annex.xlsx", {"List 1": table(1, good(1)), "List 3": table(3)}))
    assert {issue.sheet for issue in issues(reading, "list-missing")} == {
        f"List {number}" for number in (2, *range(4, 12))
    }
    assert [issue.sheet for issue in issues(reading, "list-empty")] == ["List 3"]
    assert reading.windows.keys() == {"contacts"}


@pytest.mark.parametrize("rows", [[["Name", "Colour"], ["x", "y"]], []])
def test_a_workbook_without_any_list_is_unreadable(tmp_path: Path, rows: list[list[object]]) -> None:
    with pytest.raises(Unreadable, match="holds no list of Annex A"):
        load(write(tmp_path / "other.xlsx", {"Sheet1": rows}))


def test_ofsteds_own_front_sheets_are_no_list_and_no_trouble(tmp_path: Path) -> None:
    sheets = {
        "Guidance": [["Child Unique ID", "text"]],
        "Codes_used": [["Gender"]],
        "List 1": table(1, good(1)),
    }
    assert rules(load(write(tmp_path / "annex.xlsx", sheets))) == set()


# Values


@pytest.mark.parametrize(
    ("written", "local_id", "rule"),
    [
        ("A0001", "A0001", None),
        ("00123", "00123", None),
        (123.0, "123", "id-stored-as-number"),
        ("123.0", "123", "id-mended"),
        (" A0001 ", "A0001", "id-mended"),
        ("A\u00a01", "A 1", "id-mended"),
    ],
)
def test_identifiers(tmp_path: Path, written: object, local_id: str, rule: str | None) -> None:
    reading = load_lists(tmp_path, list_1=[good(1, child=written)])
    assert [row["child"] for row in rows_of(reading, "contacts")] == [PSEUDONYMS.of(local_id)]
    assert rules(reading) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("written", "rule"),
    [("", "value-missing"), ("#N/A", "value-missing"), ("1.23E+15", "id-damaged"), (1.0e17, "id-damaged")],
)
def test_a_row_about_nobody_is_refused(tmp_path: Path, written: object, rule: str) -> None:
    reading = load_lists(tmp_path, list_1=[good(1, child=written), good(1)])
    assert [(sheet.read, sheet.accepted, sheet.refused) for sheet in reading.sheets] == [(2, 1, 1)]
    (issue,) = issues(reading, rule)
    assert (issue.severity, issue.row, issue.column) == (Severity.REFUSED, 2, "Child Unique ID")


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("", "value-missing"),
        ("31/02/2026", "date-unreadable"),
        ("see notes", "date-unreadable"),
        (date(2026, 4, 21), "date-after-extract"),
        (date(1899, 12, 30), "date-unreadable"),
    ],
)
def test_a_row_that_nothing_dates_is_refused(tmp_path: Path, written: object, rule: str) -> None:
    reading = load_lists(tmp_path, list_1=[good(1, contact=written), good(1)])
    assert [(sheet.read, sheet.accepted, sheet.refused) for sheet in reading.sheets] == [(2, 1, 1)]
    (issue,) = issues(reading, rule)
    assert (issue.severity, issue.row, issue.column) == (Severity.REFUSED, 2, "Date of Contact")


@pytest.mark.parametrize(
    "written", ["05/01/2026", "2026-01-05", "5 January 2026", "05-Jan-2026", "05.01.2026", 46027]
)
def test_days_in_every_spelling(tmp_path: Path, written: object) -> None:
    reading = load_lists(tmp_path, list_1=[good(1, contact=written)])
    assert [row["cont_contact_date"] for row in rows_of(reading, "contacts")] == [date(2026, 1, 5)]
    assert rules(reading) == ({"date-as-number"} if isinstance(written, int) else set())


@pytest.mark.parametrize("written", ["31/02/2026", "ongoing", date(2026, 5, 1)])
def test_another_bad_day_stays_unknown(tmp_path: Path, written: object) -> None:
    reading = load_lists(tmp_path, list_7=[good(7, end=written)])
    assert [row["cppl_cp_plan_end_date"] for row in rows_of(reading, "protection_plans")] == [None]
    assert {issue.severity for issue in reading.issues if issue.rule.startswith("date")} == {Severity.UNKNOWN}


@pytest.mark.parametrize("written", ["#N/A", "", " ", "\u00a0", "null"])
def test_spellings_of_nothing(tmp_path: Path, written: str) -> None:
    reading = load_lists(tmp_path, list_3=[good(3, nfa=written)])
    assert [row["cine_referral_nfa"] for row in rows_of(reading, "referrals")] == [None]
    assert rules(reading) == {"value-missing"}


@pytest.mark.parametrize(
    ("written", "claim"),
    [
        ("a) Yes", True),
        ("b) No", False),
        ("Y", True),
        ("N", False),
        (1, True),
        (0, False),
        (True, True),
        ("yes", True),
    ],
)
def test_yes_and_no_in_every_spelling(tmp_path: Path, written: object, claim: bool) -> None:
    reading = load_lists(tmp_path, list_3=[good(3, nfa=written)])
    assert [row["cine_referral_nfa"] for row in rows_of(reading, "referrals")] == [claim]


def test_an_outcome_in_a_column_of_yes_and_no_stays_unknown(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_4=[good(4, support="CS Assessment Outcome - Zebedee")])
    assert [row["cina_assessment_outcome_nfa"] for row in rows_of(reading, "assessments")] == [None]
    (issue,) = issues(reading, "code-unknown")
    assert issue.severity is Severity.UNKNOWN
    assert "Zebedee" not in issue.value


def test_a_coarse_source_is_read_no_finer_than_it_says(tmp_path: Path) -> None:
    rows = [good(3, child="A1", source="Individual"), good(3, child="A2", source="Health services")]
    reading = load_lists(tmp_path, list_3=rows)
    assert [row["cine_referral_source_code"] for row in rows_of(reading, "referrals")] == ["1", "3"]


def test_a_white_child_is_not_taken_for_white_british(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_3=[good(3, ethnicity="a) White")])
    assert [row["ethnicity"] for row in rows_of(reading, "referrals")] == [None]
    assert "code-unknown" in rules(reading)


@pytest.mark.parametrize("written", ["nope", "T28", "home address"])
def test_a_postcode_that_is_none_is_told_by_its_shape(tmp_path: Path, written: str) -> None:
    reading = load_lists(tmp_path, list_8=[good(8, postcode=written)])
    (issue,) = issues(reading, "postcode-shape")
    assert issue.value != written


@pytest.mark.parametrize(
    ("age", "known", "rule"),
    [
        (6.138, 6, "age-decimal"),
        (11, 11, None),
        (-1, -1, None),
        ("Unborn", -1, None),
        ("old", None, "age-unreadable"),
    ],
)
def test_the_age_is_used_when_there_is_no_day_of_birth(
    tmp_path: Path, age: object, known: int | None, rule: str | None
) -> None:
    reading = load_lists(tmp_path, list_3=[good(3, born="", age=age)])
    (referral,) = rows_of(reading, "referrals")
    assert (referral["age"], referral["born_month"]) == (known, None)
    assert rules(reading) == ({rule} if rule else set())


def test_an_age_on_the_day_of_the_extract_says_nothing_of_years_before(tmp_path: Path) -> None:
    reading = load_lists(
        tmp_path, list_6=[good(6, born="", age=11, start=date(2020, 1, 1), status="c) Child in need plan")]
    )
    assert [row["age"] for row in rows_of(reading, "cin_episodes")] == [None]


def test_an_age_that_contradicts_the_birth_is_queried_and_not_used(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_3=[good(3, age=9)])
    assert [row["age"] for row in rows_of(reading, "referrals")] == [10]
    assert rules(reading) == {"age-contradicts-birth"}


def test_a_plan_for_an_unborn_child_is_kept_and_queried(tmp_path: Path) -> None:
    unborn = good(7, born=date(2026, 6, 1), age=-1)
    reading = load_lists(tmp_path, list_7=[unborn])
    assert [row["age"] for row in rows_of(reading, "protection_plans")] == [-1]
    assert rules(reading) == {"event-before-birth"}


def test_a_birth_years_after_the_event_stays_unknown(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_8=[good(8, born=date(2026, 4, 1), age=0, entered=date(2019, 1, 1))])
    assert [(row["age"], row["born_month"]) for row in rows_of(reading, "placements")] == [(None, None)]
    assert "event-long-before-birth" in rules(reading)


# Rows and lists against each other


@pytest.mark.parametrize(
    ("number", "changes", "rule"),
    [
        (2, {"end": date(2026, 1, 1)}, "dates-out-of-order"),
        (4, {"authorised": date(2026, 1, 1)}, "dates-out-of-order"),
        (5, {"conference": date(2026, 1, 1)}, "dates-out-of-order"),
        (7, {"end": date(2026, 2, 1)}, "dates-out-of-order"),
        (8, {"placed": date(2025, 1, 1)}, "dates-out-of-order"),
        (10, {"placed": date(2025, 8, 1)}, "dates-out-of-order"),
        (11, {"stage_1_from": date(2025, 4, 1)}, "dates-out-of-order"),
        (1, {"contact": date(2025, 10, 20)}, "outside-window"),
        (4, {"start": date(2025, 8, 1), "authorised": date(2025, 9, 1)}, "outside-window"),
        (5, {"conference": ""}, "answers-contradict"),
        (5, {"unnecessary": "a) Yes"}, "answers-contradict"),
        (6, {"end": date(2026, 3, 1), "status": "e) Closed episode"}, "answers-contradict"),
        (6, {"status": "e) Closed episode"}, "answers-contradict"),
        (8, {"ceased": date(2026, 3, 1)}, "answers-contradict"),
        (8, {"offered": "b) No", "accepted": "a) Yes"}, "answers-contradict"),
        (3, {"born": date(1990, 1, 1), "age": 36}, "age-implausible"),
    ],
)
def test_a_row_that_contradicts_itself_is_kept_and_queried(
    tmp_path: Path, number: int, changes: Cells, rule: str
) -> None:
    reading = load_lists(tmp_path, **{f"list_{number}": [good(number, **changes)]})
    assert rules(reading) == {rule}
    assert {issue.severity for issue in issues(reading, rule)} == {Severity.QUERY}
    assert [sheet.refused for sheet in reading.sheets] == [0]


def test_a_long_assessment_that_is_still_open_is_within_the_window(tmp_path: Path) -> None:
    assert rules(load_lists(tmp_path, list_4=[good(4, start=date(2025, 8, 1), authorised="")])) == set()


def test_a_repeated_row_is_kept_and_queried(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_1=[good(1), good(1)])
    assert len(rows_of(reading, "contacts")) == 2
    assert [issue.row for issue in issues(reading, "row-repeated")] == [3]


def test_a_second_row_of_a_child_is_queried_only_where_one_is_the_rule(tmp_path: Path) -> None:
    later = {"contact": date(2026, 2, 5)}
    assert rules(load_lists(tmp_path, list_1=[good(1), good(1, **later)])) == set()
    reading = load_lists(tmp_path, list_7=[good(7), good(7, start=date(2026, 3, 1))])
    assert rules(reading) == {"child-repeated"}


def test_the_same_child_should_be_the_same_in_every_list(tmp_path: Path) -> None:
    reading = load_lists(
        tmp_path,
        list_1=[good(1)],
        list_3=[good(3, sex="a) Male", born=date(2015, 3, 15), ethnicity="b) WIRI")],
    )
    found = issues(reading, "child-differs")
    assert {issue.column for issue in found} == {"Gender", "Date of Birth", "Ethnicity"}
    assert all("List 1, row 2" in issue.expected for issue in found)
    assert "2015" not in str(found)


def test_counters_that_the_list_itself_proves_too_low(tmp_path: Path) -> None:
    rows = [good(3), good(3, referral=date(2026, 3, 1))]
    assert rules(load_lists(tmp_path, list_3=rows)) == {"counter-too-low"}
    enough = [{**row, "referrals": 1} for row in rows]
    assert rules(load_lists(tmp_path, list_3=enough)) == set()


def test_lists_6_7_and_8_must_agree(tmp_path: Path) -> None:
    reading = load_lists(
        tmp_path,
        list_6=[good(6), good(6, child="A2", status="a) Looked after child"), good(6, child="A3")],
        list_7=[good(7), good(7, child="A9")],
        list_8=[good(8, child="A8")],
    )
    contradicting = {(issue.row, issue.expected) for issue in issues(reading, "status-contradicts-list")}
    assert contradicting == {
        (3, "an open row of the same child in List 8"),
        (4, "an open row of the same child in List 7"),
    }
    assert {(issue.sheet, issue.row) for issue in issues(reading, "missing-from-list-6")} == {
        ("List 7", 3),
        ("List 8", 2),
    }


def test_completeness_is_counted_column_by_column(tmp_path: Path) -> None:
    reading = load_lists(
        tmp_path, list_3=[good(3), good(3, child="A2", ethnicity="", nfa="maybe"), good(3, child="")]
    )
    (sheet,) = reading.sheets
    assert sheet.accepted == 2
    assert sheet.filled["Gender"] == 2
    assert sheet.filled["Ethnicity"] == 1
    assert sheet.filled["Referral NFA?"] == 1


def test_issues_are_counted_all_and_listed_in_part(tmp_path: Path) -> None:
    reading = load_lists(tmp_path, list_3=[good(3, child=f"A{n}", nfa="maybe") for n in range(250)])
    assert len(issues(reading, "code-unknown")) == 200
    assert [count.count for count in reading.issue_counts if count.rule == "code-unknown"] == [250]


# What must never be told


def test_nothing_in_tables_or_issues_can_identify_anybody(tmp_path: Path) -> None:
    reading = load(write(tmp_path / "annex.xlsx", _canaries()))
    assert len(reading.issues) > 50, "the canaries must have been looked at"
    told = str(reading.issues) + str(reading.issue_counts) + str(reading.sheets)
    told += "".join(str(table.to_pylist()) for table in reading.tables.values())
    for canary in (
        "Canary",
        "canary",
        "CANARY",
        "QX99 9ZZ",
        "QX999ZZ",
        "2015, 3, 14",
        "2015-03-14",
        "14/03/2015",
    ):
        assert canary not in told, canary
    assert "Canary" in str(_canaries())


def _canaries() -> dict[str, list[list[object]]]:
    """Every list with a good row about a canary, and one with a canary's name in every single column."""
    sheets = {"Canary sheet": [["Canary"]]}
    for annex_list in LISTS:
        named = good(annex_list.number, child="CanaryChild", adopter="CanaryAdopter", postcode="QX99 9ZZ")
        everywhere = {field.key: _canary(field) for field in annex_list.fields}
        rows = [named, everywhere]
        rows += [{**named, field.key: _canary(field)} for field in annex_list.fields]
        cells = table(annex_list.number, *rows)
        cells[0].append("Canary Heading")
        sheets[annex_list.name] = cells
    return sheets


def _canary(field: Field) -> str:
    return "QX99 9ZZ Canary" if field.kind is Kind.POSTCODE else "Canary Canaryson 14/03/2015"


def test_the_secret_columns_are_those_that_may_identify_somebody() -> None:
    assert {
        "Child Unique ID",
        "Date of Birth",
        "Age of Child (Years)",
        "Placement postcode",
        "URN of Placement",
        "Allocated Team",
        "Allocated Worker",
        "Allocated Personal Advisor",
        "Family identifier",
        "Individual adopter identifier",
        "Organisation completing assessment",
    } <= SECRET


# Nothing is lost

_ANY_CELL = st.one_of(
    st.just(""),
    st.text(max_size=12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2090, 1, 1)),
    st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(LISTS), st.lists(st.lists(_ANY_CELL, min_size=4, max_size=9), max_size=6))
def test_every_row_read_is_accepted_or_refused(
    tmp_path_factory: pytest.TempPathFactory, annex_list: AnnexList, rows: list[list[object]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "annex.xlsx"
    cells = [*table(annex_list.number, good(annex_list.number)), *rows]
    reading = load(write(path, {annex_list.name: cells}))
    (sheet,) = reading.sheets
    assert sheet.read == sheet.accepted + sheet.refused
    assert sheet.accepted == len(rows_of(reading, annex_list.tables[0]))
    refused_rows = {issue.row for issue in reading.issues if issue.severity is Severity.REFUSED}
    assert len(refused_rows) == sheet.refused, "every refused row says why"


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_public_samples_are_read_whole(sample: Path) -> None:
    expected = {
        "cscdp_2015-01-sample": {3: 5},
        "cscdp_example-B-2004": {1: 1, 2: 10},
        "sfdl_Annex_A": {1: 5, 2: 5, 3: 6, 4: 5, 5: 5, 6: 5, 7: 7, 8: 5, 9: 6, 10: 5, 11: 5},
    }[sample.stem]
    reading = load(sample, date(2021, 3, 31))
    assert len(reading.sheets) == 11
    for sheet in reading.sheets:
        number = int(sheet.name.removeprefix("List "))
        assert (sheet.read, sheet.accepted, sheet.refused) == (
            expected.get(number, 0),
            expected.get(number, 0),
            0,
        )
        if sheet.accepted:
            first = by_number(number).tables[0]
            assert len(rows_of(reading, first)) == sheet.accepted
    assert sum(sheet.read for sheet in reading.sheets) == sum(expected.values())


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
def test_the_liia_sample_shows_the_traits_of_real_extracts() -> None:
    reading = load(next(path for path in SAMPLES if path.stem == "sfdl_Annex_A"), date(2021, 3, 31))
    assert {"age-decimal", "postcode-shape", "code-unknown", "column-missing"} <= rules(reading)
    assert [row["cont_contact_source_code"] for row in rows_of(reading, "contacts")] == [
        "6",
        "6",
        "1B",
        "6",
        "9",
    ]
    assert [row["ethnicity"] for row in rows_of(reading, "contacts")] == [
        "WBRI",
        "APKN",
        "NOBT",
        "NOBT",
        "WBRI",
    ]
