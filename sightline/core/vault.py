"""Sealed text: encrypted under a key of its own dossier, and the keys kept outside the database.

Every key is a file in `settings.KEYS`, wrapped (AES-256-GCM) under a master key; the master keys are another
file, `settings.MASTER_KEYS`. So a disk, a backup or an administrator of the database shows nothing of what is
sealed, and destroying one small file disposes of it in every backup of the database as well. It does not
protect against the application itself. The reasons are in docs/adr/0014-sealed-sections.md.

Nothing is remembered between two calls: reading both files costs less than a query, and a destroyed key is
gone at once, in every process.
"""

from __future__ import annotations

import base64
import fcntl
import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = b"\x01"
_NONCE, _TAG, _KEY = 12, 16, 32
_KEY_ID = re.compile(r"[0-9a-f]{32}|search-\d{4}-\d{2}")
_WRAPPED = re.compile(rf"(?P<master>[0-9a-f]{{8}}):(?P<wrapped>[0-9a-f]{{{2 * (_NONCE + _KEY + _TAG)}}})\n")
_DESTROYED = re.compile(r"destroyed:(?P<at>[^\n]+)\n")
_MASTER = re.compile(r"(?P<id>[0-9a-f]{8}):(?P<key>[0-9a-f]{64})")


class NoMasterKey(Exception):
    """The file of the master keys is missing, open to others or wrong, or lacks a key; the message says."""


class KeyGone(Exception):
    """What was sealed has been disposed of: its key was destroyed, at `at`."""

    def __init__(self, key_id: str, at: datetime) -> None:
        """Say which key, and when."""
        super().__init__(f"key {key_id} was destroyed on {at:%d %B %Y}: what it sealed cannot be read again")
        self.at = at


class KeyLost(Exception):
    """The key store holds no such key, and nobody destroyed it: it must come back from its backup."""


class Altered(Exception):
    """A sealed text, or the file of a key, is not as it was written, or stands in another place."""


@dataclass(frozen=True)
class Check:
    """What a look at the whole key store found; `wrong` says by key what is the matter with it.

    `orphans`: keys that nothing names, left where making a record was undone; they harm nobody.
    """

    keys: int
    destroyed: int
    wrong: Mapping[str, str] = field(default_factory=dict)
    orphans: tuple[str, ...] = ()


def new_key() -> str:
    """Make a key, safe on the disk before this returns; gives its id. Raises `NoMasterKey`."""
    with _alone():
        key_id = secrets.token_hex(16)
        _store(key_id, secrets.token_bytes(_KEY), _masters(make=True))
    return key_id


def search_key(on: date) -> str:
    """The id of the key that seals the search words of a month; made at its first use.

    One a month, so that old search words can be disposed of by month. Raises `NoMasterKey`.
    """
    key_id = f"search-{on:%Y-%m}"
    with _alone():
        if not _file(key_id).exists():
            _store(key_id, secrets.token_bytes(_KEY), _masters(make=True))
    return key_id


def seal(key_id: str, text: str, about: str) -> bytes:
    """Encrypt a text. `about` names its place (table, column, row): it is read back from there alone.

    Raises `KeyGone`, `KeyLost`, `Altered` and `NoMasterKey`.
    """
    return _VERSION + _encrypt(_key(key_id), text.encode(), f"{key_id}|{about}")


def unseal(key_id: str, sealed: bytes, about: str) -> str:
    """Decrypt what `seal` made, with the same key and `about`.

    Raises `Altered` for anything else, and `KeyGone`, `KeyLost` and `NoMasterKey`.
    """
    key = _key(key_id)
    if sealed[:1] != _VERSION:
        raise Altered(f"what is sealed at {about} is not as it was written")
    try:
        return _decrypt(key, sealed[1:], f"{key_id}|{about}").decode()
    except InvalidTag:
        raise Altered(f"what is sealed at {about} is not as it was written, or belongs elsewhere") from None


def seal_search(words: str, on: date) -> str:
    """Search words as they stand in an audit event: sealed, with the month of their key, in plain letters."""
    key_id = search_key(on)
    return f"{key_id}:{base64.b64encode(seal(key_id, words, 'search words')).decode()}"


def unseal_search(sealed: str) -> str:
    """The search words that `seal_search` sealed. Raises as `unseal` does."""
    key_id, _, content = sealed.partition(":")
    try:
        sealed_words = base64.b64decode(content, validate=True)
    except ValueError:
        raise Altered("sealed search words are not as they were written") from None
    return unseal(key_id, sealed_words, "search words")


def destroy(key_id: str) -> None:
    """Destroy a key for good, and leave in its place the day; may be done again. Raises `KeyLost`."""
    with _alone():
        if _DESTROYED.fullmatch(_read(key_id)):
            return
        _replace(_file(key_id), f"destroyed:{datetime.now(UTC).isoformat(timespec='seconds')}\n")


def destroyed_at(key_id: str) -> datetime | None:
    """When a key was destroyed; None for one that is there. Raises `KeyLost`."""
    found = _DESTROYED.fullmatch(_read(key_id))
    return datetime.fromisoformat(found["at"]) if found else None


def rotate() -> int:
    """Add a master key, wrap every key under it, and retire the master keys before; gives how many keys.

    Others may seal and unseal meanwhile. One that was killed is taken up where it stopped: then no further
    master key is added. Raises `NoMasterKey` and `Altered`, and then retires nothing.
    """
    with _alone(".rotation"):
        with _alone():
            masters = _masters(make=True)
            if len(masters) == 1:
                masters = {**masters, secrets.token_hex(4): secrets.token_bytes(_KEY)}
                _write_masters(masters)
        for key_id in _ids():
            with _alone():
                _rewrap(key_id, masters)
        with _alone():
            wrapped = [_rewrap(key_id, masters) for key_id in _ids()]
            newest = list(masters)[-1]
            _write_masters({newest: masters[newest]})
    return sum(wrapped)


def check(named: Collection[str]) -> Check:
    """Whether every key can be unwrapped, and every key that records name is there. Raises `NoMasterKey`.

    `named`: the ids that records name.
    """
    ids, destroyed, wrong = set(_ids()), 0, {}
    for key_id in sorted(ids | set(named)):
        try:
            _key(key_id)
        except KeyGone:
            destroyed += 1
        except (KeyLost, Altered) as error:
            wrong[key_id] = str(error)
    orphans = sorted(
        key_id
        for key_id in ids - set(named)
        if not key_id.startswith("search-") and key_id not in wrong and destroyed_at(key_id) is None
    )
    return Check(len(ids) - destroyed, destroyed, wrong, tuple(orphans))


# Keys


def _key(key_id: str) -> bytes:
    """The key itself. A rotation may pass between reading the two files: then once more, with it held off."""
    try:
        return _unwrap(key_id, _read(key_id), _masters())
    except NoMasterKey:
        with _alone():
            return _unwrap(key_id, _read(key_id), _masters())


def _unwrap(key_id: str, content: str, masters: Mapping[str, bytes]) -> bytes:
    if gone := _DESTROYED.fullmatch(content):
        raise KeyGone(key_id, datetime.fromisoformat(gone["at"]))
    found = _WRAPPED.fullmatch(content)
    if not found:
        raise Altered(f"the file of key {key_id} is not as it was written")
    if found["master"] not in masters:
        raise NoMasterKey(
            f"key {key_id} is wrapped under master key {found['master']}, which {settings.MASTER_KEYS} lacks"
        )
    try:
        return _decrypt(masters[found["master"]], bytes.fromhex(found["wrapped"]), key_id)
    except InvalidTag:
        raise Altered(
            f"the file of key {key_id} is not as it was written, or master key {found['master']} is another"
        ) from None


def _store(key_id: str, key: bytes, masters: Mapping[str, bytes]) -> None:
    """Wrap a key under the newest master key and put its file in place."""
    master = list(masters)[-1]
    _replace(_file(key_id), f"{master}:{_encrypt(masters[master], key, key_id).hex()}\n")


def _rewrap(key_id: str, masters: Mapping[str, bytes]) -> bool:
    """Wrap a key under the newest master key unless it is; False for a destroyed one."""
    content = _read(key_id)
    if _DESTROYED.fullmatch(content):
        return False
    key = _unwrap(key_id, content, masters)
    if not content.startswith(f"{list(masters)[-1]}:"):
        _store(key_id, key, masters)
    return True


def _ids() -> list[str]:
    folder = Path(settings.KEYS)
    return sorted(file.name for file in folder.glob("[!.]*") if _KEY_ID.fullmatch(file.name))


def _file(key_id: str) -> Path:
    if not _KEY_ID.fullmatch(key_id):
        raise KeyLost(f"{key_id!r} is no id of a key")
    return Path(settings.KEYS) / key_id


def _read(key_id: str) -> str:
    try:
        return _file(key_id).read_text(encoding="latin-1")
    except FileNotFoundError:
        raise KeyLost(f"the key store holds no key {key_id}, and nobody destroyed it") from None


# Master keys


def _masters(*, make: bool = False) -> dict[str, bytes]:
    """The master keys by id, the one that wraps last.

    `make`: make the first one, when trying out, as long as there is no key that another would have wrapped.
    """
    file = Path(settings.MASTER_KEYS)
    try:
        if file.stat().st_mode & 0o077:
            raise NoMasterKey(f"{file} is open to others than its owner; expected the mode 0600")
        lines = file.read_text(encoding="latin-1").splitlines()
    except FileNotFoundError:
        if make and not settings.IS_DEPLOYED and not _ids():
            masters = {secrets.token_hex(4): secrets.token_bytes(_KEY)}
            _write_masters(masters)
            return masters
        raise NoMasterKey(f"the master keys are not there: {file}") from None
    found = [_MASTER.fullmatch(line) for line in lines]
    if not found or None in found:
        raise NoMasterKey(
            f"{file} does not hold master keys; expected lines of 8 hexadecimal digits, a colon and 64 more"
        )
    return {one["id"]: bytes.fromhex(one["key"]) for one in found if one}


def _write_masters(masters: Mapping[str, bytes]) -> None:
    _replace(Path(settings.MASTER_KEYS), "".join(f"{name}:{key.hex()}\n" for name, key in masters.items()))


# Encryption and files


def _encrypt(key: bytes, content: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def _decrypt(key: bytes, content: bytes, about: str) -> bytes:
    """Raises `InvalidTag` for whatever was not encrypted with this key about this."""
    if len(content) < _NONCE + _TAG:
        raise InvalidTag
    return AESGCM(key).decrypt(content[:_NONCE], content[_NONCE:], about.encode())


@contextmanager
def _alone(lock: str = ".lock") -> Iterator[None]:
    """Hold off every other writer of the key store; the system frees the lock of a process that was killed.

    Without it a key that is destroyed while it is wrapped anew would come back, and one made while a master
    key is retired would be lost.
    """
    folder = Path(settings.KEYS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(file: Path, content: str) -> None:
    """Put a file in place as a whole: whenever the machine stops, the old one or the new one is there."""
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
