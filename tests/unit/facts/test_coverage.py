"""One day, one file: overlapping extracts never count a day twice, and gaps are named."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sightline.facts.coverage import gaps, spans
from sightline.facts.manifest import SourceFile, Window

DAY_0 = date(2025, 1, 1)


def file(
    first: date, last: date, extracted_on: date, supplier: str = "CSC", format: str = "annex-a"
) -> SourceFile:
    return SourceFile(
        name=f"{extracted_on}.xlsx",
        sha256="0" * 64,
        format=format,
        supplier=supplier,
        extracted_on=extracted_on,
        extracted_from="the command",
        windows={"contacts": Window(first, last)},
        sheets=(),
        issues=(),
        issue_counts=(),
    )


def test_a_later_extract_takes_over_the_days_that_it_covers() -> None:
    april = file(date(2025, 10, 21), date(2026, 4, 20), date(2026, 4, 20))
    january = file(date(2025, 7, 21), date(2026, 1, 20), date(2026, 1, 20))

    owned = spans([january, april], "contacts", "annex-a")

    assert [(span.source, span.first, span.last) for span in owned] == [
        (0, date(2025, 7, 21), date(2025, 10, 20)),
        (1, date(2025, 10, 21), date(2026, 4, 20)),
    ]


def test_two_suppliers_of_one_format_each_own_their_days() -> None:
    police = file(DAY_0, date(2025, 3, 31), date(2025, 4, 1), "POL", "training")
    health = file(DAY_0, date(2025, 3, 31), date(2025, 4, 1), "CHS", "training")

    assert {span.source for span in spans([police, health], "contacts", "training")} == {0, 1}


def test_a_gap_is_named_with_the_supplier_whose_file_is_missing() -> None:
    police = file(DAY_0, date(2025, 3, 31), date(2025, 4, 1), "POL", "training")
    health = file(DAY_0, date(2025, 2, 28), date(2025, 4, 1), "CHS", "training")

    found = gaps([police, health], "contacts", "training", DAY_0, date(2025, 3, 31))

    assert found == (("CHS", Window(date(2025, 3, 1), date(2025, 3, 31))),)


def test_without_any_file_every_day_is_a_gap() -> None:
    assert gaps([], "contacts", "annex-a", DAY_0, DAY_0) == (("", Window(DAY_0, DAY_0)),)


windows = st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 90))


@given(st.lists(windows, min_size=1, max_size=6))
def test_every_day_has_the_one_owner_that_a_day_by_day_search_finds(
    drawn: list[tuple[int, int, int]],
) -> None:
    files = [
        file(
            DAY_0 + timedelta(start),
            DAY_0 + timedelta(start + length),
            DAY_0 + timedelta(extracted),
        )
        for start, length, extracted in drawn
    ]
    owned = spans(files, "contacts", "annex-a")

    for day in (DAY_0 + timedelta(n) for n in range(95)):
        holders = [
            (source.extracted_on, index)
            for index, source in enumerate(files)
            if source.windows["contacts"].holds(day)
        ]
        expected = [max(holders)[1]] if holders else []
        assert [span.source for span in owned if span.first <= day <= span.last] == expected
        assert bool(gaps(files, "contacts", "annex-a", day, day)) == (not holders)
