"""Every indicator by its key, in the order of a child's journey and then the partnership's own.

Each theme is a module of this package that holds a tuple `INDICATORS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from sightline.indicators.definition import Indicator
from sightline.indicators.definitions import (
    assessment,
    care,
    front_door,
    missing,
    partnership,
    protection,
    specific,
)


def by_key(indicators: Iterable[Indicator]) -> Mapping[str, Indicator]:
    """Indicators by key, in order; ValueError when two share one, or a twin is not there."""
    found: dict[str, Indicator] = {}
    for indicator in indicators:
        if indicator.key in found:
            raise ValueError(f"two indicators have the key {indicator.key}")
        found[indicator.key] = indicator
    for indicator in found.values():
        if indicator.twin is not None and indicator.twin not in found:
            raise ValueError(f"{indicator.key}: there is no indicator {indicator.twin} to be its twin")
    return found


_THEMES = (front_door, assessment, protection, care, missing, specific, partnership)

INDICATORS: Mapping[str, Indicator] = by_key(chain.from_iterable(theme.INDICATORS for theme in _THEMES))
