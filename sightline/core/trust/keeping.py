"""What is typed into a form is never lost: it is kept while it is typed, for whoever types it alone.

A page shows a form whose text is kept by saying, in what it gives its template::

    "kept": keeping(request, contact, form)

and, where its template is not `core/form.html`, by including `trust/panels/kept.html` before the form and
`trust/panels/keeping.html` in it. The rest happens by itself: the form posts a token that says which form it
is; the text is filled in when the form opens again; it goes once the form is done (`LookMiddleware`), after
`KEPT_FOR`, and with the record.

To keep a text is no command: nobody else reads it, it changes nothing, and once a second it would bury what
the audit log is for. What it asks is asked again each time: that the form opens for this person, and that
they still see the record. Reading it is a look as any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django import forms
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve
from django.utils import timezone

from sightline.core import vault
from sightline.core.models import User
from sightline.core.policy import ROUTES, SECTIONS, Level, Section
from sightline.core.trust.access import level_of
from sightline.core.trust.actor import unguarded
from sightline.core.trust.guarded import Guarded
from sightline.core.trust.models import Begun, Kept
from sightline.govuk.jinja import moment

TOKEN = "kept"  # noqa: S105 (the name of a field)
"""The field in which a form says which one it is."""
KEPT_FOR = timedelta(days=14)
WRITING = timedelta(minutes=5)
"""For how long after their last word somebody counts as writing."""
MOST = 500_000
"""Of how many characters a text is kept; a form takes far less."""

_SIGNER = signing.Signer(salt="sightline.trust.keeping")


class TooLong(Exception):
    """More was typed than any form takes."""


@dataclass(frozen=True)
class Place:
    """One person's place in one form. `dossier` is the record's, where there is one yet."""

    user: int
    path: str
    dossier: str = ""

    @property
    def form(self) -> UUID:
        """The digest of the form's address."""
        return uuid5(NAMESPACE_URL, self.path)

    @property
    def token(self) -> str:
        """What the form says of itself; nobody can make one but a page that opened."""
        return _SIGNER.sign_object(asdict(self), compress=True)


@dataclass(frozen=True)
class Keeping:
    """What a page says of the text in its form. `others`: sentences on who else writes in it."""

    place: Place
    filled_at: str = ""
    set_aside_at: str = ""
    others: Sequence[str] = field(default_factory=tuple)


def keeping(request: HttpRequest, record: Guarded | None, form: forms.Form) -> Keeping:
    """Fill an empty form with what its reader typed before; of one that was refused keep what was sent.

    `record`: any part of the record that the form is about; None where it makes one.
    """
    assert isinstance(request.user, User)
    place = Place(request.user.pk, request.path, str(record.dossier_key) if record else "")
    others = writing_too(place)
    if request.method == "POST" and form.is_bound:
        store(place, request.POST)
        return Keeping(place, others=others)
    found = _own(place).first()
    if found is None:
        return Keeping(place, others=others)
    if found.is_set_aside:
        return Keeping(place, set_aside_at=when(found.kept_at), others=others)
    return Keeping(place, when(found.kept_at) if _fill(form, found.text) else "", others=others)


def place_asked(request: HttpRequest) -> Place:
    """The place that a form says it is. Raises `Http404` for whom it no longer opens, or never did."""
    user, place = request.user, _said_by(request)
    assert isinstance(user, User)
    page = ROUTES.get(resolve(place.path).view_name) if place else None
    if place is None or page is None or not page.opens_for(user.may):
        raise Http404
    if place.dossier and (level_of(UUID(place.dossier)) or 0) < SECTIONS[Section.UNFINISHED]:
        raise Http404
    return place


def store(place: Place, typed: QueryDict) -> datetime:
    """Keep what was typed, in the place of what was there; gives when. Raises `TooLong`."""
    left_out = {"csrfmiddlewaretoken", TOKEN}
    kept = {name: typed.getlist(name) for name in typed if name not in left_out and "password" not in name}
    text, now = json.dumps(kept), timezone.now()
    if len(text) > MOST:
        raise TooLong
    with unguarded("keeping what somebody types"):
        for attempt in (1, 2):
            row = _own(place).first() or _new(place)
            row.text, row.kept_at, row.is_set_aside = text, now, False
            try:
                with transaction.atomic():
                    row.save()
                break
            except IntegrityError:  # the same person in two windows, both for the first time
                if attempt == 2:
                    raise
    return now


def set_aside(place: Place, *, aside: bool) -> None:
    """Start a form again, or take back the text that was there before."""
    with unguarded("keeping what somebody types"):
        _own(place).update(is_set_aside=aside)


def forget(request: HttpRequest) -> None:
    """Let go of what was typed into a form that is done."""
    place = _said_by(request)
    if place is not None:
        with unguarded("what was typed into a form that is done"):
            _remove(_own(place))


def forget_old() -> int:
    """Let go of what nobody has taken up again for `KEPT_FOR`; gives how many texts."""
    before = timezone.now() - KEPT_FOR
    with unguarded("what was typed and never sent"):
        return sum(_remove(model.objects.filter(kept_at__lt=before)) for model in (Kept, Begun))


def writing_too(place: Place) -> list[str]:
    """Who else writes in this form now, in sentences: by name for whoever may see who works on the record."""
    if not place.dossier:
        return []
    dossier = UUID(place.dossier)
    with unguarded("who else writes in a form"):
        rows = Kept.objects.filter(dossier=dossier, form=place.form, is_set_aside=False)
        lately = rows.filter(kept_at__gte=timezone.now() - WRITING).exclude(user=place.user)
        found = list(lately.order_by("-kept_at").values_list("user_id", "kept_at"))
    is_told = (level_of(dossier) or 0) >= Level.CONTRIBUTE
    names = User.objects.in_bulk([user for user, _ in found]) if is_told else {}
    return [
        f"{names[user].name if is_told else 'Somebody else'} is writing on this page too, last at {when(at)}"
        for user, at in found
    ]


def when(at: datetime) -> str:
    """The time of day, and of another day that too."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}" if local.date() == timezone.localdate() else moment(at)


def _said_by(request: HttpRequest) -> Place | None:
    """The place that a form says it is, if that is the sender's own."""
    try:
        place = Place(**_SIGNER.unsign_object(request.POST.get(TOKEN, "")))
    except signing.BadSignature:
        return None
    return place if place.user == request.user.pk else None


def _own(place: Place) -> Any:
    if place.dossier:
        return Kept.objects.filter(dossier=place.dossier, form=place.form, user=place.user)
    return Begun.objects.filter(form=place.form, user=place.user)


def _new(place: Place) -> Kept | Begun:
    if place.dossier:
        return Kept(dossier_id=UUID(place.dossier), form=place.form, user_id=place.user)
    return Begun(key_id=vault.new_key(), form=place.form, user_id=place.user)


def _remove(rows: Any) -> int:
    """Delete texts; the key of one that stands alone goes with it."""
    if rows.model is Begun:
        for key_id in rows.values_list("key_id", flat=True):
            vault.destroy(key_id)
    gone: int = rows.delete()[0]
    return gone


def _fill(form: forms.Form, text: str) -> bool:
    """Put a kept text into a form, with what its writer saw of the record (a hidden field) when they began.

    False where it says nothing that the form did not.
    """
    try:
        kept: Mapping[str, list[str]] = json.loads(text)
    except ValueError:  # it cannot be read now
        return False
    typed = QueryDict(mutable=True)
    for name, values in kept.items():
        typed.setlist(name, values)
    is_told = False
    for name, one in form.fields.items():
        if isinstance(one.widget, forms.FileInput | forms.PasswordInput):
            continue
        value = one.widget.value_from_datadict(typed, {}, form.add_prefix(name))
        was = form.get_initial_for_field(one, name)
        is_told = is_told or (not one.widget.is_hidden and one.has_changed(was, value))
        form.initial[name] = value
    return is_told
