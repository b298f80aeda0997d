"""The rows of the worklist as people read them: on its page, on the home page and in the daily e-mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from sightline.core import worklist
from sightline.core.due_words import due_in_words
from sightline.core.models import Agency, Team, User
from sightline.core.permissions import ROLES, Permission
from sightline.core.process import Block, HomeItem
from sightline.core.work import Item
from sightline.core.worklist import Asked, Scope
from sightline.govuk.jinja import begin, day


@dataclass(frozen=True)
class Line:
    """A row in words. `text` begins with the verb; `href` is empty where no page opens for this person."""

    item: Item
    text: str
    href: str
    due: str
    waits_for: str


def lines(user: User, items: Iterable[Item]) -> list[Line]:
    """The rows as this person reads them."""
    listed, now = list(items), timezone.now()
    names = _names(user, listed)
    return [
        Line(
            item,
            *_said(user, item),
            due=due_in_words(item.due_on, item.due_at, now),
            waits_for=_waits_for(user, item, names),
        )
        for item in listed
    ]


def waiting(user: User, most: int) -> Iterator[HomeItem]:
    """What waits for this person, what is due first, and beyond `most` how many more there are."""
    asked, now = Asked(Scope.MINE), timezone.now()
    found = worklist.page(user, asked, 0, most + 1)
    for item in found[:most]:
        text, href = _said(user, item)
        due = due_in_words(item.due_on, item.due_at, now)
        note = f"{begin(due)}." if item.due_on else f"Waiting since {day(item.since)}."
        yield HomeItem(Block.WAITING, text, href or reverse("worklist"), note)
    if len(found) > most:
        more = worklist.counts(user, asked).of(None) - most
        yield HomeItem(Block.WAITING, f"{more:,} more on your worklist", f"{reverse('worklist')}?scope=mine")


def holders(permission: Permission) -> str:
    """Who may do something, in words: "Board manager or analyst"."""
    return begin(" or ".join(card.title.lower() for card in ROLES.values() if permission in card.permissions))


def _said(user: User, item: Item) -> tuple[str, str]:
    """What a row says and where it leads; a row without a page says what it is about alone."""
    to = worklist.link(user, item)
    if to is None:
        return begin(item.about), ""
    return f"{to.verb} {item.about}", worklist.address(item, to)


@dataclass(frozen=True)
class _Names:
    people: Mapping[int, str]
    teams: Mapping[int, str]
    agencies: Mapping[int, str]


def _names(user: User, items: Iterable[Item]) -> _Names:
    named = {item.for_user for item in items} - {None}
    people = User.objects.filter(pk__in=named).values_list("pk", "name") if named else ()
    teams = Team.objects.visible_to(user).values_list("pk", "name")
    agencies = Agency.objects.visible_to(user).values_list("pk", "name")
    return _Names(dict(people), dict(teams), dict(agencies))


def _waits_for(user: User, item: Item, names: _Names) -> str:
    if item.for_user is not None:
        return "You" if item.for_user == user.pk else names.people[item.for_user]
    if item.for_team is not None:
        return names.teams[item.for_team]
    if item.for_agency is not None:
        return names.agencies[item.for_agency]
    return holders(item.work.permission)
