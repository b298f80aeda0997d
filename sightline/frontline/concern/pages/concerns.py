"""The list of concerns: those that the reader may see, whose they are, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.trust.models import Grant
from sightline.frontline.concern.models import Concern, Told
from sightline.govuk.paging import LongList, page_links

A_PAGE = 25

CONCERNS = {"text": "Concerns", "href": "/concern/"}
"""The first step of the way to every page of a concern."""

WHOSE = {"mine": "Allocated to me", "team": "My team's", "sent": "Raised by me"}


class Filter(forms.Form):
    """Which concerns to show; what is left out does not narrow them."""

    marks_optional = False

    whose = forms.ChoiceField(
        label="Whose", required=False, choices=[("", "All that I may see"), *WHOSE.items()]
    )
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Open and closed"), *Concern.States.choices]
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=30,
        widget=forms.TextInput({"class": "govuk-input--width-10"}),
    )

    def narrow(self, concerns: QuerySet[Concern], user: User) -> QuerySet[Concern]:
        """The concerns asked for; none while something that was asked is wrong."""
        if not self.is_valid():
            return concerns.none()
        asked = self.cleaned_data
        if asked["state"]:
            concerns = concerns.filter(state=asked["state"])
        if asked["reference"]:
            concerns = concerns.filter(dossier__reference__icontains=asked["reference"].strip())
        return concerns.filter(_of(asked["whose"], user))


@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """The concerns that the reader may see, the latest first."""
    user = request.user
    assert isinstance(user, User)
    form = Filter(request.GET)
    seen = Concern.objects.visible_to(user).select_related("dossier__owner_team", "allocated_to")
    page = LongList(form.narrow(seen, user), A_PAGE).get_page(request.GET.get("page"))
    told = _told(user, (concern.dossier_id for concern in page))
    asked = [(name, value) for name in form.fields if (value := request.GET.get(name, ""))]
    context = {
        "form": form,
        "rows": [(concern, told.get(concern.dossier_id)) for concern in page],
        "page": page,
        "pages": page_links(page.number, page.paginator.num_pages, f"?{urlencode([*asked, ('page', '')])}"),
        "is_narrowed": bool(asked),
        "may_open": user.may(Permission.OPEN_CONCERN),
    }
    return render(request, "concern/concerns.html", context)


def _of(whose: str, user: User) -> Q:
    """The condition that a concern is this person's in one of the ways of `WHOSE`."""
    if whose == "mine":
        return Q(allocated_to=user)
    if whose == "team":
        return Q(dossier__owner_team__in=user.team_ids)
    if whose == "sent":
        sent = Grant.objects.visible_to(user).live().filter(user=user, source=Grant.Source.RECEIPT)
        return Q(dossier__in=sent.values("dossier"))
    return Q()


def _told(user: User, dossiers: Iterable[UUID]) -> dict[UUID, Told]:
    """Who the children are, as far as the reader may see that."""
    return {one.dossier_id: one for one in Told.objects.visible_to(user).filter(dossier__in=list(dossiers))}
