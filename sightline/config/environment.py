"""Reads what differs between machines: the database's address, the mail server's, and the secret key."""

import secrets
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

POSTGRESQL = ("postgres", "postgresql")

MAIL = "django.core.mail.backends"
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
"""The port of each way to speak to a mail server, where the address names none."""


def database(url: str | None, sqlite_file: Path, *, is_guarded: bool = False) -> dict[str, Any]:
    """Django's settings for a database address; SQLite in a file where there is none.

    `is_guarded`: every statement passes the tripwire of the trust plane.

    Raises `ImproperlyConfigured` for an address of another kind, without repeating it: it holds a password.
    """
    backends = "sightline.core.trust.database" if is_guarded else "django.db.backends"
    if not url:
        return {"ENGINE": f"{backends}.sqlite3", **_sqlite(sqlite_file)}
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
        "ENGINE": f"{backends}.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # The rule of who sees what is in every query about people: to plan it takes longer than to follow it.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2},
    }


def _sqlite(file: Path) -> dict[str, Any]:
    """One writer at a time, readers beside it, and nothing acknowledged before it is on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return {
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": file.with_name("test.sqlite3")},
    }


def email(url: str | None, sender: str | None) -> dict[str, Any]:
    """Django's settings for a mail server's address, and for the address that e-mails come from.

    Without an address, or with "console:", e-mails are printed and not sent: for trying it out.
    Raises `ImproperlyConfigured` for an address of another kind, without repeating it: it holds a password.
    """
    if not url or url == "console:":
        printed = {"EMAIL_BACKEND": f"{MAIL}.console.EmailBackend"}
        return {**printed, "DEFAULT_FROM_EMAIL": _sender(sender) if sender else "sightline@localhost"}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("SIGHTLINE_EMAIL_URL cannot be read as an address") from None
    beyond = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in MAIL_PORTS or not parts.hostname or beyond:
        raise ImproperlyConfigured(
            f"SIGHTLINE_EMAIL_URL, which starts with {parts.scheme!r}, is no mail server; expected"
            " console: or smtp+tls://user:password@host:port (smtps://, or smtp:// in a trusted network); in"
            " user and password write / as %2F, @ as %40 and so on"
        )
    return {
        "EMAIL_BACKEND": f"{MAIL}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": _sender(sender),
    }


def _sender(given: str | None) -> str:
    """The address that e-mails come from. Raises `ImproperlyConfigured` where it is missing or none."""
    expected = "expected an address that your mail server lets Sightline send from: Name <name@example.org>"
    if not given:
        raise ImproperlyConfigured(f"SIGHTLINE_EMAIL_FROM is not set; {expected}")
    try:
        validate_email("" if "\n" in given or "\r" in given else parseaddr(given)[1])
    except ValidationError:
        raise ImproperlyConfigured(f"SIGHTLINE_EMAIL_FROM is {given!r}; {expected}") from None
    return given


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


def is_on(name: str, given: str | None) -> bool:
    """Whether a variable says "on"; off where it is not set. Raises `ImproperlyConfigured`."""
    if given in (None, "", "off"):
        return False
    if given != "on":
        raise ImproperlyConfigured(f"{name} is {given!r}; expected on or off")
    return True


def whole_number(name: str, given: str | None, otherwise: int) -> int:
    """The number that a variable holds, or another where it is not set. Raises `ImproperlyConfigured`."""
    if not given:
        return otherwise
    if not given.isdecimal() or int(given) < 1:
        raise ImproperlyConfigured(f"{name} is {given!r}; expected a whole number above 0")
    return int(given)


def master_keys(given: str | None, otherwise: Path, *, must_be_set: bool) -> Path:
    """The file of the master keys of sealed sections; `otherwise` is for trying the application out.

    Raises `ImproperlyConfigured` where it must be set and is not: beside the keys it would protect nothing.
    """
    if not given and must_be_set:
        raise ImproperlyConfigured(
            "SIGHTLINE_MASTER_KEYS is not set; expected the file of the master keys, away from the database"
        )
    return Path(given) if given else otherwise


def audit_key(given: str | None, *, is_deployed: bool) -> bytes | None:
    """The key of the audit chain; None where it is kept in a file, for trying the application out.

    Raises `ImproperlyConfigured` for another length than 64 hexadecimal digits, and where the application is
    deployed without a key of its own.
    """
    if not given and not is_deployed:
        return None
    try:
        key = bytes.fromhex((given or "").strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured("SIGHTLINE_AUDIT_KEY is not set, or wrong; expected 64 hexadecimal digits")
    return key
