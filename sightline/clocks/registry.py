"""Every clock, by key, by reference and by day in force."""

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from itertools import chain
from types import MappingProxyType

from sightline.clocks.clock import Clock
from sightline.clocks.entries.care import CARE
from sightline.clocks.entries.partnership import PARTNERSHIP
from sightline.clocks.entries.protection import PROTECTION
from sightline.clocks.entries.risk import RISK
from sightline.clocks.errors import UnknownClock


def _by_key(clocks: Iterable[Clock]) -> Mapping[str, Clock]:
    found: dict[str, Clock] = {}
    for clock in clocks:
        if clock.key in found:
            raise ValueError(f"two clocks have the key {clock.key}")
        found[clock.key] = clock
    return MappingProxyType(found)


THEMES: Mapping[str, tuple[Clock, ...]] = MappingProxyType(
    {
        "Front door, early help and child protection": PROTECTION,
        "Children in care and care leavers": CARE,
        "Missing, exploitation, allegations and emergencies": RISK,
        "The partnership": PARTNERSHIP,
    }
)
"""The clocks by part of the work, in the order of a child's journey."""

CLOCKS: Mapping[str, Clock] = _by_key(chain.from_iterable(THEMES.values()))
"""Every clock by its key, theme by theme."""


def by_ref(ref: str) -> tuple[Clock, ...]:
    """Give every clock with a reference such as "C04". Raises UnknownClock."""
    found = tuple(clock for clock in CLOCKS.values() if clock.ref == ref.upper())
    if not found:
        last = max(clock.ref for clock in CLOCKS.values())
        raise UnknownClock(f"no clock has the reference {ref!r}: references run from C01 to {last}")
    return found


def find(ref_or_key: str) -> tuple[Clock, ...]:
    """Give the clock with this key, or every clock with this reference. Raises UnknownClock."""
    if ref_or_key in CLOCKS:
        return (CLOCKS[ref_or_key],)
    if ref_or_key[:1] in "Cc" and ref_or_key[1:].isdigit():
        return by_ref(ref_or_key)
    near = " or ".join(get_close_matches(ref_or_key, CLOCKS, n=3))
    hint = f"did you mean {near}?" if near else "'sightline clocks list' shows them all"
    raise UnknownClock(f"no clock has the key {ref_or_key!r}: {hint}")


def in_force(ref_or_key: str, on: date) -> tuple[Clock, ...]:
    """Give those clocks of a key or reference that govern a start on this day. Raises UnknownClock."""
    return tuple(clock for clock in find(ref_or_key) if clock.is_in_force(on))
