"""Saying why something was not done, beside the field that must be mended."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from sightline.core.commands import NotDone
from sightline.frontline.threshold.commands import NotPossible


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it; where that is refused, say why beside the field that it is about, if any, and give False."""
    try:
        act()
    except NotDone as refusal:
        field = refusal.field if isinstance(refusal, NotPossible) else ""
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    return True
