"""Our own CSV templates: each row is accepted or refused, and no reading of a cell flatters a figure."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.exchange.reading import Context, Delivery, Reading, Unreadable
from sightline.exchange.template_reader import read
from sightline.exchange.templates import TEMPLATES, column_list, coverage_line, write_templates
from sightline.exchange.worker import READERS
from sightline.facts.manifest import Severity, Window
from sightline.facts.person import Pseudonyms
from sightline.facts.sources import EXTRACTS, FORMATS
from sightline.facts.tables import TABLES

YEAR = Window(date(2025, 4, 1), date(2026, 3, 31))
PSEUDONYMS = Pseudonyms(b"k" * 32, "306")
CHILD = {"Local child ID": "C1", "Date of birth": "01/02/2010", "Sex": "F", "Ethnicity": "WBRI"}
MISSING = CHILD | {"Reported missing at": "04/06/2025 22:10"}
ARRANGEMENT = CHILD | {"Notified on": "01/05/2025", "Started on": "20/04/2025"}


def context(localities: frozenset[str] = frozenset()) -> Context:
    return Context("306", date(2026, 4, 20), PSEUDONYMS, localities)


def read_rows(
    folder: Path, key: str, *rows: dict[str, str], localities: frozenset[str] = frozenset()
) -> Reading:
    path = folder / f"{key}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(coverage_line(YEAR, FORMATS[key].supplier))
        out.writerow(TEMPLATES[key].titles)
        out.writerows([row.get(title, "") for title in TEMPLATES[key].titles] for row in rows)
    return read(Delivery(key, path.name, (path,)), context(localities))


def facts(reading: Reading, table: str) -> list[dict[str, object]]:
    return reading.tables[table].to_pylist()


def rules(reading: Reading) -> list[tuple[str, Severity, str]]:
    return [(issue.rule, issue.severity, issue.column) for issue in reading.issues]


def test_each_template_has_a_reader_and_fills_only_what_its_format_supplies() -> None:
    assert TEMPLATES
    assert set(READERS) == set(EXTRACTS)
    for template in TEMPLATES.values():
        assert READERS[template.key] == "sightline.exchange.template_reader"
        assert {row[2] for row in column_list() if row[0] == f"{template.key}.csv"} == set(template.titles)


@pytest.mark.parametrize("key", TEMPLATES)
def test_an_empty_list_still_says_which_days_it_covers(tmp_path: Path, key: str) -> None:
    reading = read_rows(tmp_path, key)
    assert reading.windows == dict.fromkeys(FORMATS[key].supplies, YEAR)
    assert [sheet.read for sheet in reading.sheets] == [0]


def test_a_written_template_is_refused_until_its_sender_says_what_it_covers(tmp_path: Path) -> None:
    written = write_templates(tmp_path / "templates")
    assert {path.name for path in written} == {f"{key}.csv" for key in TEMPLATES} | {"columns.csv"}
    path = tmp_path / "templates" / "training.csv"
    with pytest.raises(Unreadable, match="write Covers,2025-04-01,2026-03-31,Supplied by,CSC"):
        read(Delivery("training", path.name, (path,)), context())
    with pytest.raises(FileExistsError):
        write_templates(tmp_path / "templates")


def test_a_file_without_the_first_line_is_told_the_line_to_add(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(",".join(TEMPLATES["missing-list"].titles) + "\n")
    with pytest.raises(
        Unreadable, match="add as its first line Covers,2025-04-01,2026-03-31,Supplied by,POL"
    ):
        read(Delivery("missing-list", path.name, (path,)), context())


def test_a_spreadsheet_may_rewrite_the_first_line_and_the_column_titles(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    titles = [title.upper() + " " for title in TEMPLATES["training"].titles]
    path.write_bytes(
        f"\ufeffCovers,01/04/2025,31/03/2026,Supplied by,pol,,\r\n{','.join(titles)},Note\r\n"
        "01/05/2025,E1,Level 3: Neglect,3,POL,yes,free text\r\n".encode()
    )
    reading = read(Delivery("training", path.name, (path,)), context())
    assert (reading.supplier, reading.windows["training_attendances"]) == ("POL", YEAR)
    (row,) = facts(reading, "training_attendances")
    assert (row["course"], row["level"], row["agency"]) == ("level-3-neglect", "3", "POL")
    assert row["person"] == PSEUDONYMS.of("E1", "attendee")
    assert rules(reading) == [("column-unknown", Severity.QUERY, "")]
    assert reading.issues[0].value == "Aaaa"


def test_a_column_left_out_or_repeated_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    first = "Covers,2025-04-01,2026-03-31,Supplied by,CSC\n"
    path.write_text(first + "Attended on,Course\n")
    with pytest.raises(Unreadable, match="lacks on line 2: Attendee reference, Level, Agency, Completed"):
        read(Delivery("training", path.name, (path,)), context())
    path.write_text(first + ",".join([*TEMPLATES["training"].titles, "Course"]) + "\n")
    with pytest.raises(Unreadable, match="the column Course twice"):
        read(Delivery("training", path.name, (path,)), context())


def test_a_missing_child_and_the_return_interview(tmp_path: Path) -> None:
    """Summer time: reported 22:10 in London is 21:10 UTC; 61 hours and 50 minutes to the interview."""
    told = {
        "Found at": "05/06/2025 08:00",
        "Missing or away": "missing",
        "Missing from": "Care",
        "Risk": "HIGH",
        "Return interview offered": "Y",
        "Return interview accepted": "yes",
        "Return interview held at": "2025-06-07 21:50",
        "Locality": "north",
    }
    reading = read_rows(tmp_path, "missing-list", MISSING | told, localities=frozenset({"North", "South"}))
    (episode,) = facts(reading, "missing_episodes")
    (interview,) = facts(reading, "return_interviews")
    assert episode["child"] == interview["child"] == PSEUDONYMS.of("C1")
    assert (episode["age"], episode["born_month"], episode["locality"]) == (15, 201002, "North")
    assert episode["miss_missing_episode_start_date"] == datetime(2025, 6, 4, 21, 10, tzinfo=UTC)
    assert (episode["miss_missing_episode_type"], episode["missing_from"], episode["risk"]) == (
        "M",
        "care",
        "high",
    )
    held, found = interview["held_at"], interview["miss_missing_episode_end_date"]
    assert isinstance(held, datetime)
    assert isinstance(found, datetime)
    assert (held - found).total_seconds() / 3600 == pytest.approx(61 + 50 / 60)
    assert reading.issues == ()


def test_a_police_reference_names_a_child_whom_the_council_does_not_know(tmp_path: Path) -> None:
    stranger = {"Police reference": "C1", "Reported missing at": "04/06/2025 22:10"}
    reading = read_rows(tmp_path, "missing-list", MISSING, stranger)
    known, unknown = (row["child"] for row in facts(reading, "missing_episodes"))
    assert known == PSEUDONYMS.of("C1") != unknown
    assert facts(reading, "return_interviews") == []


def test_a_day_without_a_time_is_never_read_so_that_the_interview_looks_fast(tmp_path: Path) -> None:
    told = {"Found at": "05/06/2025", "Return interview held at": "08/06/2025"}
    reading = read_rows(tmp_path, "missing-list", MISSING | told)
    (interview,) = facts(reading, "return_interviews")
    assert interview["miss_missing_episode_end_date"] == datetime(2025, 6, 4, 23, 0, tzinfo=UTC)
    assert interview["held_at"] == datetime(2025, 6, 8, 22, 59, tzinfo=UTC)
    assert [rule for rule, _, _ in rules(reading)] == ["value-mended", "value-mended"]


def test_an_interview_before_the_child_was_found_is_no_interview_in_time(tmp_path: Path) -> None:
    told = {"Found at": "05/06/2025 08:00", "Return interview held at": "04/06/2025 08:00"}
    reading = read_rows(tmp_path, "missing-list", MISSING | told)
    assert facts(reading, "return_interviews")[0]["held_at"] is None
    assert rules(reading) == [("dates-out-of-order", Severity.UNKNOWN, "Return interview held at")]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"Local child ID": ""}, "id-missing"),
        ({"Local child ID": "1.23457E+11"}, "value-not-understood"),
        ({"Reported missing at": ""}, "required-missing"),
        ({"Reported missing at": "31/02/2025 10:00"}, "value-not-understood"),
        ({"Reported missing at": "21/04/2026 10:00"}, "event-after-extraction"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_and_the_others_stand(
    tmp_path: Path, change: dict[str, str], rule: str
) -> None:
    reading = read_rows(tmp_path, "missing-list", MISSING | change, MISSING)
    assert rule in [found for found, _, _ in rules(reading)]
    (sheet,) = reading.sheets
    assert (sheet.read, sheet.accepted, sheet.refused) == (2, 1, 1)
    assert len(facts(reading, "missing_episodes")) == 1


@pytest.mark.parametrize(
    ("change", "rule", "severity"),
    [
        ({"Risk": "medum"}, "value-not-understood", Severity.UNKNOWN),
        ({"Ethnicity": "White"}, "value-not-understood", Severity.UNKNOWN),
        ({"Date of birth": "01/07/2025"}, "birth-after-event", Severity.UNKNOWN),
        ({"Date of birth": "01/07/2001"}, "not-a-child", Severity.QUERY),
        ({"Found at": "01/06/2026 10:00"}, "date-after-extraction", Severity.UNKNOWN),
        ({"Found at": "04/06/2025 22:00"}, "dates-out-of-order", Severity.QUERY),
        (
            {"Reported missing at": "31/03/2025 22:00", "Found at": "31/03/2025 23:00"},
            "outside-period",
            Severity.QUERY,
        ),
        ({"Local child ID": "123.0"}, "value-mended", Severity.CORRECTED),
    ],
)
def test_an_odd_value_is_reported_and_the_row_stands(
    tmp_path: Path, change: dict[str, str], rule: str, severity: Severity
) -> None:
    reading = read_rows(tmp_path, "missing-list", MISSING | change)
    assert [found[:2] for found in rules(reading)] == [(rule, severity)]
    assert reading.sheets[0].accepted == 1


def test_the_same_row_twice_is_kept_and_queried(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, "missing-list", MISSING, MISSING)
    assert rules(reading) == [("row-twice", Severity.QUERY, "")]
    assert len(facts(reading, "missing_episodes")) == 2


def test_an_episode_that_began_before_the_period_and_went_on_is_no_query(tmp_path: Path) -> None:
    told = {"Reported missing at": "31/03/2025 22:00", "Found at": "01/04/2025 09:00"}
    assert read_rows(tmp_path, "missing-list", MISSING | told).issues == ()


def test_the_intervals_between_private_fostering_visits(tmp_path: Path) -> None:
    """Notice 1 May, visits 9 May and 13 June (alone), still open: three intervals, the last with no visit."""
    visits = ({"Visited on": "13/06/2025", "Child seen alone": "yes"}, {"Visited on": "09/05/2025"})
    reading = read_rows(tmp_path, "private-fostering", *(ARRANGEMENT | visit for visit in visits))
    (arrangement,) = facts(reading, "private_fostering_arrangements")
    assert (arrangement["started_on"], arrangement["notified_on"]) == (date(2025, 4, 20), date(2025, 5, 1))
    intervals = [
        (row["visited_from"], row["visited_on"], row["was_seen_alone"])
        for row in facts(reading, "private_fostering_visits")
    ]
    assert intervals == [
        (date(2025, 5, 1), date(2025, 5, 9), None),
        (date(2025, 5, 9), date(2025, 6, 13), True),
        (date(2025, 6, 13), None, None),
    ]
    assert (reading.sheets[0].read, reading.sheets[0].accepted) == (2, 2)


def test_an_arrangement_without_a_visit_is_one_open_interval_until_it_ends(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, "private-fostering", ARRANGEMENT | {"Ended on": "01/09/2025"})
    (interval,) = facts(reading, "private_fostering_visits")
    assert (interval["visited_on"], interval["ended_on"]) == (None, date(2025, 9, 1))
    visit = {"Visited on": "01/09/2025", "Ended on": "01/09/2025"}
    (interval,) = facts(
        read_rows(tmp_path, "private-fostering", ARRANGEMENT | visit), "private_fostering_visits"
    )
    assert interval["visited_on"] == date(2025, 9, 1)


def test_rows_of_one_arrangement_that_disagree_are_queried(tmp_path: Path) -> None:
    rows = (ARRANGEMENT, ARRANGEMENT | {"Suitability": "suitable", "Visited on": "09/05/2025"})
    reading = read_rows(tmp_path, "private-fostering", *rows)
    assert rules(reading) == [("rows-disagree", Severity.QUERY, "Suitability")]


def test_the_other_lists(tmp_path: Path) -> None:
    told = {
        "Allegation reference": "A7",
        "Designated officer told on": "01/05/2025",
        "Met the threshold": "yes",
    }
    (row,) = facts(
        read_rows(tmp_path, "allegations", told | {"Employer sector": "Early years"}), "allegations"
    )
    assert (row["allegation"], row["employer_sector"]) == (PSEUDONYMS.of("A7", "allegation"), "early-years")
    told = {"Case reference": "D1", "Died on": "01/05/2025", "Category": "1.0", "Modifiable factors": "no"}
    (row,) = facts(read_rows(tmp_path, "child-deaths", told), "child_deaths")
    assert (row["category"], row["is_modifiable"]) == ("1", False)
    told = {"Agency": "POL", "Item": "Missing list", "Period start": "01/04/2025", "Period end": "30/06/2025"}
    (row,) = facts(read_rows(tmp_path, "agency-returns", told | {"Numerator": "1,204"}), "agency_returns")
    assert (row["item"], row["numerator"], row["received_on"]) == ("missing-list", 1204.0, None)


@pytest.mark.parametrize("month", ["2025-04", "Apr-25", "04/2025", "April 2025", "01/04/2025", "30/04/2025"])
def test_a_month_in_any_spelling_that_a_spreadsheet_makes_of_it(tmp_path: Path, month: str) -> None:
    told = {"Month": month, "Agency": "CSC", "Established posts": "41.5"}
    (row,) = facts(read_rows(tmp_path, "workforce", told), "workforce_months")
    assert (row["stood_on"], row["established_posts"]) == (date(2025, 4, 30), 41.5)


def test_a_population_group_that_is_not_understood_is_refused_not_added_to_the_whole(tmp_path: Path) -> None:
    whole = {"Estimate for": "30/06/2025", "Residents": "93000"}
    reading = read_rows(
        tmp_path,
        "population",
        whole,
        whole | {"Ages": "5-9"},
        whole | {"Ages": "05-Sep"},
        whole | {"Sex": "x"},
    )
    groups = [(row["age_band"], row["sex"], row["locality"]) for row in facts(reading, "population")]
    assert groups == [("0-17", "all", "all"), ("5-9", "all", "all")]
    assert reading.sheets[0].refused == 2


def test_a_locality_is_one_of_the_partnerships_and_never_an_address(tmp_path: Path) -> None:
    rows = [MISSING | {"Locality": place} for place in ("NORTH", "East", "12 High Street")]
    told = read_rows(tmp_path, "missing-list", *rows, localities=frozenset({"North"}))
    assert [row["locality"] for row in facts(told, "missing_episodes")] == ["North", None, None]
    free = read_rows(tmp_path, "missing-list", *rows)
    assert [row["locality"] for row in facts(free, "missing_episodes")] == ["NORTH", "East", None]
    assert "99 Aaaa Aaaaaa" in [issue.value for issue in free.issues]


def test_a_row_with_more_cells_than_columns_is_refused_without_repeating_them(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    titles = TEMPLATES["training"].titles
    path.write_text(
        f"Covers,2025-04-01,2026-03-31,Supplied by,CSC\n{','.join(titles)}\n"
        "01/05/2025,Jane, Doe,Level 3,3,CSC,yes\n"
    )
    reading = read(Delivery("training", path.name, (path,)), context())
    assert rules(reading) == [("row-too-long", Severity.REFUSED, "")]
    assert "Jane" not in str(reading.issues)


def test_a_quotation_mark_that_never_closes_does_not_swallow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    titles = ",".join(TEMPLATES["training"].titles)
    path.write_text(
        f'Covers,2025-04-01,2026-03-31,Supplied by,CSC\n{titles}\n"01/05/2025,E1\n' + "x\n" * 90000
    )
    with pytest.raises(Unreadable, match="stray quotation mark"):
        read(Delivery("training", path.name, (path,)), context())


def test_windows_encoding_is_read_and_queried(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    titles = ",".join(TEMPLATES["training"].titles)
    text = f"Covers,2025-04-01,2026-03-31,Supplied by,CSC\n{titles}\n01/05/2025,E1,Café talk,3,CSC,yes\n"
    path.write_bytes(text.encode("cp1252"))
    reading = read(Delivery("training", path.name, (path,)), context())
    assert rules(reading) == [("encoding", Severity.QUERY, "")]
    assert reading.sheets[0].accepted == 1


CELLS = st.one_of(
    st.sampled_from(
        ["", "C1", "yes", "no", "31/02/2025", "04/06/2025 22:10", "2025-06-05", "M", "POL", "1", "-3"]
    ),
    st.text(max_size=12).filter(lambda text: "\0" not in text),
)


@pytest.mark.parametrize("key", TEMPLATES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_the_cells_every_row_is_accepted_or_refused(
    tmp_path: Path, key: str, data: st.DataObject
) -> None:
    titles = TEMPLATES[key].titles
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(titles), max_size=len(titles)), max_size=6))
    rows = [["C1", *row[1:]] for row in rows]
    reading = read_rows(tmp_path, key, *(dict(zip(titles, row, strict=True)) for row in rows))
    (sheet,) = reading.sheets
    assert sheet.read == len(rows) == sheet.accepted + sheet.refused
    refusals = {issue.row for issue in reading.issues if issue.severity is Severity.REFUSED}
    assert len(refusals) == sheet.refused
    for name, table in reading.tables.items():
        for column in table.column_names:
            codes = TABLES[name].column(column).codes
            held = {value for value in table[column].to_pylist() if value is not None}
            assert codes is None or held <= codes, (column, held)
            assert not held or column in FORMATS[key].supplies[name].columns
