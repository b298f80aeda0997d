"""Who a row is about, without saying who: the keyed pseudonym, the month of birth and the age at an event."""

from __future__ import annotations

import hashlib
from datetime import date


class Pseudonyms:
    """Turns (authority, local id) into a pseudonym that only the holder of the key can make again.

    The same child has the same pseudonym in every extract of one authority; two authorities' children never
    share one, because local ids are unique only within an authority. 80 bits: among ten million children the
    chance that any two collide is below 1 in 10,000,000,000. BLAKE2b in its keyed mode (RFC 7693).
    """

    def __init__(self, key: bytes, authority: str) -> None:
        if not 32 <= len(key) <= 64:
            raise ValueError("the pseudonym key must have from 32 to 64 bytes")
        self._key = key
        self._authority = authority
        self._known: dict[tuple[str, str], str] = {}

    def of(self, local_id: str, kind: str = "child") -> str:
        """The pseudonym of a local id; `kind` keeps children, adults and allegations apart."""
        found = self._known.get((kind, local_id))
        if found is None:
            text = f"{kind}\x1f{self._authority}\x1f{local_id}"
            found = hashlib.blake2b(text.encode(), key=self._key, digest_size=10).hexdigest()
            self._known[kind, local_id] = found
        return found


def month_of(day: date | None) -> int | None:
    """The month of a birth as year x 100 + month: all of a date of birth that a snapshot may hold."""
    return None if day is None else day.year * 100 + day.month


def age_on(born: date | None, day: date | None) -> int | None:
    """Age in completed years on `day`; -1 for a child not yet born. Born on 29 February, ages on 1 March."""
    if born is None or day is None:
        return None
    if day < born:
        return -1
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
