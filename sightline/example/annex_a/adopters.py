"""The prospective adopters of list 11: a few adults a year, each on the road to approval and a match."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sightline.clocks.calendar import add_months
from sightline.example import rates
from sightline.example.annex_a import words
from sightline.example.annex_a.rows import Cells, Day
from sightline.example.chance import between, lasting, stream
from sightline.example.record import seen
from sightline.example.world import World

_A_YEAR = 34


def adopters(world: World, day: Day) -> Iterator[Cells]:
    """Give the rows of the adopters who were on the road at some time in the year before `day`."""
    for number in range(round(_A_YEAR * world.scale * (world.years + 2))):
        rng = stream(world.seed, "adopter", number)
        enquired = between(rng, add_months(world.first, -24), world.horizon)
        steps = [enquired]
        for mean in (40, 65, 20, 110, 15, 35, 150, 45):
            steps.append(steps[-1] + lasting(rng, mean, 3))
        left, reason = None, None
        if rng.random() < 0.3:
            stop = rng.randrange(2, 6)
            left, reason = steps[stop] + timedelta(days=30), words.LEFT[rng.choice((0, 0, 1, 2))]
            steps = steps[:stop] + [date.max] * (9 - stop)
        placed = steps[8]
        ordered = placed + lasting(rng, 240, 6) if placed != date.max else date.max
        if enquired > day.on or min(ordered, left or date.max) < day.year_ago:
            continue
        sex, ethnicity = rng.choice("MF"), rates.ETHNICITY.draw(rng)
        known = [seen(step, day.on) for step in steps]
        yield (
            f"AD{number:05d}", f"FAM{number:05d}", words.SEX[sex], words.ETHNICITY[ethnicity],
            words.CLAIM[rng.random() < 0.05], words.CLAIM[rng.random() < 0.1], *known,
            rng.choice((1, 1, 2)) if known[8] else None, seen(ordered, day.on), seen(left, day.on),
            reason if seen(left, day.on) else None,
        )  # fmt: skip
