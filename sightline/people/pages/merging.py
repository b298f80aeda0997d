"""Two records of one person: looked at side by side, merged, and parted again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.core.forms import ReasonForm
from sightline.core.models import User
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.models import Merge
from sightline.people import merging
from sightline.people.models import Person
from sightline.people.pages.opening import asked, crumbs, person_of, to_do
from sightline.people.record import Record


class MergeForm(forms.Form):
    """The other record, and why both are of one person."""

    reference = forms.CharField(
        label="Reference of the other record", max_length=30, help_text="Such as P26-1A2B3C4D"
    )
    reason = forms.CharField(
        label="How do you know that they are the same person?",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any = None, *, shown: Person, user: User) -> None:
        super().__init__(data)
        self.shown, self.user = shown, user

    def clean_reference(self) -> Person:
        """Another person's record, which the reader may merge."""
        reference = self.cleaned_data["reference"].strip()
        found = Person.objects.filter(dossier__reference__iexact=reference).select_related("dossier").first()
        if found is None or not self.user.may(Permission.MERGE_PEOPLE, found):
            raise forms.ValidationError("No record with this reference is fully open to you")
        if found.pk == self.shown.pk:
            raise forms.ValidationError("This is the record itself: enter the other one’s reference")
        other: Person = found
        return other


@to_do(Permission.MERGE_PEOPLE, Person)
def merge(request: HttpRequest, shown: Person, user: User) -> HttpResponse:
    """Find the other record, look at both side by side, then merge them."""
    form = MergeForm(request.POST or None, shown=shown, user=user)
    if form.is_valid():
        other, reason = form.cleaned_data["reference"], form.cleaned_data["reason"]
        is_sure = request.POST.get("sure") == "yes"
        if is_sure and done(form, lambda: merging.merge_people(shown, other=other, reason=reason, by=user)):
            messages.success(request, "The two records are read as one now")
            return redirect("people:person", pk=shown.pk)
        if not is_sure:
            return _compare(request, shown, other, reason)
    title = "Merge with another record of the same person"
    context = {
        "form": form,
        "title": title,
        "button": "Compare the two records",
        "lead": f"The details of {shown.name} stay in front. Nothing is moved or lost, and it can be undone.",
        "back": reverse("people:person", args=[shown.pk]),
        "breadcrumbs": crumbs(title, shown),
    }
    return render(request, "core/form.html", context)


def _compare(request: HttpRequest, shown: Person, other: Person, reason: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    context = {
        "shown": shown,
        "other": other,
        "reason": reason,
        "records": [Record(shown, user), Record(other, user)],
        "breadcrumbs": crumbs("Merge with another record", shown),
    }
    return render(request, "people/compare.html", context)


@to_do(Permission.MERGE_PEOPLE, Merge)
def unmerge(request: HttpRequest, record: Merge, user: User) -> HttpResponse:
    """Undo a merge, for a reason."""
    form = ReasonForm(request.POST or None)
    return asked(
        request,
        person_of(record),
        form,
        lambda: merging.unmerge_people(record, reason=form.cleaned_data["reason"], by=user),
        "The merge is undone: there are two records again",
        title="Undo the merge",
        button="Undo the merge",
        lead="Each record has again what was entered in it, and is seen by those who could see it before.",
    )
