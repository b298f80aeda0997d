"""What a reader asked a page of the dataset for in its address: which snapshot, in which version."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from sightline.assurance.dataset import words
from sightline.assurance.dataset.view import PUBLISHABLE, NoSuchSnapshot, View, view_of
from sightline.core.models import User
from sightline.core.permissions import Permission


def asked_view(request: HttpRequest) -> View:
    """The view that the address asks for; 404 for a snapshot that is not there for this reader."""
    user = request.user
    assert isinstance(user, User)
    try:
        return view_of(user, request.GET.dict())
    except NoSuchSnapshot as error:
        raise Http404 from error


def versions(view: View) -> list[tuple[str, str]]:
    """The versions that the reader may choose between."""
    own = "Internal" if view.user.may(Permission.SEE_SMALL_NUMBERS) else "With my agency's small numbers"
    return [("internal", own), (PUBLISHABLE, "Publishable")]


def snapshots(view: View) -> list[tuple[str, str]]:
    """The snapshots that the reader may choose between, by label; the one that is usual for them first."""
    usual = view.usual
    if usual is None:
        return []
    first = usual.label or f"Latest, to {words.day(usual.last_on)}"
    others = [(one.snapshot_id, one.label) for one in view.choices if one != usual]
    return [(usual.snapshot_id, first), *others]
