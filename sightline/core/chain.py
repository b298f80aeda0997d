"""The audit chain: every audit event is sealed together with all before it, so that tampering shows.

The code of an event is HMAC-SHA256(key, number | code of the event before | content). Whoever edits, removes,
moves or makes up an event must work out every later code anew, and needs the key for that. Nothing inside the
database shows that the newest events were cut off, or that everything was sealed anew with a stolen key: for
that the code of a day is kept elsewhere, as an *anchor*. The method is in docs/adr/0010-audit-chain.md.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sightline.core.models import AuditEvent, ChainHead

START = "0" * 64
"""What stands in the place of the code before the first event."""

_READ_AT_ONCE = 2000


class NoKey(Exception):
    """The key of the chain is not there, or is none; the message says why."""


def key(*, make: bool = False) -> bytes:
    """The key that seals the chain: the installation's setting or, for trying out, a file in `var/`.

    `make`: make the file where there is none. Raises `NoKey`.
    """
    given: bytes | None = settings.AUDIT_KEY
    if given is not None:
        return given
    file = Path(settings.VAR) / "audit-key"
    if make and not file.exists():
        _make_key(file)
    try:
        found = bytes.fromhex(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise NoKey(f"the key of the audit chain is not there: {file}") from None
    except ValueError:
        found = b""
    if len(found) != 32:
        raise NoKey(f"{file} does not hold the key of the audit chain: expected 64 hexadecimal digits")
    return found


def _make_key(file: Path) -> None:
    """Two servers may start at once: the first to finish its file gives it the name, the other takes it."""
    own = file.with_name(f"{file.name}.{os.getpid()}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_hex(32))
    try:
        os.link(own, file)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def plain(value: object) -> Any:
    """A value as both databases give it back exactly; a fraction or a day becomes text.

    Raises `TypeError` for anything else, such as a record: it might hold personal data.
    """
    match value:
        case None | bool() | int():
            return value
        case str() | float() | Decimal() | date() | UUID():
            return str(value)
        case Mapping():
            return {str(name): plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
    raise TypeError(f"the detail of an audit event holds keys and codes, no {type(value).__name__}")


def mac(secret: bytes, event: AuditEvent, before: str) -> str:
    """The code of an event after one whose code is `before`."""
    content = json.dumps(
        {
            "seq": event.seq,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": event.actor_id,
            "action": event.action,
            "object_kind": event.object_kind,
            "object_key": event.object_key,
            "agency": event.agency_id,
            "outcome": event.outcome,
            "detail": event.detail,
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return hmac.new(secret, f"{event.seq}|{before}|{content}".encode(), "sha256").hexdigest()


def append(events: list[AuditEvent]) -> None:
    """Number, seal and store events, in the transaction that is open or one of their own.

    Whoever appends holds the one lock until that transaction ends. Raises `NoKey`, also where the key has
    gone since the first event: a new one would break the chain.
    """
    if not events:
        return
    with transaction.atomic(savepoint=False):
        locked = ChainHead.objects.select_for_update()
        head, _ = locked.get_or_create(pk=1, defaults={"seq": 0, "mac": START})
        secret = key(make=head.seq == 0)
        for event in events:
            event.seq = head.seq = head.seq + 1
            event.mac = head.mac = mac(secret, event, head.mac)
        AuditEvent.objects.bulk_create(events)
        head.save(update_fields=["seq", "mac"])


@dataclass(frozen=True)
class Anchor:
    """The end of the chain at a moment: its last event, that one's code, and how many events there were."""

    seq: int
    mac: str
    at: datetime
    events: int


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: how many events fit, and what is wrong, in words, if anything is.

    `broken_at` is the number of the first event that does not fit; `differs` says that the chain fits in
    itself but not to the anchor.
    """

    events: int
    wrong: str = ""
    broken_at: int | None = None
    differs: bool = False

    @property
    def is_intact(self) -> bool:
        """Nothing is wrong."""
        return not self.wrong


def verify(anchor: Anchor | None = None) -> Verdict:
    """Check every event of the chain, in order, and against an anchor; memory does not grow with the events.

    Raises `NoKey`. Events that are written meanwhile may be counted or not.
    """
    head = ChainHead.objects.filter(pk=1).first() or ChainHead(seq=0, mac=START)
    secret = key(make=not head.seq and not AuditEvent.objects.exists())
    seq, code = 0, START
    anchored = anchor is None or (anchor.seq == 0 and anchor.mac == START)
    for event in _stream():
        if event.seq != seq + 1 or not hmac.compare_digest(mac(secret, event, code), event.mac):
            return Verdict(seq, _what_is_wrong(secret, event, seq + 1, code), broken_at=seq + 1)
        seq, code = event.seq, event.mac
        if seq == head.seq and code != head.mac:
            return Verdict(seq, f"event {seq} is not the one that the end of the chain names", broken_at=seq)
        if anchor is not None and seq == anchor.seq:
            anchored = code == anchor.mac
    if seq < head.seq:
        return Verdict(seq, _missing(seq + 1, head.seq), broken_at=seq + 1)
    if anchor is not None and not anchored:
        return Verdict(seq, _difference(anchor, seq), differs=True)
    return Verdict(seq)


def _stream() -> Iterator[AuditEvent]:
    return AuditEvent.objects.order_by("seq").iterator(chunk_size=_READ_AT_ONCE)


def _what_is_wrong(secret: bytes, found: AuditEvent, place: int, before: str) -> str:
    """Says of the first event that does not fit whether it was altered, is missing or stands elsewhere."""
    for event in _stream():
        stands_at, event.seq = event.seq, place
        if stands_at > place and hmac.compare_digest(mac(secret, event, before), event.mac):
            return f"out of order: what belongs here stands at {stands_at}"
    if found.seq > place:
        return _missing(place, found.seq - 1)
    if place == 1:
        return "altered, or sealed with another key than this installation's"
    return "altered, or one before it was removed"


def _missing(first: int, last: int) -> str:
    return f"missing: event {first}" if first == last else f"missing: events {first} to {last}"


def _difference(anchor: Anchor, seq: int) -> str:
    if seq < anchor.seq:
        return f"shorter than the anchor; {_missing(seq + 1, anchor.seq)}"
    return f"differs from the anchor: event {anchor.seq} or one before it is not what it was then"
