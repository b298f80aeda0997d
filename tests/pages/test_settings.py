"""An installation is safe to put on a network, or it does not start."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sightline.config.environment import database, secret_key
from tests.conftest import PARTNERSHIP

ROOT = Path(__file__).parents[2]


def manage(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SIGHTLINE", "DATABASE_URL", "DJANGO"))
    }
    given = {"SIGHTLINE_VAR": str(tmp_path), "SIGHTLINE_PARTNERSHIP": str(PARTNERSHIP), **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_deployed_installation_passes_djangos_own_checks(tmp_path):
    done = manage(
        tmp_path,
        "check",
        "--deploy",
        "--fail-level=WARNING",
        SIGHTLINE_HOSTS="sightline.addiscombe-vale.example",
        SIGHTLINE_SECRET_KEY="".join(chr(33 + number % 90) for number in range(70)),
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_a_deployed_installation_needs_a_key_of_its_own(tmp_path):
    done = manage(tmp_path, "check", SIGHTLINE_HOSTS="sightline.addiscombe-vale.example")
    assert done.returncode == 1
    assert "SIGHTLINE_SECRET_KEY is not set" in done.stderr


def test_a_deployed_installation_shows_no_programmers_pages(tmp_path):
    done = manage(
        tmp_path, "check", SIGHTLINE_HOSTS="x.example", SIGHTLINE_SECRET_KEY="x" * 60, SIGHTLINE_DEBUG="1"
    )
    assert done.returncode == 1
    assert "SIGHTLINE_DEBUG" in done.stderr


def test_without_a_partnership_nothing_starts(tmp_path):
    done = manage(tmp_path, "check", SIGHTLINE_PARTNERSHIP=str(tmp_path / "none.toml"))
    assert done.returncode == 1
    assert "sightline.E004" in done.stderr


def test_a_key_for_trying_out_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    file = tmp_path / "var" / "secret-key"
    key = secret_key(None, file, is_deployed=False)
    assert len(key) >= 50
    assert secret_key(None, file, is_deployed=False) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_key("given", file, is_deployed=True) == "given"


def test_the_database_is_a_file_unless_an_address_is_given(tmp_path):
    assert database(None, tmp_path / "x.sqlite3")["NAME"] == tmp_path / "x.sqlite3"
    assert database("", tmp_path / "x.sqlite3")["ENGINE"] == "django.db.backends.sqlite3"


def test_an_address_of_postgresql_is_taken_apart(tmp_path):
    found = database("postgresql://bo:p%40ss%2Fword@db.example:5433/sight%20line", tmp_path)
    assert {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "sight line",
        "USER": "bo",
        "PASSWORD": "p@ss/word",
        "HOST": "db.example",
        "PORT": "5433",
    }


@pytest.mark.parametrize(
    "url", ["mysql://bo:hidden@db/x", "postgresql://bo:hidden@db", "postgresql://bo:hidden@db:x/y"]
)
def test_a_wrong_address_is_refused_without_repeating_its_password(url, tmp_path):
    with pytest.raises(ImproperlyConfigured) as raised:
        database(url, tmp_path)
    assert "hidden" not in str(raised.value)
