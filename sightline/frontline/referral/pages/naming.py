"""Naming the people of a contact: who they may be is offered from what was told, and never typed anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sightline.core.models import User
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.models import Dossier, Link
from sightline.core.vault import seal_search
from sightline.frontline.referral import commands
from sightline.frontline.referral.models import Contact, Told
from sightline.frontline.referral.pages.family import people_in, suggested_in, told_in, unnamed
from sightline.frontline.referral.pages.working import back_to, form_page, to_do
from sightline.govuk.jinja import day
from sightline.people.commands import look_for_duplicates
from sightline.people.finding import Found, Hit
from sightline.people.models import Person

MOST = 20
"""How many people are offered; whoever is not among them is asked for by more of their name."""


class FindForm(forms.Form):
    """Whom to look for; what is typed is sent, so that no name stands in an address or a log."""

    find = forms.CharField(label="Name or reference", max_length=100)


class NameForm(forms.Form):
    """Which of the people found it is, and the part that they play."""

    person = forms.ChoiceField(label="Who it is", widget=forms.RadioSelect)
    part = forms.ChoiceField(label="Who they are in it", choices=Link.Part.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, found: Iterable[Hit], part: str = "") -> None:
        super().__init__(data, initial={"part": part})
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        people = {str(hit.person.dossier_id): hit for hit in found}
        field.choices = [(key, f"{hit.person.name}, {_born(hit.person)}") for key, hit in people.items()]
        field.widget.attrs["hints"] = {key: said for key, hit in people.items() if (said := _why(hit))}


@to_do(Permission.WORK_CONTACT)
def name_person(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Name somebody: out of those who may be whom the contact was told of, out of the household, or found by
    name; `?reference=` brings one along from their own page. Who is not known yet is entered as told.
    """
    named = people_in(user, contact)
    whom = _asked_about(request, unnamed(named, told_in(user, contact)))
    asked = request.POST.get("find", request.GET.get("reference", ""))
    like = _like(whom, user) if whom and not asked else Found()
    if request.method == "POST" and "enter" in request.POST and whom:
        return _enter(request, contact, user, whom, like)
    hits = [*(Hit(one, "", ()) for one in people_like(asked, user)), *like.hits]
    if request.method == "POST" and "suggested" in request.POST:
        hits += [Hit(one, "", ()) for one in suggested_in(user, contact)]
    is_named = request.method == "POST" and "name" in request.POST
    form = NameForm(request.POST if is_named else None, found=hits, part=whom.part if whom else "")
    if is_named and form.is_valid():
        dossier = Dossier.objects.visible_to(user).get(pk=form.cleaned_data["person"])
        part = form.cleaned_data["part"]
        if done(form, lambda: commands.name_person(contact, person_dossier=dossier, part=part, by=user)):
            return back_to(request, contact, "The person was named in the contact")
    return _page(request, contact, user, whom, asked, like, form if hits or is_named else None)


def _page(
    request: HttpRequest,
    contact: Contact,
    user: User,
    whom: Told | None,
    asked: str,
    like: Found,
    form: forms.Form | None,
) -> HttpResponse:
    is_search = request.method == "POST" and not {"name", "enter", "suggested"} & set(request.POST)
    find = FindForm({"find": asked} if asked or is_search else None)
    more = {
        "whom": whom,
        "others": [one for one in unnamed(people_in(user, contact), told_in(user, contact)) if one != whom],
        "find": find,
        "asked": asked,
        "like": like,
        "naming": form,
        "may_enter": whom is not None and user.may(Permission.KEEP_PERSON, contact),
        "may_search": user.may(Permission.SEARCH_PEOPLE),
    }
    return form_page(
        request,
        contact,
        find if find.errors or form is None else form,
        "Name a person",
        "",
        "",
        "referral/name_person.html",
        **more,
    )


def _asked_about(request: HttpRequest, open_ones: Sequence[Told]) -> Told | None:
    """Of those told of and not named yet the one that is asked about, or the first."""
    key = request.POST.get("told", request.GET.get("told", ""))
    asked = (one for one in open_ones if str(one.pk) == key)
    return next(asked, open_ones[0] if open_ones and not key else None)


def _enter(request: HttpRequest, contact: Contact, user: User, whom: Told, like: Found) -> HttpResponse:
    """Enter somebody as they were told of, once those who may be the same have been looked through."""
    form = forms.Form(request.POST)
    shown = {str(hit.person.pk) for hit in like.hits}
    others = tuple(hit.person.dossier.reference for hit in like.hits)
    if not shown <= set(request.POST.getlist("shown")):
        form.add_error(None, "Somebody who may be the same came in meanwhile. Look at them first")
    elif done(form, lambda: commands.enter_as_told(contact, told=whom, others=others, by=user)):
        return back_to(request, contact, f"{whom} was entered as told, and named in the contact")
    return _page(request, contact, user, whom, "", like, form)


def _like(whom: Told, user: User) -> Found:
    """Those who may be whom a contact was told of; that somebody looked for them is in the audit log."""
    if not (whom.given_names or whom.family_name):
        return Found()
    if not user.may(Permission.KEEP_PERSON):
        return Found(tuple(Hit(one, "", ()) for one in people_like(str(whom), user)))
    words = seal_search(f"whom a contact was told of: {whom}, {whom.born_on or ''}", timezone.localdate())
    return look_for_duplicates(asked=whom.described, words=words, by=user)


def people_like(asked: str, user: User) -> list[Person]:
    """The people with this reference, or with all these words in their names, whom the reader may see."""
    words = asked.split()
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(given_names__icontains=word) | Q(family_name__icontains=word)
    seen = Person.objects.visible_to(user).select_related("dossier")
    return list(seen.filter(named | Q(dossier__reference__iexact=asked.strip()))[:MOST])


def _why(hit: Hit) -> str:
    """What speaks for it and against, and where they live."""
    for_it = f"Matches: {'; '.join(hit.reasons)}" if hit.reasons else ""
    against = f"Speaks against: {'; '.join(hit.against)}" if hit.against else ""
    home = f"Lives at {hit.address}" if hit.address else ""
    return ". ".join(filter(None, (for_it, against, home)))


def _born(person: Person) -> str:
    if person.born_on:
        return f"born {day(person.born_on)}, {person.dossier.reference}"
    if person.expected_on:
        return f"expected {day(person.expected_on)}, {person.dossier.reference}"
    return f"date of birth not known, {person.dossier.reference}"
