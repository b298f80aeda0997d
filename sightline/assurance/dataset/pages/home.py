"""What the dataset has to say on a person's home page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from django.urls import reverse

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import Figure, LoadedSnapshot
from sightline.assurance.dataset.readings import SIGNALS, Reading, may_see_small, read_all, shown
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import Block, HomeItem
from sightline.indicators.definition import Breakdown, Unit
from sightline.indicators.periods import Every

RETURNS = "dataset-returns-on-time"
"""The indicator that says, agency by agency, which returns came."""

AT_MOST = 6
"""How many signals a home page names; the scorecard has them all."""


def home_items(user: User) -> Iterable[HomeItem]:
    """Signals of the current snapshot, then what it could not show and who did not send theirs."""
    if not user.may(Permission.READ_DATASET):
        return []
    snapshot = LoadedSnapshot.objects.visible_to(user).current()
    if snapshot is None:
        return []
    with_small = may_see_small(user, "")
    readings = read_all(snapshot, user, with_small)
    return [*_signals(readings), *_missing_returns(snapshot, user, with_small), *_refused(readings)]


def _signals(readings: Mapping[str, Reading]) -> Iterator[HomeItem]:
    found = [reading for reading in readings.values() if reading.has_signal]
    found.sort(key=lambda reading: SIGNALS.index(reading.variation))
    for reading in found[:AT_MOST]:
        latest = reading.latest
        assert latest is not None
        at = words.at(latest, reading.indicator.basis)
        yield HomeItem(
            Block.CHANGED,
            f"{reading.indicator.title}: {reading.signal()}",
            reverse("dataset:indicator", args=[reading.indicator.key]),
            f"{reading.variation.capitalize()}. {words.value(reading.indicator, latest.value)} {at}.",
        )
    if len(found) > AT_MOST:
        more = len(found) - AT_MOST
        yield HomeItem(
            Block.CHANGED,
            f"{more} more {'signal' if more == 1 else 'signals'} on the scorecard",
            f"{reverse('dataset:scorecard')}?show=signals",
        )


def _missing_returns(snapshot: LoadedSnapshot, user: User, with_small: bool) -> Iterator[HomeItem]:
    """Agencies whose returns did not all come complete and in time, in the latest year."""
    figures = shown(
        Figure.objects.visible_to(user).filter(
            snapshot=snapshot, indicator=RETURNS, breakdown=Breakdown.AGENCY, every=Every.YEAR
        ),
        with_small,
    )
    latest = max((figure.last_on for figure in figures), default=None)
    for figure in figures:
        if figure.last_on != latest or figure.numerator is None or figure.denominator is None:
            continue
        late, due = int(figure.denominator - figure.numerator), int(figure.denominator)
        if late:
            yield HomeItem(
                Block.NOT_SHOWN,
                f"{words.group_name(Breakdown.AGENCY, figure.group)}:"
                f" {late} of {due} {'return' if due == 1 else 'returns'} not complete or not in time",
                reverse("dataset:indicator", args=[RETURNS]),
                f"In the year to {words.day(figure.last_on)}.",
            )


def _refused(readings: Mapping[str, Reading]) -> Iterator[HomeItem]:
    """How many indicators have no value at all, and the reason that most of them share."""
    reasons = Counter(
        reading.refused
        for reading in readings.values()
        if reading.latest is None and reading.indicator.unit is not Unit.RATIO
    )
    if count := reasons.total():
        yield HomeItem(
            Block.NOT_SHOWN,
            f"{count} {'indicator has' if count == 1 else 'indicators have'} no figure",
            f"{reverse('dataset:scorecard')}?show=refused",
            f"Each says why. Most often: {reasons.most_common(1)[0][0]}.",
        )
