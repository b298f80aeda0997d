"""Reads what differs between machines: the database's address and the secret key."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

POSTGRESQL = ("postgres", "postgresql")


def database(url: str | None, sqlite_file: Path) -> dict[str, Any]:
    """Django's settings for a database address; SQLite in a file where there is none.

    Raises `ImproperlyConfigured` for an address of another kind, without repeating it: it holds a password.
    """
    if not url:
        return _sqlite(sqlite_file)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL cannot be read as an address") from None
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in POSTGRESQL or not name:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; expected postgresql://user:password@host:port/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(file: Path) -> dict[str, Any]:
    """One writer at a time, readers beside it, and nothing acknowledged before it is on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": file.with_name("test.sqlite3")},
    }


def secret_key(given: str | None, file: Path, *, is_deployed: bool) -> str:
    """The given key, or one that is made once and kept in a file: for trying the application out.

    Raises `ImproperlyConfigured` where the application is deployed without a key of its own.
    """
    if given:
        return given
    if is_deployed:
        raise ImproperlyConfigured("SIGHTLINE_SECRET_KEY is not set; expected at least 50 random characters")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()
