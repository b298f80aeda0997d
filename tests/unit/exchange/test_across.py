"""Files are looked at together: who has an open plan in one and not in the other."""

from datetime import date

import pyarrow as pa

from sightline.exchange.across import look_across
from sightline.exchange.reading import Rows
from sightline.facts.manifest import SourceFile, Window

START, END = "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"


def source(source_format: str, first: date, last: date) -> SourceFile:
    return SourceFile(
        name=f"{source_format}-file",
        sha256="",
        format=source_format,
        supplier="CSC",
        extracted_on=last,
        extracted_from="the command",
        windows={"protection_plans": Window(first, last)},
        sheets=(),
        issues=(),
        issue_counts=(),
    )


def plans(*rows: tuple[str, date, date | None]) -> dict[str, pa.Table]:
    table = Rows("protection_plans")
    for child, start, end in rows:
        table.add({"child": child, START: start, END: end})
    return {"protection_plans": table.as_arrow()}


ANNEX = source("annex-a", date(2025, 10, 21), date(2026, 4, 20))
CENSUS = source("cin-census", date(2025, 4, 1), date(2026, 3, 31))


def test_a_plan_open_in_the_census_and_not_in_annex_a_is_queried_and_the_other_way_round() -> None:
    annex = plans(("both", date(2025, 5, 1), None), ("annex", date(2025, 5, 1), date(2026, 4, 1)))
    census = plans(("both", date(2025, 5, 1), None), ("census", date(2025, 6, 1), None))
    _, found = look_across([ANNEX, CENSUS], [annex, census])
    assert [issue.value for issue in found.issues] == [
        "1 child in annex-a-file, not in cin-census-file",
        "1 child in cin-census-file, not in annex-a-file",
    ]
    assert {issue.expected for issue in found.issues} == {
        "a child protection plan on 2026-03-31 in both files or in neither"
    }


def test_a_later_plan_in_a_list_of_latest_plans_may_hide_the_one_before() -> None:
    annex = plans(("child", date(2026, 4, 10), None))
    census = plans(("child", date(2025, 6, 1), None))
    _, found = look_across([ANNEX, CENSUS], [annex, census])
    assert found.issues == ()


def test_files_that_share_no_day_are_not_compared() -> None:
    older = source("cin-census", date(2024, 4, 1), date(2025, 3, 31))
    census = plans(("child", date(2024, 6, 1), None))
    _, found = look_across([ANNEX, older], [plans(), census])
    assert found.issues == ()
