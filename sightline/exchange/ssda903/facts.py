"""From the rows of an SSDA903 return to fact rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sightline.exchange.fields import Codes, Fields
from sightline.exchange.reading import Rows
from sightline.exchange.ssda903.care import Episode, Period, placements_of, review_intervals
from sightline.exchange.ssda903.people import People, Person
from sightline.exchange.ssda903.records import Record
from sightline.facts.manifest import Window

LONDON = ZoneInfo("Europe/London")
SHORT_BREAKS = frozenset({"V3", "V4"})
"""A series of short breaks under one agreement: its reviews are not those of a looked-after child."""
ADOPTED = frozenset({"E11", "E12"})
PLACED_FOR_ADOPTION = frozenset({"A3", "A4", "A5", "A6"})
Identified = Sequence[tuple[str, Record]]


@dataclass(frozen=True, slots=True)
class Care:
    """What the rows of a return are read against: its year, its codes, its children and their care."""

    fields: Fields
    codes: Mapping[str, Codes]
    window: Window
    people: People
    periods: Mapping[str, tuple[Period, ...]]

    def period_on(self, identifier: str, day: date) -> Period | None:
        """The child's period of care on a day, the latest when one ended as another began.

        A period whose start is not in the file reaches back to the end of the one before.
        """
        held = self.periods.get(identifier, ())
        for index in reversed(range(len(held))):
            period, earlier = held[index], held[index - 1].ended if index else None
            begun = period.entered or earlier or date.min
            if begun <= day and (period.ended is None or day <= period.ended):
                return period
        return None


def add_episodes(care: Care, episodes: Rows, placements: Rows) -> None:
    """One row an episode, and one a placement."""
    for identifier, periods in care.periods.items():
        person = care.people[identifier]
        for period in periods:
            for episode in period.episodes:
                episodes.add(_episode(person, period, episode))
            for spell in placements_of(period):
                placements.add(_placement(person, period, spell[0], spell[-1]))


def _episode(person: Person, period: Period, episode: Episode) -> dict[str, object]:
    return person.on(episode.begun) | {
        "source_row": episode.line,
        "clae_entered_care_date": period.entered,
        "clae_cla_episode_start_date": episode.begun,
        "clae_cla_episode_start_reason": episode.why_begun,
        "clae_cla_episode_ceased_date": episode.ended,
        "clae_cla_episode_ceased_reason": episode.why_ended,
        "clae_cla_primary_need_code": episode.need,
        "legal_status": episode.legal_status,
        "clap_cla_placement_type": episode.place,
    }


def _placement(person: Person, period: Period, first: Episode, last: Episode) -> dict[str, object]:
    return person.on(first.begun) | {
        "source_row": first.line,
        "clae_entered_care_date": period.entered,
        "clap_cla_placement_start_date": first.begun,
        "clap_cla_placement_end_date": last.ended,
        "clap_cla_placement_type": first.place,
        "clap_cla_placement_provider": first.provider,
        "clap_cla_placement_change_reason": last.why_moved,
    }


@dataclass(frozen=True, slots=True)
class Review:
    """One row of Reviews."""

    line: int | None
    held: date
    participation: str | None


def add_reviews(care: Care, records: Identified, rows: Rows) -> None:
    """The intervals between reviews; a review outside every period of care of its child is refused."""
    reviews: dict[tuple[str, Period], dict[date, Review]] = defaultdict(dict)
    for identifier, record in records:
        review = _review(care, record)
        period = None if review is None else _period_of(care, identifier, review, record)
        if review is None or period is None:
            continue
        care.fields.filled("Reviews", review, {"REVIEW": "held", "REVIEW_CODE": "participation"})
        first = reviews[identifier, period].setdefault(review.held, review)
        if first is not review:
            expected = f"another day than that of row {first.line}; the two are counted as one"
            care.fields.query("review-duplicate", record.at, "REVIEW", review.held, expected)
    for identifier, periods in care.periods.items():
        for period in periods:
            if all(episode.legal_status in SHORT_BREAKS for episode in period.episodes):
                continue
            _add_intervals(care, identifier, period, reviews.get((identifier, period), {}), rows)


def _review(care: Care, record: Record) -> Review | None:
    at, fields, values = record.at, care.fields, record.values
    held = fields.event(at, "REVIEW", values.get("REVIEW"))
    if held is None:
        return None
    if held > care.window.last:
        fields.query("after-window", at, "REVIEW", held, f"a review up to {care.window.last}")
    code = fields.code(at, "REVIEW_CODE", values.get("REVIEW_CODE"), care.codes["REVIEW_CODE"], "required")
    return Review(at.row, held, code)


def _period_of(care: Care, identifier: str, review: Review, record: Record) -> Period | None:
    period = care.period_on(identifier, review.held)
    if period is None:
        expected = "a review while the child was looked after, by the table Episodes"
        care.fields.refuse("review-outside-care", record.at, "REVIEW", review.held, expected)
    return period


def _add_intervals(
    care: Care, identifier: str, period: Period, reviews: Mapping[date, Review], rows: Rows
) -> None:
    person = care.people[identifier]
    for begun, number, held in review_intervals(period, tuple(reviews), care.window):
        review = Review(period.episodes[0].line, begun, None) if held is None else reviews[held]
        rows.add(
            person.on(begun)
            | {
                "source_row": review.line,
                "clae_entered_care_date": period.entered,
                "care_ended_on": period.ended,
                "reviewed_from": begun,
                "review_number": number,
                "clar_cla_review_date": held,
                "clar_cla_review_participation": review.participation,
            }
        )


@dataclass(frozen=True, slots=True)
class Absence:
    """One row of Missing: missing (M) or away without authorisation (A)."""

    line: int | None
    begun: date
    ended: date | None
    kind: str | None


def add_missing(care: Care, records: Identified, rows: Rows) -> None:
    """Missing episodes. The return holds days only: a time is the midnight in London that begins the day."""
    seen: dict[tuple[str, date], int | None] = {}
    for identifier, record in records:
        absence = _absence(care, identifier, record)
        if absence is None:
            continue
        care.fields.filled("Missing", absence, {"MISSING": "kind", "MIS_START": "begun", "MIS_END": "ended"})
        first = seen.setdefault((identifier, absence.begun), absence.line)
        if first != absence.line:
            expected = f"another day than that of row {first}; both are counted"
            care.fields.query("duplicate", record.at, "MIS_START", absence.begun, expected)
        rows.add(
            care.people[identifier].on(absence.begun)
            | {
                "source_row": absence.line,
                "miss_missing_episode_start_date": midnight(absence.begun),
                "miss_missing_episode_end_date": None if absence.ended is None else midnight(absence.ended),
                "miss_missing_episode_type": absence.kind,
                "missing_from": "care",
            }
        )


def _absence(care: Care, identifier: str, record: Record) -> Absence | None:
    at, fields, values = record.at, care.fields, record.values
    begun = fields.event(at, "MIS_START", values.get("MIS_START"))
    if begun is None:
        return None
    ended = fields.day(at, "MIS_END", values.get("MIS_END"))
    if ended is not None and ended < begun:
        fields.query("found-before-missing", at, "MIS_END", ended, f"a day on or after {begun}")
    if care.periods and care.period_on(identifier, begun) is None:
        expected = "a day on which the child was looked after, by the table Episodes"
        fields.query("missing-outside-care", at, "MIS_START", begun, expected)
    kind = fields.code(at, "MISSING", values.get("MISSING"), care.codes["MISSING"], "required")
    return Absence(at.row, begun, ended, kind)


def midnight(day: date) -> datetime:
    """The moment at which a day begins in London, in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


@dataclass(slots=True)
class Decision:
    """A decision that a child should be placed for adoption, and what came of it."""

    line: int | None
    decided: date
    matched: date | None = None
    reversed_on: date | None = None
    why_reversed: str | None = None


_DECISION_COLUMNS = {
    "DATE_PLACED": "decided",
    "DATE_PLACED_CEASED": "reversed_on",
    "REASON_PLACED_CEASED": "why_reversed",
}


def add_adoptions(care: Care, placed: Identified, adopted: Identified, rows: Rows) -> None:
    """Decisions for adoption (PlacedAdoption), each with the match of an adopted child (AD1)."""
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for identifier, record in placed:
        decision = _decision(care, record)
        if decision is not None:
            care.fields.filled("PlacedAdoption", decision, _DECISION_COLUMNS)
            decisions[identifier].append(decision)
    for identifier, record in adopted:
        _match(care, record, decisions[identifier])
    for identifier, found in decisions.items():
        for decision in found:
            rows.add(_adoption(care, identifier, decision))


def _decision(care: Care, record: Record) -> Decision | None:
    at, fields, values = record.at, care.fields, record.values
    decided = fields.event(at, "DATE_PLACED", values.get("DATE_PLACED"))
    if decided is None:
        return None
    ceased, reason = "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"
    reversed_on = fields.day(at, ceased, values.get(ceased))
    if reversed_on is not None and reversed_on < decided:
        fields.query("reversed-before-decision", at, ceased, reversed_on, f"a day on or after {decided}")
    why = fields.code(at, reason, values.get(reason), care.codes[reason])
    return Decision(at.row, decided, None, reversed_on, why)


def _match(care: Care, record: Record, decisions: list[Decision]) -> None:
    """Add the match to the child's latest decision; a child with none in PlacedAdoption has it in AD1."""
    at, fields, values = record.at, care.fields, record.values
    decided = fields.event(at, "DATE_INT", values.get("DATE_INT"))
    if decided is None:
        return
    matched = fields.day(at, "DATE_MATCH", values.get("DATE_MATCH"))
    if matched is not None and matched < decided:
        fields.query("matched-before-decision", at, "DATE_MATCH", matched, f"a day on or after {decided}")
    if not decisions:
        decisions.append(Decision(at.row, decided, matched))
        return
    latest = max(decisions, key=lambda item: item.decided)
    latest.matched = matched
    if latest.decided != decided:
        expected = f"the day of DATE_PLACED, {latest.decided}, which is used"
        fields.query("decision-differs", at, "DATE_INT", decided, expected)


def _adoption(care: Care, identifier: str, decision: Decision) -> dict[str, object]:
    period = care.period_on(identifier, decision.decided)
    later = tuple(_since(care, identifier, decision.decided))
    placed = (
        episode.begun
        for episode in later
        if episode.place in PLACED_FOR_ADOPTION and episode.begun >= decision.decided
    )
    ordered = (episode.ended for episode in later if episode.why_ended in ADOPTED)
    return care.people[identifier].on(decision.decided) | {
        "source_row": decision.line,
        "clae_entered_care_date": None if period is None else period.entered,
        "perm_adm_decision_date": decision.decided,
        "perm_matched_date": decision.matched,
        "perm_placed_for_adoption_date": next(placed, None),
        "perm_permanence_order_date": next(ordered, None),
        "perm_decision_reversed_date": decision.reversed_on,
        "perm_decision_reversed_reason": decision.why_reversed,
    }


def _since(care: Care, identifier: str, day: date) -> Iterator[Episode]:
    """The child's episodes that begin or end on or after a day."""
    for period in care.periods.get(identifier, ()):
        for episode in period.episodes:
            if episode.begun >= day or (episode.ended is not None and episode.ended >= day):
                yield episode
