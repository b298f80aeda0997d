"""An installation is safe to put on a network, or it does not start."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sightline.config.environment import audit_key, database, email, secret_key
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
        SIGHTLINE_AUDIT_KEY="5a" * 32,
        SIGHTLINE_MASTER_KEYS=str(tmp_path / "master-keys"),
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


def test_a_deployed_installation_needs_an_audit_key_and_a_trial_makes_its_own():
    assert audit_key("5A" * 32 + "\n", is_deployed=True) == bytes([0x5A]) * 32
    assert audit_key(None, is_deployed=False) is None
    for wrong in (None, "", "5a" * 31, "5a" * 33, "zz" * 32):
        with pytest.raises(ImproperlyConfigured, match=r"SIGHTLINE_AUDIT_KEY.*64 hexadecimal") as raised:
            audit_key(wrong, is_deployed=True)
        assert not wrong or wrong not in str(raised.value)


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


SENDER = "Sightline <sightline@addiscombe-vale.example>"


@pytest.mark.parametrize("url", [None, "", "console:"])
def test_emails_are_printed_unless_a_mail_server_is_given(url):
    assert email(url, None)["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize(
    ("url", "port", "starts_tls", "is_tls"),
    [
        ("smtp+tls://bo:p%40ss@mail.example", 587, True, False),
        ("smtps://bo:p%40ss@mail.example", 465, False, True),
        ("smtp://bo:p%40ss@mail.example", 25, False, False),
        ("smtp+tls://bo:p%40ss@mail.example:2525", 2525, True, False),
    ],
)
def test_a_mail_servers_address_is_taken_apart(url, port, starts_tls, is_tls):
    found = email(url, SENDER)
    assert found["EMAIL_HOST"] == "mail.example"
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("bo", "p@ss")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, starts_tls, is_tls)
    assert found["DEFAULT_FROM_EMAIL"] == SENDER


@pytest.mark.parametrize(
    "url",
    [
        "imap://bo:hidden@mail.example",
        "smtp://bo:hidden@",
        "smtp://bo:hidden@mail.example:port",
        "smtp://bo:hid/hidden@mail.example",
        "smtp://bo:25#hidden@mail.example",
        "smtp://mail.example/?password=hidden",
        "hidden",
    ],
)
def test_a_wrong_mail_server_is_refused_without_repeating_its_password(url):
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_EMAIL_URL") as raised:
        email(url, SENDER)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("sender", [None, "", "Sightline", "a@b.example\nBcc: c@d.example", "a@"])
def test_a_mail_server_needs_an_address_to_send_from(sender):
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_EMAIL_FROM"):
        email("smtp://mail.example", sender)


def test_a_wrong_mail_server_stops_the_start(tmp_path):
    done = manage(tmp_path, "check", SIGHTLINE_EMAIL_URL="smtp://mail.example")
    assert done.returncode == 1
    assert "SIGHTLINE_EMAIL_FROM is not set" in done.stderr
