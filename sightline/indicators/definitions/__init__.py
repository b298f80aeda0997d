"""Every indicator by its key: each theme is a module of this package that holds a tuple `INDICATORS`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules

from sightline.indicators.definition import Indicator


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


INDICATORS: Mapping[str, Indicator] = by_key(
    indicator
    for theme in sorted(module.name for module in iter_modules(__path__))
    for indicator in import_module(f"{__name__}.{theme}").INDICATORS
)
