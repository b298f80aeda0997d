"""What a newcomer types wrong at the command line ends in one sentence that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sightline.config.cli import main

NOWHERE = "nowhere/at-all"


@pytest.fixture
def extracts(tmp_path: Path) -> Path:
    """A folder with one extract, made by the program itself."""
    folder = tmp_path / "extracts"
    with pytest.raises(SystemExit) as left:
        main(["example", str(folder), "--children", "50", "--years", "1", "--only", "allegations"])
    assert left.value.code == 0
    return folder


@pytest.fixture
def build(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A function that runs `dataset build` with a key of its own: its exit code, words and complaint."""

    def run(*arguments: object, out: Path = tmp_path / "snapshots", key: Path = tmp_path / "key"):
        capsys.readouterr()
        words = ["dataset", "build", *map(str, arguments), "--authority", "399"]
        with pytest.raises(SystemExit) as left:
            main([*words, "--out", str(out), "--key", str(key)])
        return left.value.code, *capsys.readouterr()

    return run


def test_a_folder_without_extracts_is_named_as_such(build, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    code, _, complaint = build(empty)
    assert code == 2
    assert "no file of a kind that is read" in complaint
    assert ".xlsx" in complaint
    assert not (tmp_path / "key").exists()


def test_nothing_is_praised_when_every_file_was_refused(build, tmp_path):
    notes = tmp_path / "notes-2026-04-20.csv"
    notes.write_text("our notes\n")
    code, said, _ = build(notes)
    assert code == 1
    assert "Refused: notes-2026-04-20.csv" in said
    assert "No issues" not in said


def test_a_folder_that_cannot_be_written_is_named(build, extracts, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, where a folder is wanted")
    code, _, complaint = build(extracts, out=blocked / "snapshots")
    assert code == 2
    assert "blocked/snapshots cannot be used: Not a directory" in complaint


def test_a_key_that_is_a_folder_is_named(build, extracts):
    code, _, complaint = build(extracts, key=extracts)
    assert code == 2
    assert f"{extracts} cannot be used: Is a directory" in complaint


@pytest.mark.parametrize("option", ["--xlsx", "--html"])
def test_an_output_that_cannot_be_written_is_named(build, extracts, tmp_path, capsys, option):
    assert build(extracts)[0] == 0
    (snapshot,) = (tmp_path / "snapshots").iterdir()
    asked = ["indicators", "run", str(snapshot), "--period", "2025-04", "--indicator", "allegation-contacts"]
    with pytest.raises(SystemExit) as left:
        main([*asked, option, str(tmp_path / NOWHERE)])
    assert left.value.code == 2
    assert f"{tmp_path / NOWHERE} cannot be used: No such file or directory" in capsys.readouterr().err


def test_a_database_of_another_kind_is_refused_in_one_sentence(tmp_path):
    elsewhere = {"DATABASE_URL": "mysql://who:secret@where/what", "SIGHTLINE_VAR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-m", "sightline", "demo", "--no-serve"],
        env=os.environ | elsewhere,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 2
    assert told.stderr.startswith("sightline: DATABASE_URL starts with 'mysql'; expected postgresql://")
    assert "secret" not in told.stderr
    assert len(told.stderr.splitlines()) == 1
