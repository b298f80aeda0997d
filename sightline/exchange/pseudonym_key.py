"""The file that holds the pseudonym key: whoever has it and a list of local ids can tell who is who."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = "SIGHTLINE_KEY_FILE"
_BYTES = 32


class KeyFileError(Exception):
    """The key cannot be used; the message says why."""


def key_file(named: Path | None, environment: Mapping[str, str]) -> Path:
    """Where the key is kept: the file named, or SIGHTLINE_KEY_FILE's, or one in the user's own folder."""
    if named is not None:
        return named
    if told := environment.get(ENVIRONMENT):
        return Path(told)
    return Path.home() / ".local" / "share" / "sightline" / "pseudonym.key"


def read_or_make_key(path: Path, apart_from: Path) -> tuple[bytes, bool]:
    """The key, and whether it was made just now, for this user's eyes alone.

    Raises KeyFileError when the file holds no key, or lies in `apart_from`: whoever is given a snapshot must
    not be given the key with it.
    """
    if path.resolve().is_relative_to(apart_from.resolve()):
        raise KeyFileError(f"the pseudonym key {path} must not lie in {apart_from}, beside the snapshots")
    try:
        return _read(path), False
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(_BYTES)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key.hex() + "\n")
    return key, True


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise KeyFileError(f"{path} holds no pseudonym key: expected {2 * _BYTES} hexadecimal digits or more")
    return key
