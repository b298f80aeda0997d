"""Searches for people: who searched and when; what they typed is shown on asking, which is in the log too."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.core.opening import FORM
from sightline.core.trust import commands
from sightline.core.trust.pages.doing import crumbs, me
from sightline.core.trust.pages.looked import page_of_events
from sightline.core.trust.searches import searchers
from sightline.core.trust.searches import searches as all_searches


@require_safe
def searches(request: HttpRequest) -> HttpResponse:
    """Every search for people, newest first."""
    way = crumbs("Searches", ("Reviews of access", reverse("trust:governance")))
    context = {**page_of_events(request, all_searches(), searchers()), "breadcrumbs": way}
    return render(request, "trust/searches.html", context)


@require_http_methods(FORM)
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """One search; what was typed, once that is asked for."""
    found = all_searches().filter(pk=pk).first()
    if found is None:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)
    is_shown = request.method == "POST" and form.is_valid()
    context = {
        "event": found,
        "form": form,
        "is_shown": is_shown,
        "words": commands.show_search(search=pk, by=me(request)) if is_shown else None,
        "breadcrumbs": crumbs("Search", ("Searches", reverse("trust:searches"))),
    }
    return render(request, "trust/search.html", context)
