"""What every page of the partnership does alike: call a command, and say why where it was not done."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse

from sightline.core.commands import NotDone


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it; where that is refused in words, put them into the form and give False."""
    try:
        act()
    except NotDone as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def crumbs(here: str, *above: tuple[str, str]) -> list[dict[str, Any]]:
    """The way here from the partnership's page: titles and routes."""
    steps = [("Partnership", "partnership"), *above]
    return [*({"text": text, "href": reverse(route)} for text, route in steps), {"text": here}]
