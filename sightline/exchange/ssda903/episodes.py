"""The rows of Episodes as periods of care, with the checks of one child's episodes against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sightline.exchange.fields import Codes, Fields, Place
from sightline.exchange.ssda903.care import Episode, Period, periods_of, placements_of, same_placement
from sightline.exchange.ssda903.records import Record
from sightline.facts.manifest import Window

SHEET = "Episodes"
_COLUMNS = {
    "DECOM": "begun",
    "RNE": "why_begun",
    "LS": "legal_status",
    "CIN": "need",
    "PLACE": "place",
    "PLACE_PROVIDER": "provider",
    "DEC": "ended",
    "REC": "why_ended",
    "REASON_PLACE_CHANGE": "why_moved",
}
_REQUIRED = frozenset({"RNE", "LS", "CIN", "PLACE"})


def periods_by_child(
    records: Sequence[tuple[str, Record]], fields: Fields, codes: Mapping[str, Codes], window: Window
) -> dict[str, tuple[Period, ...]]:
    """Each child's periods of care; rows without a start are refused, contradictions queried."""
    episodes: dict[str, list[Episode]] = defaultdict(list)
    for identifier, record in records:
        episode = _episode(record, fields, codes)
        if episode is not None:
            fields.filled(SHEET, episode, _COLUMNS)
            _check_episode(episode, record.at, window, fields)
            episodes[identifier].append(episode)
    periods = {identifier: periods_of(found) for identifier, found in episodes.items()}
    for held in periods.values():
        _check_periods(held, window, fields)
    return periods


def _episode(record: Record, fields: Fields, codes: Mapping[str, Codes]) -> Episode | None:
    at, values = record.at, record.values
    begun = fields.event(at, "DECOM", values.get("DECOM"))
    if begun is None:
        return None

    def code(column: str) -> str | None:
        required = "required" if column in _REQUIRED else ""
        return fields.code(at, column, values.get(column), codes[column], required)

    return Episode(
        line=at.row or 0,
        begun=begun,
        why_begun=code("RNE"),
        legal_status=code("LS"),
        need=code("CIN"),
        place=code("PLACE"),
        provider=code("PLACE_PROVIDER"),
        ended=fields.day(at, "DEC", values.get("DEC")),
        why_ended=code("REC"),
        why_moved=code("REASON_PLACE_CHANGE"),
        urn=values.get("URN"),
    )


def _check_episode(episode: Episode, at: Place, window: Window, fields: Fields) -> None:
    if episode.ended is not None and episode.ended < episode.begun:
        fields.query("end-before-start", at, "DEC", episode.ended, f"a day on or after {episode.begun}")
    if episode.ended is not None and episode.why_ended is None:
        fields.query("end-without-reason", at, "REC", None, "the reason of an episode that has ended")
    if episode.ended is None and episode.why_ended is not None:
        expected = "the end of an episode that has a reason for it; it is read as still open"
        fields.query("reason-without-end", at, "DEC", None, expected)
    if episode.begun > window.last:
        fields.query("after-window", at, "DECOM", episode.begun, f"a start up to {window.last}")
    if episode.ended is not None and not window.holds(episode.ended):
        expected = f"an end from {window.first} to {window.last}"
        fields.query("end-outside-window", at, "DEC", episode.ended, expected)


def _check_periods(periods: Sequence[Period], window: Window, fields: Fields) -> None:
    for period in periods:
        first = period.episodes[0]
        if period.entered is None:
            expected = "an episode that began care (S) first; when care began is not in the file"
            fields.unknown("care-start-not-in-file", _at(first), "RNE", first.why_begun, expected)
            if first.why_begun == "L":
                expected = "the episode that began the placement; it is counted from this one"
                fields.query("placement-start-not-in-file", _at(first), "RNE", "L", expected)
        for earlier, later in zip(period.episodes, period.episodes[1:], strict=False):
            _check_pair(earlier, later, fields)
        for spell in placements_of(period):
            _check_spell(spell, fields)
        if period is not periods[-1] or (period.ended or window.last) < window.last:
            _check_break(period, fields)


def _check_pair(earlier: Episode, later: Episode, fields: Fields) -> None:
    if earlier.ended is None or later.begun < earlier.ended:
        expected = f"a start after the end of the episode on row {earlier.line}"
        fields.query("episodes-overlap", _at(later), "DECOM", later.begun, expected)
    elif later.begun == earlier.ended + timedelta(days=1):
        expected = f"{earlier.ended}, the day on which the episode on row {earlier.line} ends"
        fields.query("episode-begins-a-day-late", _at(later), "DECOM", later.begun, expected)
    if later.why_begun == "S":
        fields.query("start-within-care", _at(later), "RNE", "S", "S only where care begins")


def _check_spell(spell: Sequence[Episode], fields: Fields) -> None:
    first = spell[0]
    for later in spell[1:]:
        if later.place is not None and first.place is not None and not same_placement(first, later):
            expected = "the placement of the episode before, for L changes the legal status only"
            fields.query("placement-changed-for-l", _at(later), "PLACE", later.place, expected)


def _check_break(period: Period, fields: Fields) -> None:
    last = period.episodes[-1]
    if last.why_ended == "X1" and last.ended is not None:
        expected = "an episode that begins on that day, for X1 says that care goes on"
        fields.query("care-breaks-off", _at(last), "REC", "X1", expected)


def _at(episode: Episode) -> Place:
    return Place(SHEET, episode.line)
