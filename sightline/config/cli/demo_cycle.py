"""The example partnership in the middle of a quarter: who owes what, what has come, what was asked.

Four agencies: the police are accepted, social care waits for the analyst, health was sent its commentary
back, housing is late. Everything is done by the commands that people use, as invented people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sightline.clocks.calendar import add_months

if TYPE_CHECKING:
    from sightline.assurance.collection.models import Quarter, Question, Return
    from sightline.core.models import Agency, User

Cast = Mapping[str, "User"]

LEADS: Mapping[str, str] = {
    "pol": "agency-lead",
    "csc": "care-lead",
    "hou": "housing-lead",
    "mht": "health-lead",
}
"""The account of the person who answers for an agency, by the agency's code."""

AGREED: Sequence[tuple[str, str, str, str]] = (
    ("pol", "figure", "conference-attendance", "60 working days"),
    ("pol", "figure", "conference-attendance-initial", "60 working days"),
    ("pol", "figure", "conference-attendance-review", "60 working days"),
    ("pol", "commentary", "commentary", "60 working days"),
    ("csc", "figure", "decision-in-one-working-day", "60 working days"),
    ("csc", "commentary", "commentary", "60 working days"),
    ("hou", "commentary", "commentary", "20 working days"),
    ("mht", "commentary", "commentary", "60 working days"),
)
"""Agency, kind, item, limit after the quarter's end."""

SPEAKS_FOR: Mapping[str, Sequence[str]] = {
    "pol": ("conference-attendance", "missing-episodes", "return-interviews-in-72-hours"),
    "csc": ("referrals", "re-referrals", "assessments-in-45-working-days"),
    "hou": ("referrals",),
    "mht": ("referrals",),
}

FIGURES: Mapping[str, Sequence[tuple[int, int]]] = {
    "conference-attendance-initial": ((10, 10), (9, 10), (11, 11)),
    "conference-attendance-review": ((7, 21), (6, 20), (7, 22)),
    "conference-attendance": ((17, 31), (15, 30), (18, 33)),
    "decision-in-one-working-day": ((231, 258), (226, 254), (238, 266)),
}
"""What was returned for each month of the quarter: numerator and denominator."""

SPLIT_FROM = date(2024, 4, 1)
"""From when the example's police return attendance at the two kinds of conference apart."""

ANSWERS: Mapping[str, str | list[str]] = {
    "recording-changed": "no",
    "trust": "mostly",
    "voice-gathered": "none-gathered",
}
CHANGED: Mapping[str, str] = {
    "pol": "More children were found within a day. We go to every initial conference; by agreement we go "
    "to a review only where the police have new information, and write a report for the others.",
    "csc": "Two teams took on new workers in the second month, and decisions at the front door slowed for a "
    "fortnight.",
    "mht": "Nothing.",
}
ATTENDANCE = (
    "One in three for reviews is by design: officers go to initial conferences first. Read the two figures"
    " apart; together they tell of neither."
)
HEADLINE = "conference-attendance"
"""The figure that misleads: initial and review conferences together."""


@dataclass(frozen=True)
class Day:
    """Until when the quarter ran that agencies are returning, seen from today."""

    today: date

    @property
    def quarter_begins(self) -> date:
        """The first day of the last quarter that has ended."""
        this = self.today.replace(month=(self.today.month - 1) // 3 * 3 + 1, day=1)
        return add_months(this, -3)


def play(cast: Cast, today: date) -> None:
    """Agree, open the quarter, and let each agency do its part as far as it has come."""
    from sightline.assurance.collection.commands import agree, open_quarter
    from sightline.assurance.collection.terms import Terms
    from sightline.core import local
    from sightline.core.models import Agency

    manager = cast["board-manager"]
    first = Day(today).quarter_begins
    agencies = {agency.code: agency for agency in Agency.objects.visible_to(manager)}
    for code, kind, item, limit in AGREED:
        terms = Terms(
            kind=kind,
            item=item,
            from_on=first,
            limit=limit,
            agreed_on=first - timedelta(days=14),
            agreed_by=local.partnership().bodies[0].name,
            about=SPEAKS_FOR[code] if kind == "commentary" else (),
        )
        agree(agencies[code], given=terms, by=manager)
    quarter = open_quarter(first_on=first, by=manager)
    _make_returns(quarter, agencies, cast)
    _talk(agencies, cast, today)


def _make_returns(quarter: Quarter, agencies: Mapping[str, Agency], cast: Cast) -> None:
    from sightline.assurance.collection.commands import check, send_back

    analyst = cast["analyst"]
    for code in ("pol", "csc", "mht"):
        for item in _fill_in(quarter, agencies[code], cast[LEADS[code]]):
            if code == "pol":
                check(item, note="", by=analyst)
            elif code == "mht":
                reason = "Waiting times rose in the figures that your board published: please say why."
                send_back(item, reason=reason, by=analyst)


def _fill_in(quarter: Quarter, agency: Agency, lead: User) -> list[Return]:
    """Type the figures, answer the commentary, sign off."""
    from sightline.assurance.collection.commands import Signed, sign_off
    from sightline.assurance.collection.models import Quality, Return

    made = list(Return.objects.visible_to(lead).filter(quarter=quarter, agreement__agency=agency))
    for item in made:
        if item.response is not None:
            _comment(item, agency.code, lead)
        else:
            _type(item, lead)
    signed = [Signed(item, Quality.COMPLETE) for item in made]
    return sign_off(agency, quarter=quarter, signed=signed, by=lead)


def _type(item: Return, lead: User) -> None:
    from sightline.assurance.collection.commands import Typed, type_figures
    from sightline.assurance.collection.models import Quality

    counts = FIGURES[item.agreement.item]
    days = [month.last for month in item.quarter.months]
    figures = [
        Typed(last, numerator, denominator, Quality.COMPLETE)
        for last, (numerator, denominator) in zip(days, counts, strict=True)
    ]
    type_figures(item, figures=figures, by=lead)


def _comment(item: Return, code: str, lead: User) -> None:
    from sightline.assurance.questionnaire.commands import save_answer

    assert item.response is not None
    answers = {**ANSWERS, "what-changed": CHANGED[code]}
    if code == "pol":
        answers["about-conference-attendance"] = ATTENDANCE
    for question, value in answers.items():
        save_answer(item.response, question=question, value=value, seen=0, by=lead)


def _talk(agencies: Mapping[str, Agency], cast: Cast, today: date) -> None:
    """The question that a headline raises, its answer and what followed; and one that is still open."""
    from sightline.assurance.collection.commands import answer, close
    from sightline.assurance.collection.terms import Followed

    question = _ask(
        HEADLINE,
        "The police come to little more than half of the conferences. Why so few?",
        agencies["pol"],
        cast["lay-member"],
        today,
    )
    _ask(
        "return-interviews-in-72-hours",
        "What was done for the children who were not seen within 72 hours?",
        agencies["csc"],
        cast["member"],
        today,
    )
    answer(question, text=ATTENDANCE, by=cast["agency-lead"])
    followed = Followed(
        outcome="definition",
        outcome_text="Initial and review conferences are read apart, as far back as the police counted both.",
        definition=HEADLINE,
        definition_from=SPLIT_FROM,
    )
    _split(cast["analyst"])
    close(question, followed=followed, by=cast["board-manager"])


def _ask(indicator: str, text: str, agency: Agency, by: User, today: date) -> Question:
    """Raise a question about the figure as this person sees it."""
    from sightline.assurance.collection.commands import ask
    from sightline.assurance.collection.terms import Asked
    from sightline.assurance.collection.words import figure_as_shown
    from sightline.assurance.dataset.view import view_of
    from sightline.core import local
    from sightline.indicators.definitions import INDICATORS

    asked = Asked(
        indicator=indicator,
        text=text,
        raised_on=today,
        meeting=next(body.name for body in local.partnership().bodies if body.key == "quality"),
        agency=agency,
        figure=figure_as_shown(INDICATORS[indicator], view_of(by, {})),
    )
    return ask(asked=asked, by=by)


def _split(analyst: User) -> None:
    """Break the headline's series where its two parts begin."""
    from sightline.assurance.dataset.commands import change_definition

    change_definition(
        indicator=HEADLINE,
        from_on=SPLIT_FROM,
        was="Initial and review conferences in one count",
        now="The sum of two counts, initial conferences and review conferences",
        reason="Together they told of neither: officers go to initial conferences first, by agreement.",
        by=analyst,
    )
