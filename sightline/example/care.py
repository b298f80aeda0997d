"""Periods of being looked after: legal statuses, placements, reviews, adoption and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sightline.clocks.calendar import add_months, add_working_days
from sightline.example import borough
from sightline.example.chance import Mix, lasting
from sightline.example.days import DAY, age_at, birthday, working_day_by, working_day_from
from sightline.example.record import Adoption, Care, CareEpisode, Child

_KIND = Mix({"U6": 46, "U4": 19, "U3": 9, "U1": 6, "K2": 8, "P1": 4, "S1": 2, "Z1": 5, "R3": 1})
_KIND_UNACCOMPANIED = Mix({"U6": 62, "U4": 15, "U3": 3, "Z1": 13, "K2": 7})
_PROVIDER = Mix({"PR1": 48, "PR4": 46, "PR5": 6})
_BEGINS = Mix({"V2": 45, "C1": 38, "L1": 9, "L2": 8})
_ENDS = Mix(
    {
        "E4A": 40,
        "E4B": 6,
        "E13": 6,
        "E41": 7,
        "E45": 8,
        "E46": 2,
        "E47": 5,
        "E48": 1,
        "E3": 4,
        "E8": 18,
        "E9": 1,
    }
)
_ENDS_AT_18 = Mix({"E5": 45, "E6": 12, "E7": 5, "E8": 38})
_PARTICIPATION = Mix({"PN1": 62, "PN2": 4, "PN3": 9, "PN4": 4, "PN5": 4, "PN6": 10, "PN7": 7})
_CHANGE_REASON = Mix({"CARPL": 45, "CREQB": 18, "CREQO": 12, "CHILD": 10, "PLACE": 9, "ALLEG": 2, "OTHER": 4})
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(slots=True)
class _Change:
    """What is new from `on`: a legal status, a placement of some kind, or both."""

    on: date
    legal_status: str | None = None
    kind: str | None = None


def look_after(rng: Random, child: Child, need: str, on: date) -> Care:
    """Give the period of care of `child` that begins on `on`; it ends by the eighteenth birthday."""
    eighteen = birthday(child.born, 18)
    adoption = None if child.is_uasc or age_at(child.born, on) > 3 else _adopt(rng, on)
    ended, ended_for = _ending(rng, child, on, eighteen, adoption)
    changes = [_Change(on, *_beginning(rng, child))]
    changes += _legal_changes(rng, changes[0], ended) + _moves(rng, child, on, ended)
    if adoption:
        changes = [c for c in changes if c.on < adoption.order_on] + _adoption_changes(adoption)
    care = Care(on, ended, ended_for, need, _postcode(rng), [], [], adoption)
    care.episodes = _episodes(rng, sorted((c for c in changes if c.on < ended), key=lambda c: c.on), care)
    care.reviews = _reviews(rng, child, care)
    return care


def _ending(
    rng: Random, child: Child, on: date, eighteen: date, adoption: Adoption | None
) -> tuple[date, str]:
    if adoption and adoption.adopted_on:
        return adoption.adopted_on, "E12" if rng.random() < 0.8 else "E11"
    if child.is_uasc:
        if rng.random() < 0.16:
            end, reason = on + lasting(rng, 120), "E3" if rng.random() < 0.6 else "E15"
            return (end, reason) if end < eighteen else (eighteen, _ENDS_AT_18.draw(rng))
        return eighteen, _ENDS_AT_18.draw(rng)
    end = on + lasting(rng, 950, 0.8)
    if adoption:
        end = max(end, (adoption.reversed_on or adoption.placed_on) + 30 * DAY)
    return (end, _ENDS.draw(rng)) if end < eighteen else (eighteen, _ENDS_AT_18.draw(rng))


def _beginning(rng: Random, child: Child) -> tuple[str, str]:
    if child.is_uasc:
        return "V2", _KIND_UNACCOMPANIED.draw(rng)
    return _BEGINS.draw(rng), _KIND.draw(rng)


def _legal_changes(rng: Random, first: _Change, ended: date) -> list[_Change]:
    changes = []
    day, status = first.on, first.legal_status
    if status in {"L1", "L2"}:
        day, status = day + timedelta(days=3 if status == "L1" else 8), "C1"
        changes.append(_Change(day, status))
    if status == "C1" and (order := day + lasting(rng, 230, 6)) < ended:
        changes.append(_Change(order, "C2"))
    return changes


def _moves(rng: Random, child: Child, on: date, ended: date) -> list[_Change]:
    changes = []
    mix = _KIND_UNACCOMPANIED if child.is_uasc else _KIND
    stay = rng.choice((140, 420, 900, 1600))
    day = on + lasting(rng, stay * 0.8, 1.2)
    while day < ended:
        changes.append(_Change(day, kind=mix.draw(rng)))
        day += lasting(rng, stay, 1.2)
    return changes


def _adopt(rng: Random, on: date) -> Adoption | None:
    if rng.random() >= 0.3:
        return None
    decided = working_day_from(on + lasting(rng, 190, 8))
    order = decided + lasting(rng, 50, 4)
    matched = order + lasting(rng, 150, 2)
    placed = matched + lasting(rng, 25, 4)
    is_reversed = rng.random() < 0.1
    adopted = None if is_reversed else placed + lasting(rng, 240, 6)
    return Adoption(decided, order, matched, placed, adopted, placed + 90 * DAY if is_reversed else None)


def _adoption_changes(adoption: Adoption) -> list[_Change]:
    changes = [_Change(adoption.order_on, "E1"), _Change(adoption.placed_on, kind="A6")]
    if adoption.reversed_on:
        changes.append(_Change(adoption.reversed_on, "C2", "U6"))
    return changes


def _episodes(rng: Random, changes: list[_Change], care: Care) -> list[CareEpisode]:
    episodes: list[CareEpisode] = []
    for change in changes:
        if episodes and episodes[-1].started_on == change.on:
            continue
        last = episodes[-1] if episodes else None
        if last:
            last.ended_on, last.ended_for = change.on, "X1"
            last.change_reason = _CHANGE_REASON.draw(rng) if change.kind else ""
        status = change.legal_status or (last.legal_status if last else "V2")
        why = (
            "S" if not last else ("B" if change.kind and change.legal_status else "P" if change.kind else "L")
        )
        if last and not change.kind:
            place = (last.kind, last.provider, last.placed_on, last.postcode, last.urn, last.authority)
        else:
            place = _place(rng, change, care)
        kind, provider, placed_on, postcode, urn, authority = place
        episodes.append(
            CareEpisode(
                change.on, why, status, kind, provider, placed_on, care.ended_on, care.ended_for, "",
                postcode, urn, authority,
            )
        )  # fmt: skip
    return episodes


def _place(rng: Random, change: _Change, care: Care) -> tuple[str, str, date, str, str, str]:
    kind = change.kind or "U6"
    if kind == "P1":
        return kind, "PR0", change.on, care.home_postcode, "", borough.CODE
    away = rng.random() < (0.75 if kind in {"K2", "S1", "A6"} else 0.42)
    authority = rng.choice(borough.PLACED_AT) if away else borough.CODE
    return kind, _PROVIDER.draw(rng), change.on, _postcode(rng), f"99{rng.randrange(10**5):05d}", authority


def _reviews(rng: Random, child: Child, care: Care) -> list[tuple[date, str]]:
    reviews = []
    length = rng.randrange(13, 21) if rng.random() < 0.91 else rng.randrange(21, 32)
    day = add_working_days(care.started_on, length)
    while day < care.ended_on:
        young = age_at(child.born, day) < 4
        reviews.append((day, "PN0" if young else _PARTICIPATION.draw(rng)))
        due = add_months(day, 3 if len(reviews) == 1 else 6)
        late = rng.random() < 0.06
        day = working_day_by(due + rng.randrange(5, 40) * DAY if late else due - rng.randrange(20) * DAY)
    return reviews


def _postcode(rng: Random) -> str:
    """Draw a postcode of an area that does not exist."""
    unit = rng.choice(_LETTERS) + rng.choice(_LETTERS)
    return f"XV{rng.randrange(1, 30)} {rng.randrange(1, 10)}{unit}"
