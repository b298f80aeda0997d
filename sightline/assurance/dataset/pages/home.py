"""What the dataset has to say on a person's home page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from django.urls import reverse

from sightline.assurance.dataset import words
from sightline.assurance.dataset.readings import SIGNALS, Reading, read, read_all
from sightline.assurance.dataset.view import View, view_of
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
    """Signals of the current snapshot, what it could not show, who did not send theirs."""
    if not user.may(Permission.READ_DATASET):
        return []
    view = view_of(user, {})
    if view.snapshot is None:
        return []
    readings = read_all(view)
    return [*_signals(readings), *_missing_returns(view), *_refused(readings)]


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


def _missing_returns(view: View) -> Iterator[HomeItem]:
    """Agencies whose returns did not all come complete and in time, in the latest year."""
    figures = [
        figure
        for figure in read(view, RETURNS)[1]
        if figure.breakdown == Breakdown.AGENCY and figure.every == Every.YEAR
    ]
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
        opening = "It says why" if count == 1 else "Each says why. Most often"
        yield HomeItem(
            Block.NOT_SHOWN,
            f"{count} {'indicator has' if count == 1 else 'indicators have'} no figure",
            f"{reverse('dataset:scorecard')}?show=refused",
            f"{opening}: {reasons.most_common(1)[0][0]}.",
        )
