"""The thresholds of need of the example partnership: a version in force, and an exercise that is closed.

Eight invented cases, rated by people of five agencies. The school gives a level more than the hub wherever
it has seen the child itself; on what is plainly statutory all agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from sightline.clocks.calendar import add_months, london

if TYPE_CHECKING:
    from sightline.core.models import User
    from sightline.frontline.threshold.models import Exercise

Cast = Mapping[str, "User"]

TEXTS: Mapping[int, tuple[str, str]] = {
    1: (
        "Universal",
        "The child is well and learns, and the family finds what it needs in school, nursery and surgery.\n"
        "Who acts: whoever knows the family, as part of their everyday work.",
    ),
    2: (
        "Early help",
        "One or two needs that the family cannot meet alone, and that will grow if nobody helps: missed days"
        " at school, a parent at the end of their strength, a home that is too small.\n"
        "Who acts: one agency, with the family's consent, and writes down what was agreed.",
    ),
    3: (
        "Complex: several agencies",
        "Needs that hang together and that no agency can meet by itself: quarrels at home and a child who"
        " withdraws, or drink and debts and a baby. The child may come to harm if it goes on.\n"
        "Who acts: a lead professional, and a team around the child with one plan.",
    ),
    4: (
        "Statutory",
        "A child who has come to significant harm or is likely to, or who cannot do well without services of"
        " the council: an injury that nobody explains, a child who is being exploited.\n"
        "Who acts: children's social care. Ring the front door the same day; in danger ring 999.",
    ),
}

CASES = (
    "A boy of seven is often late. His mother works nights and asks the school for a place at the breakfast"
    " club.",
    "A girl of three does not yet speak in sentences. Her parents go to every appointment and practise at"
    " home.",
    "A boy of nine has stopped playing at break. His parents have parted, and each tells him of the other.",
    "A mother of a baby of four months drinks on most evenings. Her own mother comes in each morning.",
    "A girl of fourteen has a new telephone and new clothes, and is driven to school by a man whom nobody"
    " knows.",
    "A boy of five says that his father hit him with a belt. There is a mark on his back.",
    "Two sisters of six and eight come in dirty clothes and hungry. The parents do not answer letters.",
    "A young carer of twelve looks after his father, who is in a wheelchair. He is tired, and proud of it.",
)

RATINGS: Mapping[str, str] = {
    # account: a level for each case
    "hub-worker": "11234422",
    "hub-manager": "11234432",
    "social-worker": "11234432",
    "early-help": "22234432",
    "police-unit": "11134432",
    "health-nurse": "12334432",
    "school-lead": "21344443",
}


def play(cast: Cast, today: date) -> None:
    """Write the thresholds and put them in force; let everybody rate the cases, and close the exercise."""
    from sightline.core import local
    from sightline.frontline.threshold import commands

    manager, approved_on = cast["board-manager"], today - timedelta(days=400)
    version = commands.draft_version(title=str(approved_on.year), by=manager)
    for level, (name, descriptor) in TEXTS.items():
        commands.change_text(version, level=level, name=name, descriptor=descriptor, by=manager)
    commands.consult(version, by=manager)
    commands.approve(
        version,
        body=local.partnership().bodies[0].key,
        approved_on=approved_on,
        effective_from=approved_on + timedelta(days=14),
        by=manager,
    )
    exercise = commands.draft_exercise(
        title="First exercise", version=version, cases="\n---\n".join(CASES), closes_on=today, by=manager
    )
    commands.open_exercise(exercise, by=manager)
    for account, levels in RATINGS.items():
        given = {place: int(level) for place, level in enumerate(levels, 1)}
        commands.rate(exercise, levels=given, by=cast[account])
    commands.close_exercise(exercise, by=manager)
    _date_back(exercise, today)


def _date_back(exercise: Exercise, today: date) -> None:
    """Let it have closed in the last whole month, which is the last with figures."""
    from sightline.frontline.threshold.models import Rating

    first = add_months(today.replace(day=1), -1)
    drafted, opened, rated, closed = (
        london(first + timedelta(days=days), time(10)) for days in (-32, -20, 3, 14)
    )
    exercise.drafted_at, exercise.opened_at, exercise.closed_at = drafted, opened, closed
    exercise.closes_on = closed.date()
    exercise.save(update_fields=["drafted_at", "opened_at", "closed_at", "closes_on"])
    Rating.objects.filter(case__exercise=exercise).update(at=rated)
