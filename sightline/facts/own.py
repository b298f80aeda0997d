"""What Sightline itself publishes: the rows of a fact table, and the days for which they are whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sightline.facts.manifest import Window

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Published:
    """All rows of one fact table in a window: each event in it, and each episode open on any day of it."""

    window: Window
    rows: Sequence[Row]
