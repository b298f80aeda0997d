"""A snapshot is immutable: the same content has the same id, and a changed byte is found."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from sightline.facts.manifest import Issue, Manifest, Severity, Sheet, SourceFile, Window, shape_of
from sightline.facts.person import Pseudonyms, age_on, month_of
from sightline.facts.snapshot import SnapshotError, open_snapshot, write_snapshot
from sightline.facts.sources import FORMATS
from sightline.facts.tables import TABLES

KEY = b"k" * 32


def contacts(day: date = date(2025, 5, 1)) -> pa.Table:
    row = dict.fromkeys(TABLES["contacts"].arrow.names)
    return pa.Table.from_pylist(
        [row | {"source": 0, "source_row": 2, "child": "a" * 20, "cont_contact_date": day}],
        schema=TABLES["contacts"].arrow,
    )


def source() -> SourceFile:
    return SourceFile(
        name="annex-a.xlsx",
        sha256="ab" * 32,
        format="annex-a",
        supplier="CSC",
        extracted_on=date(2025, 6, 1),
        extracted_from="the command",
        windows={"contacts": Window(date(2024, 12, 2), date(2025, 6, 1))},
        sheets=(Sheet("List 1", 3, 2, 1, {"Gender": 2}),),
        issues=(Issue("unknown-code", Severity.UNKNOWN, "List 1", 4, "Gender", "Aaa", "a code"),),
        issue_counts=(),
    )


def test_the_same_content_has_the_same_id_wherever_it_is_written(tmp_path: Path) -> None:
    first = write_snapshot(tmp_path / "one", "306", [source()], {"contacts": contacts()})
    second = write_snapshot(tmp_path / "two", "306", [source()], {"contacts": contacts()})
    other = write_snapshot(tmp_path / "two", "306", [source()], {"contacts": contacts(date(2025, 5, 2))})

    assert first.id == second.id != other.id


def test_writing_what_is_there_already_changes_nothing(tmp_path: Path) -> None:
    first = write_snapshot(tmp_path, "306", [source()], {"contacts": contacts()})
    before = (first.folder / "manifest.json").stat().st_mtime_ns

    again = write_snapshot(tmp_path, "306", [source()], {"contacts": contacts()})

    assert again.folder == first.folder
    assert (first.folder / "manifest.json").stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == [first.id]


def test_a_snapshot_reads_back_as_it_was_written(tmp_path: Path) -> None:
    written = write_snapshot(tmp_path, "306", [source()], {"contacts": contacts()})

    opened = open_snapshot(written.folder)

    assert opened.manifest == Manifest("306", (source(),), written.manifest.files)
    assert opened.parquet("contacts") == written.folder / "contacts.parquet"
    assert opened.parquet("referrals") is None


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    written = write_snapshot(tmp_path, "306", [source()], {"contacts": contacts()})
    parquet = written.folder / "contacts.parquet"
    parquet.write_bytes(parquet.read_bytes()[:-1] + b"x")

    with pytest.raises(SnapshotError, match=r"contacts.parquet is not the file that was written"):
        open_snapshot(written.folder)


def test_a_changed_manifest_is_found(tmp_path: Path) -> None:
    written = write_snapshot(tmp_path, "306", [source()], {"contacts": contacts()})
    manifest = written.folder / "manifest.json"
    data = json.loads(manifest.read_text())
    data["sources"][0]["sheets"][0]["accepted"] = 3
    data["sources"][0]["sheets"][0]["refused"] = 0
    manifest.write_text(json.dumps(data))

    with pytest.raises(SnapshotError, match="altered or renamed"):
        open_snapshot(written.folder)


def test_a_folder_that_is_no_snapshot_says_so(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"it has no manifest.json"):
        open_snapshot(tmp_path)


def test_rows_read_are_accepted_or_refused() -> None:
    with pytest.raises(ValueError, match=r"read 3 is not accepted 1 \+ refused 1"):
        Sheet("List 1", 3, 1, 1)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the columns are"):
        write_snapshot(tmp_path, "306", [source()], {"contacts": contacts().drop_columns(["child"])})

    assert list(tmp_path.iterdir()) == []


def test_a_child_has_one_pseudonym_in_one_authority_and_another_elsewhere() -> None:
    croydon = Pseudonyms(KEY, "306")

    assert croydon.of("00123") == Pseudonyms(KEY, "306").of("00123")
    assert croydon.of("00123") != Pseudonyms(KEY, "305").of("00123")
    assert croydon.of("00123") != croydon.of("00123", "allegation")
    assert croydon.of("00123") != Pseudonyms(b"j" * 32, "306").of("00123")
    assert "00123" not in croydon.of("00123")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 to 64 bytes"):
        Pseudonyms(b"short", "306")


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 3, 1), date(2024, 2, 29), 13),
        (date(2010, 3, 1), date(2024, 3, 1), 14),
        (date(2012, 2, 29), date(2013, 2, 28), 0),
        (date(2012, 2, 29), date(2013, 3, 1), 1),
        (date(2025, 6, 1), date(2025, 5, 1), -1),
        (None, date(2025, 5, 1), None),
    ],
)
def test_age_is_counted_in_completed_years(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age


def test_only_the_month_of_a_birth_is_kept() -> None:
    assert month_of(date(2010, 3, 31)) == 201003


def test_a_value_that_may_identify_is_told_by_its_shape() -> None:
    assert shape_of("Zoë O'Hara 12") == "Aaa A'Aaaa 99"


def test_every_format_supplies_columns_that_its_tables_have() -> None:
    supplies = [supply for source_format in FORMATS.values() for supply in source_format.supplies.values()]
    assert len(supplies) > 30
    for supply in supplies:
        assert supply.columns <= set(TABLES[supply.table].arrow.names)
        assert TABLES[supply.table].event in supply.columns or supply.rows != "every", supply.table


def test_no_fact_table_has_a_column_for_who_a_child_is() -> None:
    names = {column.name for table in TABLES.values() for column in table.all_columns}
    assert len(names) > 100
    for word in ("forename", "surname", "address", "postcode", "worker_id", "upn", "dob", "birth_date"):
        assert not [name for name in names if word in name]
