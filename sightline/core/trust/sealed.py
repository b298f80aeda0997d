"""Sealed text: a column of a protected record that only the application can read (docs/adr/0014).

The column holds sealed bytes, the attribute is text::

    class PoliceIntelligence(Protected):
        section = Section.POLICE_INTELLIGENCE
        text = SealedText("intelligence")

The name of the key stands before the sealed bytes, so that reading asks nothing more of the database. Table,
column and row are part of the seal. A sealed column cannot be searched, sorted or updated in bulk.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from sightline.core import vault
from sightline.core.trust.actor import unguarded

_KEY_ID = 32
_log = logging.getLogger(__name__)

UNREADABLE = "This cannot be read now. Tell whoever runs Sightline."
"""What stands in the place of a text whose key is lost or that was altered; the rest of the page is shown."""


class _Unsealed(DeferredAttribute):
    """The attribute: text, unsealed each time that it is read."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        held = super().__get__(instance, cls)
        if not isinstance(held, bytes | memoryview):
            return held
        return _read(bytes(held), _about(self.field, instance))

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


if TYPE_CHECKING:
    _Column = models.Field[str, str]
else:
    _Column = models.BinaryField


class SealedText(_Column):
    """A text of any length, sealed under the key of its dossier, or of its own record where that has one."""

    descriptor_class = _Unsealed

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": b"", "editable": False, **options})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """What is stored: the bytes as they were, or a new text under seal. An empty one needs none."""
        held = model_instance.__dict__[self.attname]
        if isinstance(held, str) and held:
            own_key = getattr(model_instance, "key_id", "")
            key_id = own_key or key_of(getattr(model_instance, "dossier_id", None))
            held = key_id.encode() + vault.seal(key_id, held, _about(self, model_instance))
            model_instance.__dict__[self.attname] = held
        return bytes(held) if held else b""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Raises `TypeError` for text, which must not reach the database in any way but with its record."""
        if isinstance(value, str):
            raise TypeError(f"{self.name} is sealed: it is saved with its record")
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> None:
        """None: nothing can be found by what is sealed, and Django says so (`FieldError`)."""


def key_of(dossier: Any) -> str:
    """The name of the key of a dossier's sealed sections, made at its first use.

    Of two that write into one dossier for the first time the second takes the key of the first.
    """
    from sightline.core.trust.models import Dossier

    with unguarded("the name of a dossier's key"):
        row = Dossier.objects.filter(pk=dossier)
        found: str = row.get().key_id
        if not found:
            made = vault.new_key()
            if row.filter(key_id="").update(key_id=made):
                return made
            vault.destroy(made)
            found = row.get().key_id
    return found


def _read(held: bytes, about: str) -> str:
    if not held:
        return ""
    try:
        return vault.unseal(held[:_KEY_ID].decode("latin-1"), held[_KEY_ID:], about)
    except vault.KeyGone as gone:
        return f"Disposed of on {gone.at:%-d %B %Y}"
    except (vault.Altered, vault.KeyLost, vault.NoMasterKey):
        _log.exception("the sealed text %s cannot be read", about)
        return UNREADABLE


def _about(field: Any, instance: models.Model) -> str:
    return f"{instance._meta.db_table}.{field.column}.{instance.pk}"
