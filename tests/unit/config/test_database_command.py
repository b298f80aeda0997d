"""`sightline database role` refuses in one sentence what it cannot do."""

import os
import subprocess
import sys

import pytest


def role(tmp_path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "sightline", "database", "role", "sightline_app"],
        capture_output=True,
        text=True,
        env={**kept, "SIGHTLINE_VAR": str(tmp_path), "SIGHTLINE_ROLE_PASSWORD": "x" * 20, **env},
    )


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "DATABASE_URL names no PostgreSQL database; SQLite has no roles"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "the role sightline_app was not made: "),
    ],
)
def test_it_says_why_no_role_is_made(env, words, tmp_path):
    done = role(tmp_path, **env)
    assert done.returncode == 2
    assert done.stderr.startswith(f"sightline: {words}")
    assert "x" * 20 not in done.stdout + done.stderr
