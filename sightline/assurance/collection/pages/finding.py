"""What a page is about, looked up before anything else is asked of it.

Whoever may not see the record is told that there is no such page, whatever method they tried.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.assurance.collection.models import Agreement, Quarter, Question, Return
from sightline.core.models import User
from sightline.core.permissions import Permission

Found = TypeVar("Found")
View = Callable[..., HttpResponse]

READ_AND_WRITE = ("GET", "HEAD", "POST")


def person(request: HttpRequest) -> User:
    """Who is at the page; the policy has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def about(find: Callable[..., Found], *, only_read: bool = False) -> Callable[[View], View]:
    """Make a view of what `find` finds for this person by the keys of the address; 404 where it is None."""

    def decorate(view: View) -> View:
        inner = require_safe(view) if only_read else require_http_methods(READ_AND_WRITE)(view)

        @wraps(view)
        def run(request: HttpRequest, **keys: Any) -> HttpResponse:
            found = find(person(request), **keys)
            if found is None:
                raise Http404
            response: HttpResponse = inner(request, found)
            return response

        return run

    return decorate


def quarter(user: User, pk: int) -> Quarter | None:
    """A quarter."""
    return Quarter.objects.visible_to(user).filter(pk=pk).first()


def open_return(user: User, pk: int) -> Return | None:
    """A return whose content this person may read."""
    return Return.objects.visible_to(user).open_to(user).filter(pk=pk).first()


def returns_of_agency(user: User, pk: int, code: str) -> list[Return] | None:
    """What an agency owes for a quarter, to those who may read it; None where there is nothing."""
    open_ = Return.objects.visible_to(user).open_to(user)
    return list(open_.filter(quarter=pk, agreement__agency__code=code)) or None


def returns_to_sign(user: User, pk: int, code: str) -> list[Return] | None:
    """What an agency owes for a quarter, to its lead."""
    made = returns_of_agency(user, pk, code)
    return made if made and user.may(Permission.MAKE_RETURN, made[0]) else None


def agreement(user: User, pk: int) -> Agreement | None:
    """An agreement."""
    return Agreement.objects.visible_to(user).select_related("agency").filter(pk=pk).first()


def question(user: User, pk: int) -> Question | None:
    """A question."""
    return Question.objects.visible_to(user).filter(pk=pk).first()


def question_to_answer(user: User, pk: int) -> Question | None:
    """A question that this person may answer."""
    found = question(user, pk)
    return found if found is not None and user.may(Permission.ANSWER_QUESTION, found) else None
