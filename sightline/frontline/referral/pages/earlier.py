"""The contacts before one about the same family, as its page and the decision show them."""

from __future__ import annotations

from typing import Any

from sightline.core.models import User
from sightline.frontline.referral.models import Contact, Decision
from sightline.frontline.referral.repeats import repeats

SHOWN = 5


def earlier_of(user: User, contact: Contact) -> dict[str, Any]:
    """What the panel about earlier contacts says: `repeat`, `earlier` and `unseen`.

    `earlier`: those that the reader may see, the latest first, each with what was decided. `unseen`: how many
    there are besides in these twelve months, said only once the contact stands out.
    """
    repeat = repeats([contact], user).get(contact.dossier_id)
    if repeat is None:
        return {}
    found = Contact.objects.visible_to(user).filter(dossier__in=list(repeat.earlier))
    seen = {one.dossier_id: one for one in found.select_related("dossier")}
    decided = Decision.objects.visible_to(user).filter(dossier__in=list(seen), replaced_at=None)
    outcomes = {one.dossier_id: one.get_outcome_display() for one in decided}
    shown = [(seen[key], outcomes.get(key, "")) for key in repeat.earlier if key in seen]
    return {
        "repeat": repeat,
        "earlier": shown[:SHOWN],
        "more_earlier": max(0, len(shown) - SHOWN),
        "unseen": len(repeat.in_a_year - set(seen)) if repeat.is_alert else 0,
    }
