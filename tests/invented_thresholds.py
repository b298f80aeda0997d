"""Invented thresholds and exercises: each version and each exercise in another state."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

VIGNETTES = [
    "A pupil is late each morning and says that nobody wakes him.",
    "A mother asks for help with a toddler's sleep.",
    "Police were called to the home twice in a month; a baby was there.",
    "A girl of fourteen has a new phone and will not say from whom.",
    "A boy comes to school with a bruise that nobody explains.",
    "Two brothers come hungry to the breakfast club every day.",
]
TEXTS = {
    1: "What every family gets.",
    2: "One agency helps, with the family's consent.",
    3: "Several agencies work to one plan.",
    4: "A social worker must look into it.",
}


@dataclass(frozen=True)
class Thresholds:
    """The records, by state. In `open` the hub's worker gave 4 to every case; in `closed`, see `CLOSED`."""

    in_force: Any
    consulted: Any
    draft: Any
    drafted: Any
    open: Any
    closed: Any


CLOSED = {"hub_worker": "123344", "hub_manager": "123344", "police_unit": "223344", "health": "111222"}
"""What each gave in the exercise that is closed, case by case."""


def given(levels: str) -> dict[int, int]:
    """Levels by the place of the case, of a figure for each."""
    return {place: int(level) for place, level in enumerate(levels, 1)}


@pytest.fixture
def threshold(cast, front_line) -> Thresholds:
    """Thresholds in force, out for consultation and in draft; exercises in draft, open and closed."""
    from sightline.frontline.threshold import commands
    from sightline.frontline.threshold.models import Version

    by, today = cast.board_manager, timezone.localdate()

    def written(title: str) -> Version:
        version = commands.draft_version(title=title, by=by)
        for level, descriptor in TEXTS.items():
            name = version.texts.get(level=level).name
            commands.change_text(version, level=level, name=name, descriptor=descriptor, by=by)
        return version

    def exercise(title: str):
        return commands.draft_exercise(
            title=title,
            version=in_force,
            cases="\n---\n".join(VIGNETTES),
            closes_on=today + timedelta(days=14),
            by=by,
        )

    in_force = written("2026")
    commands.consult(in_force, by=by)
    commands.approve(in_force, body="executive", approved_on=today, effective_from=today, by=by)
    consulted = written("2027")
    commands.consult(consulted, by=by)
    drafted, opened, closed = (exercise(title) for title in ("Spring", "Summer", "Autumn"))
    for one in (opened, closed):
        commands.open_exercise(one, by=by)
    commands.rate(opened, levels=given("444444"), by=front_line.hub_worker)
    for part, levels in CLOSED.items():
        commands.rate(closed, levels=given(levels), by=getattr(front_line, part))
    commands.close_exercise(closed, by=by)
    return Thresholds(in_force, consulted, written("2028"), drafted, opened, closed)
