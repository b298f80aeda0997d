"""From files to a snapshot: the order does not matter, a bad file harms no other, no child can be found."""

import json
import os
import stat
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sightline.config.cli import app
from sightline.exchange.build import FileOutcome, build
from sightline.exchange.pseudonym_key import KeyFileError, key_file, read_or_make_key
from sightline.exchange.templates import TEMPLATES
from sightline.facts.manifest import Severity, Window
from sightline.facts.snapshot import Snapshot, open_snapshot

KEY = b"k" * 32
TAKEN = date(2026, 4, 20)
YEAR = Window(date(2025, 4, 1), date(2026, 3, 31))
CHILD = {"Local child ID": "QX7731", "Date of birth": "13/07/2011", "Sex": "F"}
EPISODE = CHILD | {"Reported missing at": "04/06/2025 22:10"}


def listed(path: Path, key: str, *rows: dict[str, str], supplier: str = "POL") -> Path:
    titles = TEMPLATES[key].titles
    lines = [",".join(row.get(title, "") for title in titles) for row in rows]
    first = f"Covers,{YEAR.first},{YEAR.last},Supplied by,{supplier}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([first, ",".join(titles), *lines]) + "\n")
    return path


def built(*paths: Path, out: Path, all_or_nothing: bool = False) -> tuple[Snapshot | None, list[FileOutcome]]:
    return build(paths, "306", TAKEN, out, KEY, all_or_nothing=all_or_nothing)


@pytest.fixture
def good(tmp_path: Path) -> tuple[Path, Path]:
    death = CHILD | {"Died on": "01/09/2025"}
    return (
        listed(tmp_path / "in" / "missing.csv", "missing-list", EPISODE, EPISODE | {"Local child ID": ""}),
        listed(tmp_path / "in" / "deaths.csv", "child-deaths", death, supplier="PH"),
    )


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "rubbish.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("SECRETNAME,b\n1,2\n")
    return path


def test_the_same_files_make_the_same_snapshot_in_any_order(tmp_path: Path, good: tuple[Path, Path]) -> None:
    one, _ = built(*good, out=tmp_path / "one")
    two, _ = built(*reversed(good), out=tmp_path / "two")
    folder, _ = built(tmp_path / "in", out=tmp_path / "three")
    assert one is not None
    assert two is not None
    assert folder is not None
    assert one.id == two.id == folder.id
    assert [source.format for source in one.manifest.sources] == ["child-deaths", "missing-list"]
    assert pq.read_table(one.folder / "missing_episodes.parquet")["source"].to_pylist() == [1]
    assert open_snapshot(one.folder).id == one.id


def test_another_extraction_date_is_another_snapshot(tmp_path: Path, good: tuple[Path, Path]) -> None:
    one, _ = built(good[0], out=tmp_path / "out")
    later, _ = build([good[0]], "306", TAKEN + timedelta(days=1), tmp_path / "out", KEY)
    assert one is not None
    assert later is not None
    assert one.id != later.id


def test_a_refused_file_does_not_stop_the_others_and_nothing_of_it_is_kept(
    tmp_path: Path, good: tuple[Path, Path], bad: Path
) -> None:
    snapshot, outcomes = built(bad, *good, out=tmp_path / "out")
    assert snapshot is not None
    refused = [outcome for outcome in outcomes if outcome.error]
    assert [outcome.name for outcome in refused] == ["rubbish.csv"]
    assert len(refused[0].sha256) == 64
    assert [outcome.name for outcome in outcomes if outcome.source] == ["deaths.csv", "missing.csv"]
    assert not any(b"SECRETNAME" in path.read_bytes() for path in snapshot.folder.iterdir())
    assert [source.name for source in snapshot.manifest.sources] == ["deaths.csv", "missing.csv"]


def test_all_or_nothing_makes_no_snapshot_when_a_file_is_refused(
    tmp_path: Path, good: tuple[Path, Path], bad: Path
) -> None:
    snapshot, outcomes = built(bad, *good, out=tmp_path / "out", all_or_nothing=True)
    assert snapshot is None
    assert len(outcomes) == 3
    assert not (tmp_path / "out").exists()


def test_the_same_file_twice_is_counted_once(tmp_path: Path, good: tuple[Path, Path]) -> None:
    copy = tmp_path / "in" / "missing (1).csv"
    copy.write_bytes(good[0].read_bytes())
    snapshot, outcomes = built(good[0], copy, out=tmp_path / "out")
    assert snapshot is not None
    assert len(snapshot.manifest.sources) == 1
    assert sum("once more, byte for byte" in outcome.error for outcome in outcomes) == 1


def test_the_extraction_date_comes_from_the_name_or_the_command_or_the_file_is_refused(
    tmp_path: Path,
) -> None:
    named = listed(tmp_path / "missing-2026-04-02.csv", "missing-list", EPISODE)
    plain = listed(tmp_path / "missing.csv", "missing-list", EPISODE | {"Sex": "M"})
    _, outcomes = built(named, plain, out=tmp_path / "out")
    told = {
        outcome.name: (outcome.source.extracted_on, outcome.source.extracted_from)
        for outcome in outcomes
        if outcome.source
    }
    assert told == {
        "missing-2026-04-02.csv": (date(2026, 4, 2), "the file name"),
        "missing.csv": (TAKEN, "the command"),
    }
    _, outcomes = build([named, plain], "306", None, tmp_path / "out", KEY)
    (error,) = (outcome.error for outcome in outcomes if outcome.error)
    assert "give --extracted" in error
    assert "missing-2026-04-20.csv" in error


def test_two_files_that_say_different_things_of_one_child_are_queried_without_naming_the_child(
    tmp_path: Path,
) -> None:
    missing = listed(tmp_path / "missing.csv", "missing-list", EPISODE)
    other = CHILD | {"Sex": "M", "Date of birth": "13/08/2011", "Died on": "01/09/2025"}
    deaths = listed(tmp_path / "deaths.csv", "child-deaths", other, supplier="PH")
    snapshot, _ = built(missing, deaths, out=tmp_path / "out")
    assert snapshot is not None
    first, second = snapshot.manifest.sources
    assert first.issues == ()
    found = [(issue.rule, issue.severity, issue.value, issue.expected) for issue in second.issues]
    assert found == [
        ("sex-differs-between-files", Severity.QUERY, "1 child", "the same sex as in deaths.csv"),
        (
            "month-of-birth-differs-between-files",
            Severity.QUERY,
            "1 child",
            "the same month of birth as in deaths.csv",
        ),
    ]


def test_no_child_or_worker_can_be_found_anywhere_in_a_snapshot(tmp_path: Path) -> None:
    """Names, ids, dates of birth and places, put where they belong and where they do not, byte by byte."""
    born = date(1999, 2, 27)
    canaries = ("QX7731", "ZZCANARYNAME", "XV9 9ZQ", "PC-88123", "27/02/1999", "1999-02-27", "19990227")
    rows = [
        EPISODE | {"Date of birth": "27/02/1999", "Police reference": "PC-88123"},
        EPISODE | {"Local child ID": "", "Police reference": "PC-88123", "Locality": "3 ZZCANARYNAME Road"},
        EPISODE | {"Locality": "XV9 9ZQ", "Date of birth": "ZZCANARYNAME 1"},
        EPISODE | {"Local child ID": "ZZCANARYNAME" * 5},
    ]
    missing = listed(tmp_path / "missing.csv", "missing-list", *rows)
    training = listed(
        tmp_path / "training.csv",
        "training",
        {"Attended on": "01/05/2025", "Attendee reference": "ZZCANARYNAME", "Course": "Level 3"},
        {"Attended on": "27/02/1999x", "Attendee reference": "QX7731", "Course": "Level 3"},
    )
    allegations = listed(
        tmp_path / "allegations.csv",
        "allegations",
        {"Allegation reference": "ZZCANARYNAME", "Designated officer told on": "02/05/2025"},
    )
    snapshot, outcomes = built(missing, training, allegations, out=tmp_path / "out")
    assert snapshot is not None
    assert not any(outcome.error for outcome in outcomes)
    files = sorted(snapshot.folder.iterdir())
    assert len(files) >= 4
    days = {born, born - timedelta(days=1)}
    for path in files:
        raw = path.read_bytes()
        texts = [raw]
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            assert len(table)
            values = [value for column in table.columns for value in column.to_pylist()]
            assert not any(isinstance(value, date) and value in days for value in values)
            assert (born - date(1970, 1, 1)).days not in values
            texts += [str(value).encode() for value in values]
        for canary in canaries:
            assert not any(canary.encode().lower() in text.lower() for text in texts), (path.name, canary)


def test_the_key_is_made_once_for_its_owner_alone_and_never_beside_the_snapshots(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "pseudonym.key"
    key, is_new = read_or_make_key(path, apart_from=tmp_path / "out")
    assert (len(key), is_new) == (32, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_or_make_key(path, apart_from=tmp_path / "out") == (key, False)
    with pytest.raises(KeyFileError, match="must not lie in"):
        read_or_make_key(tmp_path / "out" / "a" / "key", apart_from=tmp_path / "out")
    path.write_text("not a key")
    with pytest.raises(KeyFileError, match="64 hexadecimal digits"):
        read_or_make_key(path, apart_from=tmp_path / "out")
    assert key_file(None, {"SIGHTLINE_KEY_FILE": "/k"}) == Path("/k")
    assert key_file(Path("/own"), {"SIGHTLINE_KEY_FILE": "/k"}) == Path("/own")
    assert key_file(None, {}).name == "pseudonym.key"


def run(*arguments: object, key: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(item) for item in arguments], env={"SIGHTLINE_KEY_FILE": str(key)})
    return result.exit_code, result.stdout


def test_the_command_tells_each_file_in_json_and_by_its_exit_code(
    tmp_path: Path, good: tuple[Path, Path], bad: Path
) -> None:
    key, out = tmp_path / "key", tmp_path / "out"
    told = ("--authority", "306", "--extracted", "2026-04-20", "--out", out)
    status, text = run("dataset", "build", *good, *told, "--json", key=key)
    assert status == 0
    answer = json.loads(text)
    assert (out / answer["snapshot"] / "manifest.json").exists()
    missing = next(file for file in answer["files"] if file["name"] == "missing.csv")
    assert {"name", "sha256", "format", "read", "accepted", "refused", "issues"} <= set(missing)
    assert (missing["read"], missing["accepted"], missing["refused"]) == (2, 1, 1)
    assert missing["issues"] == [
        {
            "rule": "id-missing",
            "severity": "refused",
            "sheet": "missing-list",
            "row": 4,
            "column": "Local child ID",
            "value": "",
            "expected": "Local child ID or Police reference",
        }
    ]
    status, text = run("dataset", "build", *good, bad, *told, key=key)
    assert status == 1
    assert "Refused: rubbish.csv is no file that is known" in text
    assert "id-missing" in text
    status, text = run("dataset", "build", bad, *told, "--json", key=key)
    assert (status, json.loads(text)["snapshot"]) == (1, None)
    assert run("dataset", "build", *good, "--authority", "Croydon", "--out", out, key=key)[0] == 2
    assert run("dataset", "build", *good, *told, "--extracted", "soon", key=key)[0] == 2
    assert run("dataset", "build", tmp_path / "none.csv", *told, key=key)[0] == 2


def test_the_partnerships_settings_beside_the_extracts_name_the_authority(
    tmp_path: Path, good: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def settled(path: Path) -> SimpleNamespace:
        asked.append(path)
        north = SimpleNamespace(name="North")
        return SimpleNamespace(authority=SimpleNamespace(code="399"), localities=[north])

    monkeypatch.setattr("sightline.config.cli.dataset.read_partnership", settled)
    key, told = tmp_path / "key", ("--extracted", "2026-04-20", "--out", tmp_path / "out", "--json")
    assert run("dataset", "build", *good, *told, key=key)[0] == 2
    (tmp_path / "in" / "partnership.toml").write_text("read by another room")
    status, text = run("dataset", "build", tmp_path / "in", *told, key=key)
    assert status == 0
    assert asked == [tmp_path / "in" / "partnership.toml"]
    assert open_snapshot(tmp_path / "out" / json.loads(text)["snapshot"]).manifest.authority == "399"
    assert run("dataset", "build", tmp_path / "in", *told, "--authority", "306", key=key)[0] == 2


def test_a_snapshot_can_be_shown_and_judged(tmp_path: Path, good: tuple[Path, Path]) -> None:
    snapshot, _ = built(*good, out=tmp_path / "out")
    assert snapshot is not None
    status, text = run("dataset", "show", snapshot.folder, key=tmp_path / "key")
    assert status == 0
    assert "missing_episodes" in text
    assert (
        json.loads(run("dataset", "show", snapshot.folder, "--json", key=tmp_path / "key")[1])["authority"]
        == "306"
    )
    status, text = run("dataset", "quality", snapshot.folder, "--json", key=tmp_path / "key")
    assert status == 0
    assert json.loads(text)["suppliers"][0]["supplier"] == "PH"
    status, text = run("dataset", "quality", snapshot.folder, key=tmp_path / "key")
    assert status == 0
    assert "Days to extraction" in text


def test_templates_and_benchmarks_have_commands(tmp_path: Path) -> None:
    key = tmp_path / "key"
    assert run("templates", "write", tmp_path / "t", "--covers", "2025-04-01", "2026-03-31", key=key)[0] == 0
    first = (tmp_path / "t" / "missing-list.csv").read_text("utf-8-sig").splitlines()[0]
    assert first == "Covers,2025-04-01,2026-03-31,Supplied by,POL"
    assert run("templates", "write", tmp_path / "t", key=key)[0] == 2
    assert run("templates", "write", tmp_path / "u", "--covers", "2026-04-01", "2026-03-31", key=key)[0] == 2
    assert "Attendee reference" in run("templates", "show", "training", key=key)[1]
    assert len(json.loads(run("templates", "show", "all", "--json", key=key)[1])) > 60
    assert run("templates", "show", "rhubarb", key=key)[0] == 2
    published = tmp_path / "published.csv"
    place, ages = "E92000001,England", "Children aged 0 to 17 years"
    published.write_text(
        "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
        "old_la_code,new_la_code,la_name,age_group,population_estimate\n"
        f"2023,Reporting year,National,{place},,,,,,{ages},11998646\n"
        f"2023,Reporting year,Local authority,{place},E1,London,399,E0,Vale,{ages},93000\n"
        f"2023,Reporting year,Local authority,{place},E1,London,398,E2,Hill,{ages},5000\n"
    )
    out = tmp_path / "benchmarks.csv"
    assert run("benchmarks", "load", published, "--out", out, "--authority", "399", key=key)[0] == 0
    shown = json.loads(run("benchmarks", "show", out, "--json", key=key)[1])
    assert {row["area_name"] for row in shown} == {"England", "Vale"}
    assert "93000" in run("benchmarks", "show", out, "--year", "2023", key=key)[1]
    status, _ = run("benchmarks", "load", published, tmp_path / "t" / "training.csv", "--out", out, key=key)
    assert status == 1
    snapshot, _ = build([published], "399", TAKEN, tmp_path / "out", KEY)
    assert snapshot is not None
    assert pq.read_table(snapshot.folder / "population.parquet")["residents"].to_pylist() == [93000]
    _, (outcome,) = build([published], "397", TAKEN, tmp_path / "out", KEY)
    assert "holds no estimate for authority 397" in outcome.error


def test_a_file_that_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    path = listed(tmp_path / "missing.csv", "missing-list", EPISODE)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may open every file")
    _, (outcome,) = built(path, out=tmp_path / "out")
    assert "missing.csv cannot be opened" in outcome.error


def test_a_file_of_which_no_row_can_be_used_is_refused_as_a_whole(tmp_path: Path) -> None:
    """A wrong day of extraction puts every event into the future: the fault of the file, not of each row."""
    path = listed(tmp_path / "missing.csv", "missing-list", EPISODE, EPISODE)
    snapshot, (outcome,) = build([path], "306", date(2020, 4, 1), tmp_path / "out", KEY)
    assert snapshot is None
    assert "all 2 rows were refused, the first for Reported missing at" in outcome.error
