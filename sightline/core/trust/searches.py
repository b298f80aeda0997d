"""Who searched for people, and when; the words that they typed are sealed, and shown by a command alone."""

from __future__ import annotations

from sightline.core.models import AppendOnlyQuerySet, AuditEvent, User
from sightline.core.vault import KeyGone, KeyLost, unseal_search

SEARCHES = ("people.search-people", "people.look-for-duplicates")
"""The commands whose events hold sealed search words, under `words`."""


def searches() -> AppendOnlyQuerySet:
    """The searches that were done, newest first; for whoever reviews access."""
    found: AppendOnlyQuerySet = AuditEvent.objects.filter(action__in=SEARCHES, detail__has_key="words")
    return found.select_related("actor__agency").order_by("-seq")


def searchers() -> list[User]:
    """Everybody who has searched, by name."""
    return list(User.objects.filter(pk__in=searches().order_by().values("actor")).order_by("name", "pk"))


def words_of(event: AuditEvent) -> str | None:
    """What was typed; None where the key of that month is gone, and the words with it."""
    try:
        return unseal_search(event.detail["words"])
    except (KeyGone, KeyLost):
        return None
