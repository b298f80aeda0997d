"""Referring without an account: the form until it is sent, the sending, the way back to what became of it.

Everything hangs on one key, which stands in the referrer's link and cookie and nowhere here: the form is
sealed under it, and the key of the receipt is made of it, so that a form sent twice is one contact.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.utils import timezone

from sightline.core import local
from sightline.core.audit import Actor
from sightline.core.command import NotDone, command
from sightline.core.models import Team
from sightline.core.permissions import Permission
from sightline.core.trust.actor import unguarded
from sightline.frontline.referral.commands import open_contact
from sightline.frontline.referral.models import Channel, Contact, ReceiptLink, Unsent

KEPT = timedelta(days=14)
"""How long a form is kept after it was last saved."""

LARGEST = 200_000
"""How many letters a form may have as a whole."""

_NONCE = 12

Given = dict[str, list[str]]
"""What was typed on a page, as it was sent: names of fields, and their values."""


@dataclass
class Draft:
    """A form that is not sent yet. `pages`: what was typed, by page; `user`: whose it is, if they signed in.

    `turn` counts the savings, so that a late one never takes the place of a later text. `asked`: what the
    form has asked once more.
    """

    key: str
    who: str = ""
    is_immediate: bool = False
    user: int | None = None
    turn: int = 0
    pages: dict[str, Given] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    begun_at: datetime = field(default_factory=timezone.now)


class TooLong(Exception):
    """The form has more letters than anybody types: it was not saved."""


def begin(who: str, *, is_immediate: bool = False, user: int | None = None) -> Draft:
    """Begin a form, and store it."""
    draft = Draft(secrets.token_urlsafe(32), who, is_immediate, user)
    save(draft)
    return draft


def read(key: str) -> Draft | None:
    """The form of this key; None where there is none, or it was sent or has ended."""
    row = Unsent.objects.filter(pk=_hash(key)).first() if key else None
    if row is None or row.saved_at < timezone.now() - KEPT:
        return None
    sealed = bytes(row.sealed)
    opened = AESGCM(_made_of(key, "seal")).decrypt(sealed[:_NONCE], sealed[_NONCE:], row.key_hash.encode())
    return Draft(key=key, begun_at=row.begun_at, **json.loads(opened))


def save(draft: Draft) -> None:
    """Store a form, sealed under its own key. Raises `TooLong`."""
    kept = {name: value for name, value in asdict(draft).items() if name not in ("key", "begun_at")}
    words, nonce = json.dumps(kept), secrets.token_bytes(_NONCE)
    if len(words) > LARGEST:
        raise TooLong
    key_hash = _hash(draft.key)
    sealed = nonce + AESGCM(_made_of(draft.key, "seal")).encrypt(nonce, words.encode(), key_hash.encode())
    stored = {"sealed": sealed, "saved_at": timezone.now()}
    Unsent.objects.update_or_create(
        key_hash=key_hash, defaults=stored, create_defaults={**stored, "begun_at": draft.begun_at}
    )


def save_page(key: str, page: str, given: Given, *, turn: int = 0, only_later: bool = False) -> Draft | None:
    """Store what was typed on one page; None where there is no such form. Raises `TooLong`.

    `turn` is the number that the page gave this saving. `only_later`: while somebody types, a saving that a
    later one has overtaken stores nothing.
    """
    with transaction.atomic():
        Unsent.objects.select_for_update().filter(pk=_hash(key)).first()
        draft = read(key)
        if draft is None or (only_later and turn <= draft.turn):
            return draft
        draft.pages[page] = given
        draft.turn = max(draft.turn + 1, turn)
        save(draft)
        return draft


def forget(key: str) -> None:
    """Delete a form that will not be sent."""
    Unsent.objects.filter(pk=_hash(key)).delete()


def daily() -> str:
    """Delete the forms that nobody has gone on with; a second time on that day changes nothing."""
    gone, _ = Unsent.objects.filter(saved_at__lt=timezone.now() - KEPT).delete()
    return f"{gone} unsent referral {'form' if gone == 1 else 'forms'} deleted"


def hub_team() -> Team | None:
    """The team that gets what is sent; None where none is set, and the form is closed."""
    name = local.partnership().contact.hub_team
    return Team.objects.filter(name=name).first() if name else None


@command(Permission.OPEN_CONTACT, detail=("is_immediate",))
def send_referral(
    *,
    key: str,
    told: Sequence[Mapping[str, Any]],
    concern: Mapping[str, Any],
    referrer: Mapping[str, Any],
    worries: Collection[str] = (),
    channel: str = Channel.FORM,
    is_immediate: bool = False,
    at: datetime | None = None,
    by: Actor,
) -> Contact:
    """Bring a form to the hub as a contact, with its receipt, and delete the form.

    `channel` and `at`: how it came and when, where the hub fills the form in for somebody else.
    Raises `NotDone` where no team gets referrals; a database error (`IntegrityError`) for a form that was
    sent already, and then changes nothing.
    """
    team = hub_team()
    if team is None:
        raise NotDone("This form is closed, because no team gets what it sends. Ring the hub instead")
    contact = open_contact(
        told=told,
        team=team,
        concern=concern,
        referrer=referrer,
        worries=worries,
        channel=channel,
        is_immediate=is_immediate,
        at=at,
        by=by,
    )
    with unguarded("the receipt of a referral, for whoever has its key"):
        ReceiptLink(dossier=contact.dossier, key_hash=_hash(receipt_key(key))).save(force_insert=True)
    forget(key)
    return contact


def receipt_key(key: str) -> str:
    """The key of the receipt of a form; it does not open the form, nor any other receipt."""
    return base64.urlsafe_b64encode(_made_of(key, "receipt")).rstrip(b"=").decode()


def contact_of(receipt: str) -> Contact | None:
    """What was sent, by the key of its receipt: where it stands, and nothing that was told."""
    with unguarded("whose receipt it is"):
        link = ReceiptLink.objects.filter(key_hash=_hash(receipt), ended_at=None).first()
        contacts = Contact.objects.select_related("dossier")
        found: Contact | None = contacts.filter(dossier=link.dossier_id).first() if link else None
    return found


def _hash(key: str) -> str:
    return _made_of(key, "find").hex()


def _made_of(key: str, use: str) -> bytes:
    """The key is random and long, so that one round suffices; each use has a value of its own."""
    return hashlib.sha256(f"{use}|{key}".encode()).digest()
