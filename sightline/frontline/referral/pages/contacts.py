"""The front door's queue: the contacts that the reader may see, what is due first on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Least
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sightline.clocks import CLOCKS
from sightline.core.due_words import due_in_words
from sightline.core.models import ClockRun, User
from sightline.core.permissions import Permission
from sightline.core.trust.dossiers import Source, held_by_name
from sightline.core.trust.models import Link
from sightline.core.work import Due, DueWhen
from sightline.frontline.referral.models import Contact, Rating, Request, Told
from sightline.frontline.referral.repeats import Repeat, repeats
from sightline.frontline.referral.standing import UNDECIDED
from sightline.govuk.paging import LongList, page_links

A_PAGE = 25

CONTACTS = {"text": "Front door", "href": "/referral/"}
"""The first step of the way to every page of a contact."""

WHOSE = {"mine": "Allocated to me", "team": "My team's", "sent": "Raised by me"}
OPEN, ANY = "", "any"
OPEN_STATES = tuple(state for state in Contact.States if state != Contact.States.CLOSED)
CHILDREN = (Link.Part.SUBJECT, Link.Part.SIBLING)
DUE: Mapping[str, str] = {
    "referral-decision": "Decision",
    "referrer-acknowledged": "Reply to the referrer",
    **{key: "Response by rating" for key in CLOCKS if key.startswith("mash-response-")},
}
"""What each clock of a contact (C01 to C03) asks for."""

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Filter(forms.Form):
    """Which contacts to show; what is left out does not narrow them, but that closed ones are asked for."""

    marks_optional = False

    whose = forms.ChoiceField(
        label="Whose", required=False, choices=[("", "All that I may see"), *WHOSE.items()]
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[(OPEN, "All that are open"), (ANY, "Open and closed"), *Contact.States.choices],
    )
    rating = forms.ChoiceField(label="Rating", required=False, choices=[("", "Any"), *Rating.choices])
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=30,
        widget=forms.TextInput({"class": "govuk-input--width-10"}),
    )

    def narrow(self, contacts: QuerySet[Contact], user: User) -> QuerySet[Contact]:
        """The contacts asked for; none while something that was asked is wrong."""
        if not self.is_valid():
            return contacts.none()
        asked = self.cleaned_data
        if asked["rating"]:
            contacts = contacts.filter(
                Q(rating_final=asked["rating"]) | Q(rating_final="", rating_initial=asked["rating"])
            )
        if asked["reference"]:
            contacts = contacts.filter(dossier__reference__icontains=asked["reference"].strip())
        return in_order(contacts, asked["state"]).filter(_of(asked["whose"], user))


@dataclass(frozen=True)
class Next:
    """What is due next of a contact, in words: "Decision due today by 16:20"."""

    words: str
    when: DueWhen

    @classmethod
    def of(cls, clock: str, due_on: date, due_at: datetime | None, now: datetime) -> Next:
        """What a clock of a contact asks for, and whether it is late."""
        words = f"{DUE[clock]} {due_in_words(due_on, due_at, now)}"
        if due_on < timezone.localdate(now) or (due_at is not None and due_at < now):
            return cls(words, DueWhen.OVERDUE)
        return cls(words, DueWhen.TODAY if due_on == timezone.localdate(now) else DueWhen.LATER)


@dataclass(frozen=True)
class Row:
    """A contact as the queue shows it; `waits_for`: the agencies that were asked and have not answered."""

    contact: Contact
    next: Next | None
    waits_for: tuple[str, ...]
    repeat: Repeat | None

    @property
    def is_urgent(self) -> bool:
        """Whether a child is in danger now, and nobody has decided yet what to do."""
        return self.contact.is_immediate and self.contact.state in UNDECIDED


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """The queue; whoever asks for its head alone is given a mark that changes when the rows do.

    So a page that is left open sees what is new without looking at anybody's record.
    """
    user = request.user
    assert isinstance(user, User)
    form = Filter(request.GET)
    seen = Contact.objects.visible_to(user).select_related("dossier__owner_team", "allocated_to")
    page = LongList(form.narrow(seen, user), A_PAGE).get_page(request.GET.get("page"))
    rows = _rows(user, list(page))
    if request.method == "HEAD":
        return HttpResponse(headers={"Sightline-Mark": _mark(rows)})
    asked = [(name, value) for name in form.fields if (value := request.GET.get(name, ""))]
    context = {
        "form": form,
        "rows": rows,
        "told": _told(user, [row.contact.dossier_id for row in rows]),
        "mark": _mark(rows),
        "page": page,
        "pages": page_links(page.number, page.paginator.num_pages, f"?{urlencode([*asked, ('page', '')])}"),
        "is_narrowed": bool(asked),
        "may_open": user.may(Permission.OPEN_CONTACT),
        "may_screen": user.may(Permission.SCREEN_CONTACT),
        "sees_mirror": user.may(Permission.SEE_MIRROR) or user.may(Permission.SEE_MIRRORS),
    }
    return render(request, "referral/contacts.html", context)


def in_order(contacts: QuerySet[Contact], state: str) -> QuerySet[Contact]:
    """The contacts in a state: of open ones a child in danger first, then by what is due; else the latest."""
    if state in (ANY, Contact.States.CLOSED):
        chosen = contacts if state == ANY else contacts.filter(state=state)
        return chosen.order_by("-received_at", "pk")
    # Clock by clock, so that PostgreSQL finds each run by its index however few there are.
    runs = (Due.by_clock(key, Contact._meta.db_table).at for key in DUE)
    first = Least(*(Coalesce(run, Value(_NEVER)) for run in runs))
    danger = When(is_immediate=True, state__in=UNDECIDED, then=Value(0))
    chosen = contacts.filter(state__in=[state] if state else OPEN_STATES)
    return chosen.order_by(Case(danger, default=Value(1)), first, "received_at", "pk")


def dues(user: User, contacts: Iterable[Contact]) -> dict[UUID, list[Next]]:
    """What is due of each of these contacts still, by its clocks C01 to C03, what is due first on top."""
    keys = {str(one.pk): one.pk for one in contacts}
    runs = (
        ClockRun.objects.visible_to(user)
        .running()
        .filter(clock__in=list(DUE), subject_kind=Contact._meta.db_table, subject_key__in=list(keys))
    )
    found, now = defaultdict[UUID, list[Next]](list), timezone.now()
    for run in runs.order_by("due_at", "clock"):
        if run.due_on is not None:
            found[keys[run.subject_key]].append(Next.of(run.clock, run.due_on, run.due_at, now))
    return found


def asked_agencies(user: User, dossiers: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """By contact, the agencies that were asked and have not answered yet.

    Whoever does not work on a contact is not told: the queue asks for those alone on which they do.
    """
    found = defaultdict[UUID, list[str]](list)
    requests = Request.objects.visible_to(user).filter(dossier__in=list(dossiers), state=Request.States.ASKED)
    for one in requests.select_related("agency"):
        found[one.dossier_id].append(one.agency.name)
    return {key: tuple(names) for key, names in found.items()}


def _rows(user: User, shown: list[Contact]) -> list[Row]:
    found, due = repeats(shown, user), dues(user, shown)
    waits = asked_agencies(user, found)
    return [
        Row(one, next(iter(due[one.pk]), None), waits.get(one.dossier_id, ()), found.get(one.dossier_id))
        for one in shown
    ]


def _mark(rows: list[Row]) -> str:
    """A word that is another one as soon as something else stands in the rows, or in another order."""
    said = [
        (one.pk, one.state, one.rating, one.allocated_to_id, row.next, row.waits_for, row.repeat)
        for row in rows
        for one in (row.contact,)
    ]
    return blake2b(repr(said).encode(), digest_size=8).hexdigest()


def _of(whose: str, user: User) -> Q:
    """The condition that a contact is this person's in one of the ways of `WHOSE`."""
    if whose == "mine":
        return Q(allocated_to=user)
    if whose == "team":
        return Q(dossier__owner_team__in=user.team_ids)
    if whose == "sent":
        sent = held_by_name(user).filter(source=Source.RECEIPT)
        return Q(dossier__in=sent.values("dossier"))
    return Q()


def _told(user: User, dossiers: list[UUID]) -> dict[UUID, str]:
    """Who the children are, as far as the reader may see that: the first told of, and how many others."""
    names = defaultdict[UUID, list[str]](list)
    of_children = Told.objects.visible_to(user).filter(dossier__in=dossiers, part__in=CHILDREN)
    for one in of_children:
        names[one.dossier_id].append(str(one))
    return {
        key: f"{first} and {len(others)} more" if others else first for key, (first, *others) in names.items()
    }
