"""People and their roles: whoever keeps the accounts adds people, gives and ends roles, closes accounts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.core import commands
from sightline.core.models import Agency, RoleAssignment, User
from sightline.core.pages.doing import crumbs, done
from sightline.core.permissions import ROLES, Role, roles_offered
from sightline.core.second_factors import second_factors
from sightline.govuk.forms import DateField

ON_A_PAGE = 50
PEOPLE = ("People and roles", "people")
OFFERED = roles_offered(front_line=settings.FRONT_LINE)
ROLE_CHOICES = [(role.value, ROLES[role].title) for role in OFFERED]


class SearchForm(forms.Form):
    """Which people are shown; each field narrows the list, and none need be filled in."""

    marks_optional = False

    words = forms.CharField(label="Name or e-mail address", required=False)
    agency = forms.ChoiceField(label="Agency", required=False)
    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any"), *ROLE_CHOICES])
    accounts = forms.ChoiceField(
        label="Accounts", required=False, choices=[("", "Open"), ("closed", "Closed"), ("all", "All")]
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        agencies = Agency.objects.visible_to(user).values_list("code", "name")
        self._choices("agency", [("", "Any"), *agencies])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class PersonForm(forms.Form):
    """Who somebody is."""

    name = forms.CharField(label="Full name", max_length=200)
    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Agency", queryset=None, required=False, empty_label="None: the partnership itself"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.queryset = Agency.objects.visible_to(user)


class RoleForm(forms.Form):
    """A role, from one day until another."""

    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES, widget=forms.RadioSelect)
    from_on = DateField(label="From", help_text="The first day of the role, such as 27 3 2026")
    until_on = DateField(label="Until", required=False, help_text="The last day, if that is known already")


class NewPersonForm(PersonForm):
    """A new person with a first role."""

    email = forms.EmailField(label="E-mail address", help_text="The link to choose a password goes there")
    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES, widget=forms.RadioSelect)
    from_on = DateField(label="From", help_text="The first day of the role, such as 27 3 2026")


class EndForm(forms.Form):
    """When a role ends."""

    when = forms.ChoiceField(
        label="When does it end?",
        choices=[("now", "At once"), ("day", "After a day")],
        widget=forms.RadioSelect,
        initial="now",
    )
    last_on = DateField(label="Last day", required=False, help_text="If after a day, such as 27 3 2026")

    def clean(self) -> dict[str, Any]:
        """At once means that yesterday was the last day."""
        cleaned = super().clean() or {}
        yesterday = timezone.localdate() - timedelta(days=1)
        if cleaned.get("when") == "now":
            cleaned["last_on"] = yesterday
        elif "last_on" not in self.errors and (cleaned.get("last_on") or yesterday) <= yesterday:
            self.add_error("last_on", "Enter today or a day to come")
        return cleaned


def _me(request: HttpRequest) -> User:
    assert not isinstance(request.user, AnonymousUser)
    return request.user


def _person(request: HttpRequest, pk: int) -> User:
    found: User = get_object_or_404(User.objects.visible_to(_me(request)), pk=pk)
    return found


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The accounts that the search finds, fifty on a page."""
    user = _me(request)
    form = SearchForm(request.GET, user=user)
    found = User.objects.visible_to(user).select_related("agency").order_by("name", "pk")
    if form.is_valid():
        found = _found(found, form.cleaned_data, user)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    live = RoleAssignment.objects.visible_to(user).live(timezone.localdate()).filter(user__in=list(page))
    titles: dict[int, list[str]] = {}
    for assignment in live:
        titles.setdefault(assignment.user_id, []).append(ROLES[Role(assignment.role)].title)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "search": form,
        "page": page,
        "titles": titles,
        "query": query.urlencode(),
        "breadcrumbs": crumbs("People and roles"),
    }
    return render(request, "core/people.html", context)


def _found(people: Any, asked: dict[str, Any], user: User) -> Any:
    if words := asked["words"].strip():
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if asked["agency"]:
        people = people.filter(agency__code=asked["agency"])
    if asked["role"]:
        live = RoleAssignment.objects.visible_to(user).live(timezone.localdate())
        people = people.filter(pk__in=live.filter(role=asked["role"]).values("user"))
    if asked["accounts"] != "all":
        people = people.filter(is_active=asked["accounts"] != "closed")
    return people


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a person, with a first role; they get an e-mail with a link to choose a password."""
    user = _me(request)
    form = NewPersonForm(request.POST or None, user=user, initial={"from_on": timezone.localdate()})
    form.order_fields(["name", "email", "agency", "role", "from_on"])

    def act() -> None:
        given = form.cleaned_data
        commands.invite_person(**{**given, "role": Role(given["role"])}, by=user)

    if form.is_valid() and done(form, act):
        to = form.cleaned_data["email"]
        messages.success(
            request, f"The account is made. A link to choose a password was sent to {to}; it works for a day"
        )
        return redirect("people")
    context = {
        "form": form,
        "title": "Add a person",
        "button": "Add and send the link",
        "back": reverse("people"),
        "cards": [ROLES[role] for role in OFFERED],
        "breadcrumbs": crumbs("Add a person", PEOPLE),
    }
    return render(request, "core/form.html", context)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: who it is, the roles now, before and to come, and what signs in."""
    shown = _person(request, pk)
    today = timezone.localdate()
    held = RoleAssignment.objects.visible_to(_me(request)).filter(user=shown)
    assignments = held.select_related("given_by").order_by("-from_on", "-pk")
    context = {
        "shown": shown,
        "assignments": [
            (one, ROLES[Role(one.role)], one.until_on is not None and one.until_on < today)
            for one in assignments
        ],
        "today": today,
        "factors": second_factors(shown),
        "breadcrumbs": crumbs(shown.name, PEOPLE),
    }
    return render(request, "core/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a name or agency right."""
    user, shown = _me(request), _person(request, pk)
    form = PersonForm(
        request.POST or None, user=user, initial={"name": shown.name, "agency": shown.agency_id}
    )
    if form.is_valid() and done(form, lambda: commands.correct_person(shown, **form.cleaned_data, by=user)):
        messages.success(request, "The account is corrected")
        return redirect("person", pk=pk)
    return _form(request, shown, form, "Correct a name or agency", "Save")


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role."""
    user, shown = _me(request), _person(request, pk)
    form = RoleForm(request.POST or None, initial={"from_on": timezone.localdate()})

    def act() -> None:
        given = form.cleaned_data
        commands.give_role(shown, **{**given, "role": Role(given["role"])}, by=user)

    if form.is_valid() and done(form, act):
        title = ROLES[Role(form.cleaned_data["role"])].title.lower()
        messages.success(request, f"{shown.name} is given the role of {title}")
        return redirect("person", pk=pk)
    cards = [ROLES[role] for role in OFFERED]
    return _form(request, shown, form, f"Give {shown.name} a role", "Give the role", cards=cards)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role, at once or after a day."""
    user = _me(request)
    roles = RoleAssignment.objects.visible_to(user).select_related("user")
    assignment = get_object_or_404(roles, pk=pk)
    shown, title = assignment.user, ROLES[Role(assignment.role)].title.lower()
    form = EndForm(request.POST or None)

    def act() -> None:
        commands.end_role(assignment, last_on=form.cleaned_data["last_on"], by=user)

    if form.is_valid() and done(form, act):
        messages.success(request, f"The role of {title} ends for {shown.name}")
        return redirect("person", pk=shown.pk)
    return _form(request, shown, form, f"End the role of {title} for {shown.name}", "End the role")


def _form(
    request: HttpRequest, shown: User, form: forms.Form, title: str, button: str, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": button,
        "back": reverse("person", kwargs={"pk": shown.pk}),
    }
    above = [{"text": shown.name, "href": reverse("person", kwargs={"pk": shown.pk})}, {"text": title}]
    return render(
        request, "core/form.html", {**context, **more, "breadcrumbs": [*crumbs("", PEOPLE)[:-1], *above]}
    )


def _confirmed(
    title: str, lead: str, button: str, act: Callable[..., User], told: str
) -> Callable[[HttpRequest, int], HttpResponse]:
    """A page that asks before a command is called on an account; `{name}` stands for the person."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        shown, form = _person(request, pk), forms.Form(request.POST)
        if request.method == "POST" and form.is_valid() and done(form, lambda: act(shown, by=_me(request))):
            messages.success(request, told.format(name=shown.name))
            return redirect("person", pk=pk)
        words = {"title": title.format(name=shown.name), "button": button}
        return _form(request, shown, form, **words, lead=lead.format(name=shown.name))

    return page


close = _confirmed(
    "Close the account of {name}",
    "{name} is signed out and cannot sign in any more. The account and what was done with it stay; "
    "it can be opened again.",
    "Close the account",
    commands.close_account,
    "The account of {name} is closed",
)
reopen = _confirmed(
    "Open the account of {name} again",
    "{name} gets an e-mail with a link to choose a new password. The roles are as they were: look through "
    "them first.",
    "Open the account",
    commands.reopen_account,
    "The account of {name} is open, and a link to choose a password was sent",
)
send = _confirmed(
    "Send {name} a link to choose a password",
    "The link goes to the person’s e-mail address and works once, for a day.",
    "Send the link",
    commands.send_link,
    "A link to choose a password was sent to {name}",
)
remove_factors = _confirmed(
    "Remove what {name} signs in with besides the password",
    "Do this when {name} has lost the telephone, the passkeys and the recovery codes. Be sure that it is "
    "{name} who asks: telephone them. Afterwards the password alone signs in.",
    "Remove them",
    commands.remove_second_factors,
    "{name} signs in with the password alone now",
)
