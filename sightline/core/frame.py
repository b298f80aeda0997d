"""What stands around every page: names, navigation, banner and footer."""

from importlib.metadata import version
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from sightline.core import local
from sightline.core.models import User
from sightline.core.policy import ROUTES
from sightline.core.process import processes

VERSION = version("sightline-safeguarding")


def names() -> dict[str, Any]:
    """What a page shows even when nobody is known and the database is silent."""
    return {"partnership": local.partnership(), "version": VERSION}


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of every page (a context processor)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return names()
    # What a session with records about people is for, which the front line's middleware tells of its pages.
    purpose = getattr(request, "purpose", "")
    navigation = _navigation(user, request.path)
    return {**names(), "person": user, "navigation": navigation, "purpose": purpose}


def _navigation(person: User, path: str) -> list[dict[str, Any]]:
    """The pages of the service navigation that this person may open, as the component's items."""
    of_processes = ((process.title, process.opens_at) for process in processes() if process.opens_at)
    entries = [("Home", "home"), ("Worklist", "worklist"), *of_processes, ("Partnership", "partnership")]
    items = []
    for title, route in entries:
        if ROUTES[route].opens_for(person.may):
            href = reverse(route)
            here = path == href or (href != "/" and path.startswith(href))
            items.append({"text": title, "href": href, "current": path == href, "active": here})
    return items
