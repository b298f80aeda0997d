"""How a page about one record opens: to whoever may not see the record it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import models
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from sightline.core.models import User

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)
View = Callable[Concatenate[HttpRequest, M, P], HttpResponseBase]

SAFE = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")


def on_record(
    visible_to: Callable[[User], models.QuerySet[M]], methods: tuple[str, ...] = SAFE
) -> Callable[[View[M, P]], Callable[..., HttpResponseBase]]:
    """Give a view the record whose key `pk` stands in the address, out of those that the reader may see.

    The record is looked for before the method is: a method that is not allowed would else tell that it is
    there. A record that guards itself is told of the attempt (`refused`), so that it can say who tried.
    """

    def decorate(view: View[M, P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def run(request: HttpRequest, pk: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            assert isinstance(user, User)
            rows = visible_to(user)
            found = rows.filter(pk=pk).first()
            if found is None:
                if tell := getattr(rows.model, "refused", None):
                    tell(pk, user, request)
                raise Http404
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            return view(request, found, *args, **kwargs)

        return run

    return decorate
