"""The SSDA903 return: episodes, placements, reviews and missing episodes of looked-after children."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.exchange import ssda903
from sightline.exchange.fields import codes_of_year
from sightline.exchange.identifiers import upn_check_letter
from sightline.exchange.reading import Context, Delivery, Reading, Unreadable
from sightline.exchange.ssda903.care import Episode, periods_of, placements_of, review_intervals
from sightline.exchange.ssda903.layout import COLUMNS
from sightline.exchange.ssda903.layout import SETS as SETS_OF_CODES
from sightline.facts.manifest import Severity, Window
from sightline.facts.person import Pseudonyms
from sightline.facts.sources import FORMATS

FOLDER = next(
    (
        folder
        for parent in Path(__file__).resolve().parents
        if (folder := parent / "shared/data/ssda903").is_dir()
    ),
    Path("absent"),
)
SETS = {
    "be903": sorted((FOLDER / "be903").glob("*.csv")),
    **{year: sorted((FOLDER / "demand_model").glob(f"{year}-*.csv")) for year in ("2017", "2018", "2019")},
    "liia": sorted((FOLDER / "liia").glob("*.csv")),
}
YEARS = {"be903": 2018, "2017": 2018, "2018": 2019, "2019": 2020, "liia": 2020}
KEY = {"RNE": "Episodes", "ETHNIC": "Header", "REVIEW": "Reviews", "DUC": "UASC", "MIS_START": "Missing"}
YEAR = Window(date(2025, 4, 1), date(2026, 3, 31))
UPN = upn_check_letter("306123456789") + "306123456789"

HEADER = f"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,F,15/06/2012,BCRB,{UPN},,\n"
EPISODES = """CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN
1,05/05/2025,S,V2,N1,U4,PR1,20/06/2025,X1,,CR0 1EA,CR0 1EB,SC1
1,20/06/2025,L,C1,N1,U4,PR1,01/09/2025,X1,CARPL,CR0 1EA,CR0 1EB,SC1
1,01/09/2025,P,C1,N1,K2,PR4,,,,CR0 1EA,CR0 1EC,SC2
"""
REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\n1,15/06/2012,28/05/2025,PN1\n1,15/06/2012,20/08/2025,PN3\n"
UASC = "CHILD,SEX,DOB,DUC\n1,F,15/06/2012,01/08/2025\n"
MISSING = "CHILD,DOB,MISSING,MIS_START,MIS_END\n1,15/06/2012,M,10/07/2025,12/07/2025\n"
WHOLE = {
    "header": HEADER,
    "episodes": EPISODES,
    "reviews": REVIEWS,
    "uasc": UASC,
    "missing": MISSING,
}


def read_paths(paths: list[Path], extracted_on: date = date(2026, 4, 20)) -> Reading:
    context = Context("306", extracted_on, Pseudonyms(b"k" * 32, "306"))
    return ssda903.read(Delivery("ssda903", "a return", tuple(paths)), context)


@pytest.fixture
def read(tmp_path: Path):
    """Reads a return of these tables."""

    def of(
        tables: dict[str, str], extracted_on: date = date(2026, 4, 20), encoding: str = "utf-8"
    ) -> Reading:
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding=encoding)
        return read_paths([tmp_path / f"{name}.csv" for name in tables], extracted_on)

    return of


def rules(reading: Reading) -> set[str]:
    return {issue.rule for issue in reading.issues}


def values(reading: Reading, table: str, *columns: str) -> list[tuple[object, ...]]:
    found = reading.tables[table].to_pylist() if table in reading.tables else []
    return [tuple(row[column] for column in columns) for row in found]


def with_row(row: str, table: str = "episodes") -> dict[str, str]:
    return WHOLE | {table: f"{WHOLE[table]}{row}\n"}


class TestOneChild:
    """A worked example: a girl in care since 5 May 2025, under a care order in June, moved in September."""

    @pytest.fixture
    def reading(self, read) -> Reading:
        return read(WHOLE)

    def test_nothing_is_wrong_with_it(self, reading: Reading) -> None:
        assert reading.issues == ()
        assert set(reading.windows) == {
            "looked_after_episodes",
            "placements",
            "looked_after_reviews",
            "missing_episodes",
        }
        assert set(reading.windows.values()) == {YEAR}

    def test_three_episodes_are_one_period_of_care(self, reading: Reading) -> None:
        columns = ("clae_entered_care_date", "clae_cla_episode_start_date", "legal_status")
        assert values(reading, "looked_after_episodes", *columns) == [
            (date(2025, 5, 5), date(2025, 5, 5), "V2"),
            (date(2025, 5, 5), date(2025, 6, 20), "C1"),
            (date(2025, 5, 5), date(2025, 9, 1), "C1"),
        ]

    def test_a_change_of_legal_status_is_no_move(self, reading: Reading) -> None:
        columns = (
            "clap_cla_placement_start_date",
            "clap_cla_placement_end_date",
            "clap_cla_placement_type",
            "clap_cla_placement_change_reason",
        )
        assert values(reading, "placements", *columns) == [
            (date(2025, 5, 5), date(2025, 9, 1), "U4", "CARPL"),
            (date(2025, 9, 1), None, "K2", None),
        ]

    def test_reviews_cut_her_care_into_intervals(self, reading: Reading) -> None:
        columns = (
            "reviewed_from",
            "review_number",
            "clar_cla_review_date",
            "clar_cla_review_participation",
        )
        assert values(reading, "looked_after_reviews", *columns) == [
            (date(2025, 5, 5), 1, date(2025, 5, 28), "PN1"),
            (date(2025, 5, 28), 2, date(2025, 8, 20), "PN3"),
            (date(2025, 8, 20), 3, None, None),
        ]

    def test_she_is_unaccompanied_until_the_day_that_ended(self, reading: Reading) -> None:
        assert values(reading, "placements", "is_uasc") == [(True,), (False,)]
        assert values(reading, "missing_episodes", "is_uasc") == [(True,)]

    def test_days_missing_begin_at_midnight_in_london(self, reading: Reading) -> None:
        columns = ("miss_missing_episode_start_date", "miss_missing_episode_end_date", "missing_from")
        assert values(reading, "missing_episodes", *columns) == [
            (datetime(2025, 7, 9, 23, tzinfo=UTC), datetime(2025, 7, 11, 23, tzinfo=UTC), "care")
        ]

    def test_how_complete_each_table_is(self, reading: Reading) -> None:
        filled = {sheet.name: dict(sheet.filled) for sheet in reading.sheets}
        assert filled["Header"] == {"DOB": 1, "SEX": 1, "ETHNIC": 1}
        assert filled["Episodes"]["DEC"] == 2
        assert filled["Reviews"] == {"REVIEW": 2, "REVIEW_CODE": 2}
        assert filled["Missing"] == {"MISSING": 1, "MIS_START": 1, "MIS_END": 1}

    def test_who_she_is(self, reading: Reading) -> None:
        columns = ("born_month", "age", "sex", "ethnicity", "is_disabled")
        assert values(reading, "looked_after_episodes", *columns)[0] == (201206, 12, "F", "BCRB", None)


class TestTheYear:
    def test_later_reviews_and_a_wrong_date_do_not_move_it(self, read) -> None:
        many = "".join(f"{n},05/05/2025,S,V2,N1,U4,PR1,20/06/2025,E4A,,,,\n" for n in range(2, 30))
        late = "1,20/06/2026,L,C1,N1,U4,PR1,,,,,,\n"
        reading = read(WHOLE | {"episodes": EPISODES + many + late}, date(2026, 10, 1))
        assert set(reading.windows.values()) == {YEAR}
        assert "after-window" in rules(reading)

    def test_a_return_taken_within_its_year_answers_up_to_that_day(self, read) -> None:
        reading = read(WHOLE, date(2026, 1, 15))
        assert set(reading.windows.values()) == {Window(date(2025, 4, 1), date(2026, 1, 15))}

    def test_without_a_date_it_is_the_last_year_that_had_ended(self, read) -> None:
        reading = read({"missing": MISSING.replace("10/07/2025", "x")}, date(2026, 4, 20))
        assert dict(reading.windows) == {"missing_episodes": YEAR}

    def test_an_export_of_many_years_is_of_the_latest(self, read) -> None:
        old = "".join(f"1,05/05/20{y},S,V2,N1,U4,PR1,20/06/20{y},E4A,,,,\n" * 4 for y in range(10, 25))
        assert set(read(WHOLE | {"episodes": EPISODES + old}).windows.values()) == {YEAR}


class TestPartialSets:
    def test_what_is_missing_is_named_and_unknown(self, read) -> None:
        reading = read({"episodes": EPISODES})
        assert {issue.sheet for issue in reading.issues if issue.rule == "table-missing"} == {
            "Header",
            "Reviews",
            "UASC",
            "Missing",
        }
        assert set(values(reading, "looked_after_episodes", "sex", "ethnicity", "is_uasc", "age")) == {
            (None, None, None, None)
        }
        assert set(reading.windows) == {"looked_after_episodes", "placements"}
        assert "looked_after_reviews" not in reading.tables

    def test_a_birth_date_is_taken_from_another_table(self, read) -> None:
        reading = read({"episodes": EPISODES, "reviews": REVIEWS})
        assert set(values(reading, "looked_after_episodes", "born_month")) == {(201206,)}


class TestCare:
    def test_care_from_before_the_file_has_no_start_and_its_next_review_counts_as_later(self, read) -> None:
        episodes = EPISODES.splitlines()[0] + "\n1,05/05/2021,P,C1,N1,U4,PR1,,,,,,\n"
        reading = read(WHOLE | {"episodes": episodes})
        assert values(reading, "looked_after_episodes", "clae_entered_care_date") == [(None,)]
        assert values(reading, "looked_after_reviews", "reviewed_from", "review_number")[0] == (
            date(2025, 4, 1),
            3,
        )
        assert "care-start-not-in-file" in rules(reading)

    def test_care_that_ended_and_began_again_is_two_periods(self, read) -> None:
        episodes = EPISODES + "1,01/02/2026,S,V2,N1,U4,PR1,,,,,,\n"
        reading = read(WHOLE | {"episodes": episodes.replace("PR4,,,", "PR4,01/12/2025,E4A,")})
        assert set(values(reading, "looked_after_episodes", "clae_entered_care_date")) == {
            (date(2025, 5, 5),),
            (date(2026, 2, 1),),
        }
        assert values(reading, "looked_after_reviews", "care_ended_on", "reviewed_from")[-1] == (
            None,
            date(2026, 2, 1),
        )

    def test_an_open_period_of_a_set_without_reviews_of_it_is_still_an_interval(self, read) -> None:
        reading = read(WHOLE | {"reviews": "CHILD,DOB,REVIEW,REVIEW_CODE\n"})
        assert values(reading, "looked_after_reviews", "reviewed_from", "clar_cla_review_date") == [
            (date(2025, 5, 5), None)
        ]

    def test_adoption_joins_decision_match_placement_and_order(self, read) -> None:
        episodes = EPISODES.replace("P,C1,N1,K2,PR4,,,", "P,E1,N1,A4,PR1,01/03/2026,E11,")
        tables = WHOLE | {
            "episodes": episodes,
            "placed": "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED\n1,,01/07/2025,,\n",
            "ad1": "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"
            "1,,01/07/2025,10/08/2025,0,2,MF,L0\n",
        }
        reading = read(tables)
        assert reading.issues == ()
        columns = (
            "perm_adm_decision_date",
            "perm_matched_date",
            "perm_placed_for_adoption_date",
            "perm_permanence_order_date",
            "clae_entered_care_date",
        )
        assert values(reading, "adoptions", *columns) == [
            (date(2025, 7, 1), date(2025, 8, 10), date(2025, 9, 1), date(2026, 3, 1), date(2025, 5, 5))
        ]


CHECKS = [
    ("code-unknown", with_row("1,02/02/2024,S,ZZ,N1,U4,PR1,03/02/2024,E4A,,,,")),
    ("code-not-of-year", with_row("1,02/02/2024,S,V2,N1,H5,PR1,03/02/2024,E4A,,,,")),
    ("end-before-start", with_row("1,02/02/2024,S,V2,N1,U4,PR1,01/02/2024,E4A,,,,")),
    ("end-without-reason", with_row("1,02/02/2024,S,V2,N1,U4,PR1,03/02/2024,,,,,")),
    ("reason-without-end", with_row("1,02/02/2026,L,V2,N1,K2,PR4,,E4A,,,,SC2")),
    ("care-breaks-off", with_row("1,02/02/2024,S,V2,N1,U4,PR1,03/02/2024,X1,,,,")),
    ("episodes-overlap", with_row("1,02/08/2025,P,V2,N1,U4,PR1,03/08/2025,X1,,,,")),
    ("start-within-care", with_row("1,02/12/2025,S,V2,N1,U4,PR1,,,,,,")),
    ("placement-changed-for-l", with_row("1,02/12/2025,L,V2,N1,U4,PR1,,,,,,")),
    ("date-impossible", with_row("1,31/02/2025,S,V2,N1,U4,PR1,,,,,,")),
    ("date-missing", with_row("1,,S,V2,N1,U4,PR1,,,,,,")),
    ("cells-beyond-header", with_row("1,02/02/2024,S,V2,N1,U4,PR1,03/02/2024,E4A,,,,,,x")),
    ("id-missing", with_row(",02/02/2024,S,V2,N1,U4,PR1,03/02/2024,E4A,,,,")),
    ("id-made-number", with_row("1.0,02/02/2024,S,V2,N1,U4,PR1,03/02/2024,E4A,,,,")),
    ("child-not-in-header", with_row("2,02/02/2024,S,V2,N1,U4,PR1,03/02/2024,E4A,,,,")),
    ("id-duplicate", with_row("1,F,15/06/2012,BCRB,,,", "header")),
    ("review-outside-care", with_row("1,15/06/2012,01/02/2020,PN1", "reviews")),
    ("review-duplicate", with_row("1,15/06/2012,20/08/2025,PN1", "reviews")),
    ("date-in-future", with_row("1,15/06/2012,01/02/2030,PN1", "reviews")),
    ("birth-differs", with_row("1,16/06/2012,01/12/2025,PN1", "reviews")),
    ("missing-outside-care", with_row("1,15/06/2012,M,10/07/2022,12/07/2022", "missing")),
    ("duplicate", with_row("1,15/06/2012,M,10/07/2025,12/07/2025", "missing")),
    ("found-before-missing", with_row("1,15/06/2012,M,10/07/2025,09/07/2025", "missing")),
    ("upn-check-letter", WHOLE | {"header": HEADER.replace(UPN, "A306123456780")}),
    ("column-missing", WHOLE | {"missing": "CHILD,DOB,MISSING,MIS_START\n1,15/06/2012,M,10/07/2025\n"}),
    ("column-not-read", WHOLE | {"uasc": "CHILD,SEX,DOB,DUC,NOTE\n1,F,15/06/2012,01/08/2025,x\n"}),
]


@pytest.mark.parametrize(("rule", "tables"), CHECKS, ids=[rule for rule, _ in CHECKS])
def test_each_fault_is_reported(read, rule: str, tables: dict[str, str]) -> None:
    reading = read(tables)
    assert rule in rules(reading)
    refused = Counter(issue.sheet for issue in reading.issues if issue.severity is Severity.REFUSED)
    assert refused == {sheet.name: sheet.refused for sheet in reading.sheets if sheet.refused}


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_encodings_banner_and_iso_dates(self, read, encoding: str) -> None:
        tables = {name: text.replace("15/06/2012", "2012-06-15") for name, text in WHOLE.items()}
        tables["header"] = f"Looked after children – return\n\n{tables['header']}"
        reading = read(tables, encoding=encoding)
        assert reading.issues == ()
        assert len(reading.tables["looked_after_episodes"]) == 3

    def test_dummy_and_placeholder_values_stay_unknown(self, read) -> None:
        reading = read(with_row("1,02/02/2024,S,*DUMMY*,XXX,U4,PR1,03/02/2024,E4A,,,,"))
        assert values(reading, "looked_after_episodes", "legal_status", "clae_cla_primary_need_code")[0] == (
            None,
            None,
        )

    @pytest.mark.parametrize(
        ("tables", "said"),
        [
            ({"a": "CHILD,NAME\n1,x\n"}, "is not a table of the SSDA903"),
            ({"a": ""}, "is not a table of the SSDA903"),
            ({"a": MISSING, "b": MISSING}, "holds the table Missing twice"),
            ({"a": "CHILD,CHILD,DECOM,RNE\n1,1,x,S\n"}, "is not one table"),
            ({"a": "<EXPSSDA903><CHILD>"}, "breaks off"),
            ({"a": "<EXPSSDA903></EXPSSDA903>"}, "holds no CHILD"),
            ({"a": "<Message></Message>"}, "is not an SSDA903 return"),
        ],
    )
    def test_another_file_is_refused_in_one_sentence(self, read, tables: dict[str, str], said: str) -> None:
        with pytest.raises(Unreadable, match=said):
            read(tables)

    def test_the_xml_form_gives_the_same_facts(self, read, tmp_path: Path) -> None:
        path = tmp_path / "return.xml"
        path.write_text(XML)
        from_xml, from_csv = read_paths([path]), read(WHOLE)
        assert from_xml.issues == ()
        for name, table in from_csv.tables.items():
            assert from_xml.tables[name].drop_columns("source_row") == table.drop_columns("source_row")
        assert set(from_xml.windows) == {*from_csv.windows, "adoptions"}


def _episode_xml(row: str) -> str:
    names = [
        name.replace("PLACE", "PL") if name == "PLACE" else name
        for name in EPISODES.split("\n")[0].split(",")
    ]
    cells = zip(names, row.split(","), strict=True)
    return (
        f"<EPISODE>{''.join(f'<{name}>{cell}</{name}>' for name, cell in cells if name != 'CHILD')}</EPISODE>"
    )


XML = f"""<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID><UPN>{UPN}</UPN><SEX>F</SEX><DOB>15/06/2012</DOB>
<ETHNIC>BCRB</ETHNIC><UASC>1</UASC><DUC>01/08/2025</DUC>
<AMISSING><MISSING>M</MISSING><MIS_START>10/07/2025</MIS_START><MIS_END>12/07/2025</MIS_END></AMISSING>
<AREVIEW><REVIEW>28/05/2025</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
<AREVIEW><REVIEW>20/08/2025</REVIEW><REVIEW_CODE>PN3</REVIEW_CODE></AREVIEW></HEADER>
{"".join(_episode_xml(row) for row in EPISODES.strip().splitlines()[1:])}</CHILD></EXPSSDA903>"""


def episode(begun: date, ended: date | None, why_begun: str = "P", why_ended: str | None = "X1") -> Episode:
    return Episode(0, begun, why_begun, "C1", "N1", "U4", "PR1", ended, why_ended, None, None)


@given(
    st.lists(
        st.tuples(st.integers(1, 200), st.sampled_from("SLPTBU"), st.booleans()), min_size=1, max_size=8
    ),
    st.lists(st.integers(0, 900), max_size=6),
)
def test_no_episode_or_review_is_lost_however_care_is_cut(
    steps: list[tuple[int, str, bool]], offsets: list[int]
) -> None:
    day, episodes = date(2024, 1, 1), []
    for length, reason, goes_on in steps:
        ended = day + timedelta(length)
        episodes.append(episode(day, ended, reason, "X1" if goes_on else "E4A"))
        day = ended if goes_on else ended + timedelta(5)
    periods = periods_of(episodes)
    assert [item for period in periods for item in period.episodes] == episodes
    assert len(periods) == 1 + sum(not goes_on for *_, goes_on in steps[:-1])
    for period in periods:
        spells = placements_of(period)
        assert [item for spell in spells for item in spell] == list(period.episodes)
        assert len(spells) == 1 + sum(item.why_begun != "L" for item in period.episodes[1:])
        begun = period.entered or date.min
        reviews = [date(2024, 1, 1) + timedelta(days) for days in offsets]
        held = sorted(
            {day for day in reviews if begun < day and (period.ended is None or day <= period.ended)}
        )
        found = list(review_intervals(period, held, YEAR))
        assert {day for *_, day in found if day} <= set(held)
        assert len(held) - sum(day is not None for *_, day in found) <= (period.entered is None)
        for (_, _, ended_on), (begun_on, number, _) in pairwise(found):
            assert (ended_on, number > 1) == (begun_on, True)


def test_nothing_that_identifies_reaches_a_table_or_an_issue(read) -> None:
    canaries = ("Q7X9Z8", "2012-06-15", "15/06/2012", "CR0 1EA", "CR0 1EB", "SC1", "B306123456780")
    tables = {
        name: text.replace("\n1,", "\nQ7X9Z8,").replace(UPN, "B306123456780") for name, text in WHOLE.items()
    }
    tables["header"] += "Q7X9Z8,CR0 1EA,15/06/2012,CR0 1EA,B306123456780,,15/06/2012\n"
    tables["episodes"] += "Q7X9Z8-2,02/02/2024,CR0 1EA,CR0 1EA,SC1,,,CR0 1EA,X1,,,,SC1\n"
    tables["reviews"] += "Q7X9Z8,16/06/2012,CR0 1EA,CR0 1EA\n"
    reading = read(tables)
    told = repr(reading.issues) + "".join(repr(table.to_pydict()) for table in reading.tables.values())
    assert len(reading.issues) > 5
    assert not [canary for canary in canaries[:-2] + canaries[-1:] if canary in told]
    assert "datetime.date(2012, 6, 15)" not in told


def test_only_columns_that_the_format_supplies_are_filled(read) -> None:
    reading = read(WHOLE)
    supplies = FORMATS["ssda903"].supplies
    for name, table in reading.tables.items():
        filled = {column for column in table.column_names if table[column].null_count < len(table)}
        assert filled - {"source"} <= supplies[name].columns


@pytest.mark.skipif(not (FOLDER / "../../specs").is_dir(), reason="the column lists are not here")
def test_columns_and_codes_are_those_of_the_2017_return() -> None:
    tables, codes = defaultdict(list), codes_of_year(SETS_OF_CODES, 2017)
    compared = 0
    path = FOLDER / "../../specs/ssda903_columns_2017_base.csv"
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tables[row["table"].replace("_", "").lower()].append(row["column"])
            if row["column"] in codes and row["codes"]:
                assert codes[row["column"]].current == set(row["codes"].split())
                compared += 1
    ours = {table.lower(): columns for table, columns in COLUMNS.items()}
    assert {table: set(columns) for table, columns in tables.items()} == {
        table: set(ours[table]) for table in tables
    }
    assert (len(tables), compared) == (10, 13)


@cache
def sample(name: str) -> Reading:
    return read_paths(SETS[name])


@pytest.mark.skipif(not all(SETS.values()), reason="the public samples are not here")
class TestPublicSamples:
    @pytest.mark.parametrize("name", list(SETS))
    def test_every_row_is_accepted_or_refused(self, name: str) -> None:
        counted: Counter[str] = Counter()
        for path in SETS[name]:
            with path.open(newline="", encoding="utf-8-sig") as file:
                header, *body = csv.reader(file)
            for key, sheet in KEY.items():
                if key in header:
                    counted[sheet] = len(body)
        reading = sample(name)
        assert {sheet.name: sheet.read for sheet in reading.sheets if sheet.name in KEY.values()} == counted
        assert counted["Episodes"]
        refused = Counter(issue.sheet for issue in reading.issues if issue.severity is Severity.REFUSED)
        assert refused == {sheet.name: sheet.refused for sheet in reading.sheets if sheet.refused}

    @pytest.mark.parametrize("name", list(SETS))
    def test_the_year_is_that_of_the_set(self, name: str) -> None:
        last = date(YEARS[name], 3, 31)
        assert set(sample(name).windows.values()) == {Window(date(last.year - 1, 4, 1), last)}

    @pytest.mark.parametrize("name", list(SETS))
    def test_children_looked_after_at_the_year_end_recounted(self, name: str) -> None:
        last = date(YEARS[name], 3, 31)
        path = next(path for path in SETS[name] if "episodes" in path.name)
        with path.open(newline="", encoding="utf-8-sig") as file:
            expected = Counter(
                row["LS"]
                for row in csv.DictReader(file)
                if _day(row["DECOM"]) <= last and (not row["DEC"] or _day(row["DEC"]) > last)
            )
        table = sample(name).tables["looked_after_episodes"].to_pylist()
        found = Counter(
            row["legal_status"]
            for row in table
            if row["clae_cla_episode_start_date"] <= last
            and (row["clae_cla_episode_ceased_date"] is None or row["clae_cla_episode_ceased_date"] > last)
        )
        assert found == expected

    @pytest.mark.parametrize("name", list(SETS))
    def test_no_identifier_or_postcode_leaves_the_file(self, name: str) -> None:
        held: set[str] = set()
        for path in SETS[name]:
            with path.open(newline="", encoding="utf-8-sig") as file:
                for row in csv.DictReader(file):
                    held.update(row.get(column) or "" for column in ("UPN", "HOME_POST", "PL_POST"))
        reading = sample(name)
        told = {issue.value for issue in reading.issues}
        for table in reading.tables.values():
            told.update(str(cell) for row in table.to_pylist() for cell in row.values())
        assert len(held) > 1
        assert not told & (held - {""})


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007
