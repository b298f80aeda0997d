"""What Sightline itself recorded stands in a snapshot like any extract, and keeps its source's promise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sightline.exchange.merge import merge
from sightline.exchange.own_records import NotPublishable, write_own
from sightline.exchange.quality import quality_of
from sightline.facts.manifest import Window
from sightline.facts.own import Published
from sightline.facts.person import Pseudonyms
from sightline.facts.snapshot import Snapshot, open_snapshot
from sightline.facts.sources import FORMATS
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import run
from sightline.indicators.figures import Figure
from sightline.indicators.periods import parse_periods
from tests.snapshots import extract, make_snapshot

OF = Pseudonyms(b"k" * 32, "306").of
MAY = Window(date(2025, 5, 1), date(2025, 5, 31))
JUNE = Window(date(2025, 6, 1), date(2025, 6, 30))
BOTH = Window(MAY.first, JUNE.last)
SUMMER = timezone(timedelta(hours=1))


def contact(number: int, day: date, **columns: object) -> dict[str, object]:
    return {
        "child": OF(f"child {number}"),
        "contact": OF(f"contact {number}", "contact"),
        "cont_contact_date": day,
        **columns,
    }


def call(at: datetime, **columns: object) -> dict[str, object]:
    return {"called_at": at, "agency": "EDU", "wait_seconds": 20, "was_abandoned": False, **columns}


def published(
    out: Path, taken_on: date, window: Window, *rows: Mapping[str, object], table: str = "contacts"
) -> Snapshot:
    return write_own(out, "306", "front-door", taken_on, {table: Published(window, rows)})


def counted(snapshot: Snapshot, key: str, period: str) -> Figure:
    (figure,) = run(snapshot, [INDICATORS[key]], parse_periods(period), ())
    return figure


def test_a_figure_names_the_front_door_as_its_source(tmp_path: Path) -> None:
    evening = call(datetime(2025, 6, 1, 0, 30, tzinfo=SUMMER))
    noon = call(datetime(2025, 6, 2, 12, tzinfo=SUMMER), was_abandoned=True)
    snapshot = published(tmp_path, date(2025, 7, 1), JUNE, evening, noon, table="consultation_calls")
    figure = counted(snapshot, "consultation-calls-abandoned", "2025-06")
    assert (figure.numerator, figure.denominator, figure.format) == (1, 2, "front-door")
    assert counted(snapshot, "consultation-calls-abandoned", "2025-05").refused
    (source,) = open_snapshot(snapshot.folder).manifest.sources
    assert (source.name, source.supplier) == ("front-door-2025-07-01", FORMATS["front-door"].supplier)
    assert (source.read, source.accepted, source.refused) == (2, 2, 0)


def test_a_quiet_month_is_nought_and_a_month_not_covered_is_refused(tmp_path: Path) -> None:
    snapshot = published(tmp_path, date(2025, 7, 1), JUNE)
    assert counted(snapshot, "contacts", "2025-06").numerator == 0
    assert (
        "no Sightline front door file covers 1 to 31 May" in counted(snapshot, "contacts", "2025-05").refused
    )


def test_the_same_records_make_the_same_snapshot_and_a_longer_window_another(tmp_path: Path) -> None:
    day = date(2025, 7, 1)
    row = contact(1, date(2025, 6, 3), received_at=datetime(2025, 6, 3, 9, tzinfo=SUMMER))
    in_utc = row | {"received_at": datetime(2025, 6, 3, 8, tzinfo=UTC)}
    first = published(tmp_path, day, JUNE, row)
    assert published(tmp_path, day, JUNE, in_utc).id == first.id
    assert published(tmp_path, day, BOTH, row).id != first.id


def test_what_was_taken_later_answers_for_its_days_and_no_others(tmp_path: Path) -> None:
    early = published(
        tmp_path / "a", date(2025, 7, 1), BOTH, contact(1, date(2025, 5, 2)), contact(2, date(2025, 6, 2))
    )
    later = published(tmp_path / "b", date(2025, 7, 9), JUNE, contact(3, date(2025, 6, 2)))
    listed = make_snapshot(
        tmp_path / "c", extract("cin-census", "2025-07-02", referrals=("2025-05-01", "2025-06-30", [])),
        authority="306",
    )  # fmt: skip
    whole = merge([early, later, listed], "306", tmp_path / "whole")
    assert [source.format for source in whole.manifest.sources] == ["cin-census", "front-door", "front-door"]
    assert counted(whole, "contacts", "2025-05").numerator == 1
    assert counted(whole, "contacts", "2025-06").numerator == 1
    assert counted(whole, "referrals", "2025-06").numerator == 0


def test_the_quality_report_tells_how_complete_the_records_are(tmp_path: Path) -> None:
    rows = contact(1, date(2025, 6, 2), rating="red"), contact(2, date(2025, 6, 2))
    (source,) = quality_of(published(tmp_path, date(2025, 7, 1), JUNE, *rows)).sources
    (sheet,) = source.sheets
    complete = {column.column: column.complete_percent for column in sheet.columns}
    assert (complete["contact"], complete["rating"], complete["decision"]) == (100, 50, 0)


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"child": "Local child 17"}, "contacts, row 2: child is no pseudonym"),
        ({"ethnicity": "WBRI"}, "contacts, row 2: ethnicity is not supplied"),
        ({"surname": "Any"}, "contacts, row 2: surname is not supplied"),
        ({"source_row": 7}, "contacts, row 2: source_row is not supplied"),
        (
            {"cont_contact_date": None},
            "contacts, row 2: cont_contact_date is not known, so no day holds the row",
        ),
        ({"rating": "purple"}, "contacts, row 2: rating is none of its codes"),
        (
            {"received_at": datetime(2025, 6, 2, 9, tzinfo=UTC).replace(tzinfo=None)},
            "contacts, row 2: received_at is a time without a zone",
        ),
        (
            {"cont_contact_date": datetime(2025, 6, 2, 0, 30, tzinfo=SUMMER)},
            "contacts, row 2: cont_contact_date is no date",
        ),
        ({"received_at": date(2025, 6, 2)}, "contacts, row 2: received_at is no time"),
        ({"quality_score": True}, "contacts, row 2: quality_score is no whole number"),
    ],
)
def test_a_row_that_breaks_the_promise_is_refused_and_nothing_is_written(
    tmp_path: Path, columns: dict[str, object], wrong: str
) -> None:
    day = date(2025, 6, 2)
    with pytest.raises(NotPublishable) as error:
        published(tmp_path / "out", date(2025, 7, 1), JUNE, contact(1, day), contact(2, day) | columns)
    assert str(error.value) == wrong
    assert not (tmp_path / "out").exists()


def test_only_its_own_tables_sources_and_days_gone_by_are_published(tmp_path: Path) -> None:
    with pytest.raises(NotPublishable, match="front-door does not supply referrals"):
        published(tmp_path, date(2025, 7, 1), JUNE, table="referrals")
    with pytest.raises(NotPublishable, match="contacts: 2025-06-30 is later than the records, of 2025-06-29"):
        published(tmp_path, date(2025, 6, 29), JUNE)
    for source in ("annex-a", "back-door"):
        with pytest.raises(NotPublishable, match=f"{source} is no source of Sightline's own records"):
            write_own(tmp_path, "306", source, date(2025, 7, 1), {})
