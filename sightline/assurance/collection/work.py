"""The work that waits in the dataset cycle: returns to make and to check, quarters to publish, questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from sightline.assurance.collection.models import Agreement, Quarter, Question, Return, TypedFigure
from sightline.assurance.collection.words import indicator_title
from sightline.assurance.dataset.models import Load
from sightline.assurance.questionnaire.models import Response
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.work import Column, Due, Link, Work

MONTHS = 3
"""How many figures a plain figure has: one for each month of a quarter."""

_ALL_RETURNS = Link("See", "collection:returns", has_key=False)
_SETTLED = frozenset({Return.States.CHECKED, Return.States.PUBLISHED, Return.States.MISSING})


def _written(*parts: str) -> Column:
    """Stored values in one text, for `words` to read: what holds a bar may stand last alone."""
    columns = [Cast(F(part), TextField()) for part in parts]
    first, *others = columns
    between = [piece for column in others for piece in (Value("|"), column)]
    return Concat(first, *between, output_field=TextField())


_QUARTER = ("quarter__first_on", "quarter__last_on")
_WHAT = ("agreement__kind", "agreement__item", *_QUARTER)


def _quarter(first_on: str, last_on: str) -> str:
    return str(Quarter(first_on=date.fromisoformat(first_on), last_on=date.fromisoformat(last_on)))


def _return(written: str) -> str:
    """A return in words: "Commentary, April to June 2026", or "Commentary from the police, ..."."""
    kind, item, first_on, last_on, *agency = written.split("|", 4)
    from_agency = f" from {agency[0]}" if agency else ""
    return f"{Agreement(kind=kind, item=item).title}{from_agency}, {_quarter(first_on, last_on)}"


def _with_agencies(user: User) -> QuerySet[Return]:
    """The returns of unlocked quarters in which agencies have something to do."""
    return Return.objects.visible_to(user).filter(
        quarter__state__in=Quarter.UNLOCKED, state__in=Return.WITH_AGENCY
    )


def _not_yet_in(user: User, *, made: bool) -> QuerySet[Return]:
    """Returns that are made and only have to be signed off, or those that are not made yet.

    As far as a row can tell: the page of a return looks into its file and its answers as well.
    """
    typed = TypedFigure.objects.visible_to(user).filter(made=OuterRef("pk")).order_by().values("made")
    all_typed = typed.annotate(typed=Count("pk")).filter(typed__gte=MONTHS)
    is_loaded = Q(load__state__in=(Load.States.READ, Load.States.CONFIRMED))
    is_answered = Q(response__state__in=(Response.States.SUBMITTED, Response.States.ACCEPTED))
    is_made = Case(When(is_loaded | is_answered | Exists(all_typed), then=True), default=False)
    awaited = _with_agencies(user).exclude(state=Return.States.RETURNED)
    return awaited.annotate(is_made=is_made).filter(is_made=made)


def _sent_back(user: User) -> QuerySet[Return]:
    return _with_agencies(user).filter(state=Return.States.RETURNED)


def _to_publish(user: User) -> QuerySet[Quarter]:
    """Quarters that have ended and of which nothing still waits to come or to be checked."""
    made = Return.objects.visible_to(user).filter(quarter=OuterRef("pk")).order_by()
    ended = Quarter.objects.visible_to(user).filter(
        state__in=Quarter.UNLOCKED, last_on__lt=timezone.localdate()
    )
    return ended.filter(Exists(made), ~Exists(made.exclude(state__in=_SETTLED)))


def _of_agency(key: str, title: str, verb: str, waiting: Callable[[User], QuerySet[Return]]) -> Work:
    """A kind of work of an agency on its returns: the three differ in nothing else."""
    return Work(
        key=key,
        title=title,
        doing=Link(verb, "collection:agency"),
        looking=_ALL_RETURNS,
        permission=Permission.MAKE_RETURN,
        waiting=waiting,
        about=_written(*_WHAT),
        words=_return,
        states=dict(Return.States.choices),
        since=F("quarter__opened_at"),
        due=Due(on=F("due_on")),
        record_key=Concat(
            Cast(F("quarter_id"), TextField()),
            Value("/"),
            F("agreement__agency__code"),
            output_field=TextField(),
        ),
        for_agency=F("agreement__agency_id"),
    )


WORK = (
    _of_agency("return-to-make", "Returns to make", "Make the return:", partial(_not_yet_in, made=False)),
    _of_agency("return-to-sign-off", "Returns to sign off", "Sign off", partial(_not_yet_in, made=True)),
    _of_agency("return-sent-back", "Returns that were sent back", "Put right:", _sent_back),
    Work(
        key="return-to-check",
        title="Returns to check",
        doing=Link("Check", "collection:check"),
        looking=_ALL_RETURNS,
        permission=Permission.CHECK_RETURNS,
        waiting=lambda user: Return.objects.visible_to(user).filter(state=Return.States.SUBMITTED),
        about=_written(*_WHAT, "agreement__agency__name"),
        words=_return,
        states={Return.States.SUBMITTED: "Signed off by the agency"},
        since=F("signed_off_at"),
    ),
    Work(
        key="quarter-to-publish",
        title="Quarters to publish",
        doing=Link("Publish", "collection:publish"),
        looking=_ALL_RETURNS,
        permission=Permission.PUBLISH_QUARTER,
        waiting=_to_publish,
        about=_written("first_on", "last_on"),
        words=lambda written: _quarter(*written.split("|")),
        states=dict.fromkeys(Quarter.UNLOCKED, "Everything that came has been checked"),
        since=F("opened_at"),
    ),
    Work(
        key="question-to-answer",
        title="Questions to answer",
        doing=Link("Answer a question about", "collection:question"),
        looking=Link("See the question about", "collection:question"),
        permission=Permission.ANSWER_QUESTION,
        waiting=lambda user: Question.objects.visible_to(user).filter(state=Question.States.RAISED),
        about=F("indicator"),
        words=indicator_title,
        states=dict(Question.States.choices),
        since=F("raised_at"),
        for_agency=F("agency_id"),
    ),
    Work(
        key="question-to-close",
        title="Questions to close",
        doing=Link("Say what followed from the question about", "collection:question"),
        looking=Link("See the question about", "collection:question"),
        permission=Permission.CLOSE_QUESTION,
        waiting=lambda user: Question.objects.visible_to(user).filter(state=Question.States.ANSWERED),
        about=F("indicator"),
        words=indicator_title,
        states=dict(Question.States.choices),
        since=F("answered_at"),
    ),
)
"""What waits in the dataset cycle."""
