"""Conflicts of interest: the yearly declaration, and shutting oneself out of a record."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.core.opening import FORM
from sightline.core.pages.doing import done
from sightline.core.trust import commands
from sightline.core.trust.limits import CONFLICT_DECLARATION
from sightline.core.trust.models import ConflictDeclaration
from sightline.core.trust.pages.doing import crumbs, me
from sightline.core.trust.queue import due_days


class DeclareForm(forms.Form):
    """Whether one knows anybody, and in which record."""

    knows = forms.ChoiceField(
        label="Do you know anybody privately who is, or may be, in a record here?",
        choices=[("no", "No, I have nothing to declare"), ("yes", "Yes, I know somebody")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether you know anybody"},
        help_text="A relative, a friend, a neighbour, a former partner, your child’s friends, or yourself",
    )
    reference = forms.CharField(
        label="Reference of the record",
        required=False,
        max_length=30,
        help_text="If you know it: you no longer see that record, from now on. Where it is the record of a "
        "person, nor any about that person",
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )


@require_http_methods(FORM)
def conflicts(request: HttpRequest) -> HttpResponse:
    """Declare one's conflicts. The answer is the same whether there is such a record or not."""
    user = me(request)
    reference = request.GET.get("reference", "")
    initial = {"reference": reference, "knows": "yes"} if reference else {}
    form = DeclareForm(request.POST or None, initial=initial)

    def act() -> None:
        knows = form.cleaned_data["knows"] == "yes"
        commands.declare(knows_somebody=knows, by=user)
        if knows and form.cleaned_data["reference"]:
            commands.declare_conflict(reference=form.cleaned_data["reference"], by=user)

    if form.is_valid() and done(form, act):
        messages.success(request, "Your declaration is recorded")
        return redirect("trust:start")
    mine = list(ConflictDeclaration.objects.visible_to(user).filter(user=user))
    context = {
        "form": form,
        "declaration": mine[0] if mine else None,
        "due_on": next(iter(due_days(CONFLICT_DECLARATION, mine).values()), None),
        "breadcrumbs": crumbs("Conflicts of interest"),
    }
    return render(request, "trust/conflicts.html", context)
