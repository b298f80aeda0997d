"""Anchors of the audit chain: small files, one a day, to be kept where nobody who runs the service can go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from sightline.core import local
from sightline.core.chain import START, Anchor
from sightline.core.models import AuditEvent


class BadAnchor(Exception):
    """A file is no anchor; the message says which, and what was expected."""


def anchor_now() -> Anchor:
    """The anchor of the chain as it stands."""
    last = AuditEvent.objects.order_by("-seq").values_list("seq", "mac").first()
    seq, code = last or (0, START)
    return Anchor(seq, code, timezone.now(), AuditEvent.objects.filter(seq__lte=seq).count())


def read_anchor(file: Path) -> Anchor:
    """Raises `BadAnchor`, and `OSError` where the file cannot be read."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        seq, mac, events = int(values["seq"]), str(values["mac"]), int(values["events"])
        anchor = Anchor(seq, mac, datetime.fromisoformat(values["at"]), events)
    except (ValueError, KeyError, TypeError):
        anchor = None
    if anchor is None or anchor.seq < 0 or len(anchor.mac) != len(START):
        raise BadAnchor(f"{file} is no anchor; expected a file that 'sightline audit anchor' has written")
    return anchor


def write_anchor(anchor: Anchor, folder: Path) -> Path:
    """Write `anchor-YYYY-MM-DD.json`; a different one of that day stays, and this one gets a number.

    Gives the file that holds the anchor, which may have been there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    values = {"seq": anchor.seq, "mac": anchor.mac, "at": anchor.at.isoformat(), "events": anchor.events}
    for number in count(1):
        file = folder / f"{_name(timezone.localdate(anchor.at))}{f'-{number}' if number > 1 else ''}.json"
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(json.dumps(values, indent=2) + "\n")
            return file
        except FileExistsError:
            there = read_anchor(file)
            if (there.seq, there.mac) == (anchor.seq, anchor.mac):
                return file
    raise AssertionError("unreachable")


def anchor_of(day: date, folder: Path) -> Path | None:
    """The first anchor of a day, or None."""
    file = folder / f"{_name(day)}.json"
    return file if file.exists() else None


def latest_before(day: date, folder: Path) -> Path | None:
    """The last anchor of the last day before `day` that has one, or None."""
    earlier = [file for file in folder.glob("anchor-*.json") if file.stem[:17] < _name(day)]
    return max(earlier, key=lambda file: (file.stem[:17], file.stat().st_mtime), default=None)


def send_anchor(file: Path, to: Sequence[str]) -> None:
    """E-mail an anchor. It names nobody and gives no figure."""
    anchor = read_anchor(file)
    when = timezone.localtime(anchor.at)
    message = EmailMessage(
        subject=f"Sightline, {local.partnership().name}: anchor of the audit log",
        body=(
            f"The audit log held {anchor.events} events on {when:%d %B %Y at %H:%M}.\n"
            f"Number of the last event: {anchor.seq}\nIts code: {anchor.mac}\n\n"
            "Keep this e-mail where nobody who runs the service can change it. With the file attached, "
            "anybody on the server can check that no event has been changed or cut off since:\n\n"
            f"    sightline audit verify --anchor {file.name}\n"
        ),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=list(to),
    )
    message.attach(file.name, file.read_text(encoding="utf-8"), "application/json")
    message.send()


def _name(day: date) -> str:
    return f"anchor-{day.isoformat()}"
