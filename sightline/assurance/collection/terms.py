"""What may be agreed, typed, asked and published: the rules of the dataset cycle, in words.

Each check raises `NotPossible` with a sentence for the person at the page, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db.models import Q

from sightline.assurance.collection.models import Agreement, Quarter, Question, Return
from sightline.assurance.collection.models.agreements import COMMENTARY
from sightline.assurance.collection.models.returns import CLOCK
from sightline.assurance.collection.returns_file import days_of, kind_of
from sightline.assurance.dataset.models import Load
from sightline.clocks import ClockError, Limit, due
from sightline.core import local
from sightline.core.models import Agency
from sightline.facts.sources import EXTRACTS
from sightline.facts.tables import AGENCY
from sightline.indicators.definition import Indicator, Unit
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.periods import in_words

day = in_words
Kinds, Outcomes = Agreement.Kinds, Question.Outcomes


class NotPossible(Exception):
    """This cannot be done so; the message says why, to the person who asked."""


@dataclass(frozen=True)
class Terms:
    """What the executive agreed with an agency (see `models.Agreement`)."""

    kind: str
    item: str
    from_on: date
    limit: str
    agreed_on: date
    agreed_by: str
    until_on: date | None = None
    about: Sequence[str] = ()

    def as_fields(self) -> dict[str, object]:
        """The fields of the stored agreement; the limit is written as clocks write it."""
        return {**asdict(self), "about": list(self.about), "limit": str(Limit.parse(self.limit))}

    def covers(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True)
class Asked:
    """A question about a figure (see `models.Question`)."""

    indicator: str
    text: str
    raised_on: date
    meeting: str = ""
    agency: Agency | None = None
    figure: Mapping[str, object] = field(default_factory=dict)

    def as_fields(self) -> dict[str, object]:
        """The fields of the stored question."""
        own = {"indicator": self.indicator, "raised_on": self.raised_on, "agency": self.agency}
        return {**own, "text": self.text.strip(), "meeting": self.meeting.strip(), **self.figure}


@dataclass(frozen=True)
class Followed:
    """What followed from a question (see `models.Question`)."""

    outcome: str
    outcome_text: str = ""
    owner: str = ""
    action_due_on: date | None = None
    definition: str = ""
    definition_from: date | None = None


def can_be_returned(indicator: Indicator) -> bool:
    """Whether an agency can return it as a plain figure: a count, or a share of a count.

    A rate needs residents and a ratio compares groups; both are worked out, never returned.
    """
    is_about_returns = indicator.table == "agency_returns" and not indicator.returned
    return indicator.unit in (Unit.COUNT, Unit.PERCENT) and not is_about_returns


def check(agency: Agency, given: Terms) -> None:
    """Check the terms of an agreement, by themselves and against those in force."""
    kind = kind_of(agency)
    if kind not in AGENCY:
        raise NotPossible(f"The partnership's settings do not say what kind of agency {agency} is")
    _check_item(given)
    try:
        Limit.parse(given.limit)
    except ClockError as error:
        raise NotPossible(f"The limit {error}") from None
    if given.until_on and given.until_on < given.from_on:
        raise NotPossible("The last day must not be before the first")
    if given.agreed_by not in {body.name for body in local.partnership().bodies}:
        raise NotPossible(f"{given.agreed_by!r} is no body of this partnership")
    _check_against_others(agency, kind, given)


def _check_item(given: Terms) -> None:
    known = {
        Kinds.EXTRACT: set(EXTRACTS),
        Kinds.FIGURE: {key for key, one in INDICATORS.items() if can_be_returned(one)},
        Kinds.COMMENTARY: {COMMENTARY},
    }
    if given.kind not in known or given.item not in known[Kinds(given.kind)]:
        raise NotPossible(f"{given.item!r} cannot be returned as {given.kind or 'anything'}")
    if strange := [key for key in given.about if key not in INDICATORS]:
        raise NotPossible(f"There is no indicator {strange[0]!r}")


def _check_against_others(agency: Agency, kind: str | None, given: Terms) -> None:
    """Refuse the same item twice from one agency, and a figure from two agencies of one kind.

    A fact names an agency by its kind: two of one kind could not be told apart.
    """
    until = given.until_on or date.max
    overlapping = Agreement.objects.filter(
        Q(until_on=None) | Q(until_on__gte=given.from_on),
        kind=given.kind,
        item=given.item,
        from_on__lte=until,
    )
    for other in overlapping.select_related("agency"):
        if other.agency_id == agency.pk:
            since = day(other.from_on)
            raise NotPossible(f"{agency} has agreed to return {other.title} already, from {since}")
        if given.kind == Kinds.FIGURE and kind_of(other.agency) == kind:
            raise NotPossible(
                f"{other.agency} returns {other.title} already. Two agencies of one kind cannot both return"
                " the same figure, since figures are told apart by the kind of agency"
            )


def due_on(quarter: Quarter, limit: Limit) -> date:
    """The day by which a return of a quarter falls due."""
    return due(CLOCK, quarter.last_on, limit).due_on


def check_figures(item: Return, figures: Sequence[tuple[date, int | None, int | None]]) -> None:
    """Check typed figures: the months asked for, whole numbers, no part greater than its whole."""
    if item.agreement.kind != Kinds.FIGURE:
        raise NotPossible(f"{item.agreement.title} is not returned as a figure")
    indicator = INDICATORS[item.agreement.item]
    asked = {last for _, last in days_of(indicator, item.quarter)}
    for last, numerator, denominator in figures:
        if last not in asked:
            raise NotPossible(f"{day(last)} ends no month that is asked for")
        if problem := figure_problem(indicator, numerator, denominator):
            raise NotPossible(f"{last:%B %Y}: {problem[1]}")


def figure_problem(
    indicator: Indicator, numerator: int | None, denominator: int | None
) -> tuple[str, str] | None:
    """What is wrong with one figure, and with which part of it; None where nothing is."""
    is_share = indicator.unit is Unit.PERCENT
    if numerator is None and denominator is None:
        return None
    if numerator is None or numerator < 0:
        return "numerator", "enter how many, as a whole number"
    if is_share and (denominator is None or denominator < 0):
        return "denominator", "enter out of how many, as a whole number"
    if not is_share and denominator is not None:
        return "denominator", "a count is not out of anything: leave this blank"
    if is_share and denominator is not None and numerator > denominator:
        return "numerator", f"{numerator} cannot be more than {denominator}, out of which it is counted"
    return None


def check_publication(quarter: Quarter, made: Sequence[Return], unconfirmed: Sequence[Return]) -> None:
    """Refuse to publish before the quarter has ended, while a return is unchecked, or with unknown gaps."""
    if not quarter.has_ended:
        raise NotPossible(f"{quarter} has not ended")
    waiting = [item for item in made if item.state == Return.States.SUBMITTED]
    if waiting:
        raise NotPossible(f"These returns have not been checked: {_named(waiting)}")
    if unconfirmed:
        raise NotPossible(f"These returns are missing: {_named(unconfirmed)}. Confirm that you know")


def check_dataset(quarter: Quarter, made: Sequence[Return]) -> None:
    """Refuse to finish a publication while something that was accepted is not in the dataset."""
    if quarter.load is None or not Load.objects.confirmed().filter(pk=quarter.load.pk).exists():
        raise NotPossible("The quarter's own file of returns could not be put into the dataset")
    checked = [item for item in made if item.state == Return.States.CHECKED and item.load is not None]
    out = [item for item in checked if item.load and item.load.state != Load.States.CONFIRMED]
    if out:
        raise NotPossible(f"These were accepted but could not be put into the dataset: {_named(out)}")


def check_outcome(followed: Followed) -> None:
    """Check that what followed from a question is told whole: an action has words, an owner and a day."""
    if followed.outcome not in Outcomes.values:
        raise NotPossible("Choose what followed")
    is_action = followed.outcome == Outcomes.ACTION
    if is_action and not (followed.outcome_text and followed.owner and followed.action_due_on):
        raise NotPossible("Say what the action is, who owns it and by when")
    if followed.outcome == Outcomes.DEFINITION and followed.definition not in INDICATORS:
        raise NotPossible("Choose the indicator whose definition changed")
    if followed.outcome == Outcomes.DEFINITION and followed.definition_from is None:
        raise NotPossible("Say from which day the new definition counts")


def _named(made: Sequence[Return]) -> str:
    return "; ".join(f"{item.agreement.title} from {item.agency}" for item in made)
