"""`sightline example`: what it answers, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sightline.config.cli import app as sightline
from sightline.config.cli.example import app
from sightline.core import partnership

RUN = CliRunner()
SMALL = ["--children", "40", "--years", "1"]


def test_one_format_alone_in_json(tmp_path: Path) -> None:
    out = tmp_path / "example"
    answer = RUN.invoke(app, [str(out), *SMALL, "--only", "cin", "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    (census,) = [name for name in told["files"] if name.endswith(".xml")]
    assert (out / census).read_text("utf-8").count("<Child>") == 40
    assert not (out / "annex-a").exists()


def test_the_settings_name_an_example_and_its_three_partners(tmp_path: Path) -> None:
    RUN.invoke(app, [str(tmp_path / "e"), *SMALL, "--only", "population", "--clean"])
    settings = partnership.read(tmp_path / "e/partnership.toml")
    assert settings.example
    assert settings.authority.code == "399"
    partners = {agency.kind for agency in settings.agencies if agency.safeguarding_partner}
    assert partners == {"CSC", "ICB", "POL"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--children", "0"], "between 1 and 1,500,000 children"),
        (["--years", "11"], "between 1 and 10 years"),
        (["--until", "2026-04-01"], "a 31 March"),
        (["--until", "soon"], "soon"),
        (["--only", "letters"], "'letters' is no format's name"),
    ],
)
def test_a_wrong_option_is_refused_in_one_sentence(tmp_path: Path, options: list[str], told: str) -> None:
    answer = RUN.invoke(app, [str(tmp_path / "example"), *options])
    assert answer.exit_code == 2
    assert told in answer.output
    assert "Traceback" not in answer.output


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    answer = RUN.invoke(app, [str(tmp_path), *SMALL])
    assert answer.exit_code == 2
    assert "is not empty" in answer.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_is_one_of_sightline_s_commands(tmp_path: Path) -> None:
    answer = RUN.invoke(sightline, ["example", str(tmp_path / "e"), *SMALL, "--only", "population"])
    assert answer.exit_code == 0
    assert "--authority 399" in answer.stdout
