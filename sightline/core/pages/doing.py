"""What pages do alike: call a command, and say why where it was not done."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse

from sightline.core.command import NotDone


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it; where that is refused, say why beside the field that it is about, if any, and give False."""
    try:
        act()
    except NotDone as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def crumbs(here: str, *above: tuple[str, str]) -> list[dict[str, Any]]:
    """The way here from the partnership's page: titles and routes."""
    steps = [("Partnership", "partnership"), *above]
    return [*({"text": text, "href": reverse(route)} for text, route in steps), {"text": here}]
