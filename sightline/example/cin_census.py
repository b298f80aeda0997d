"""The invented borough's children in need census: one XML file a financial year, each element on a line.

A file holds the episodes open in its year; of them the assessments, enquiries, plans and reviews that the
year asks for, as they stood on 31 March. Written child by child, so memory stays flat.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from sightline.clocks.calendar import add_working_days
from sightline.example import borough
from sightline.example.chance import stream
from sightline.example.days import age_at
from sightline.example.mess import EVERY, TIMES, Ledger, other_letter
from sightline.example.periods import Year
from sightline.example.record import Assessment, Child, Enquiry, Need, ProtectionPlan, SupportPlan, seen
from sightline.example.world import World

_GENDER = {"M": 1, "F": 2, "U": 0}


class CinCensus:
    """The census files of a world; `add` each child, then `close`."""

    def __init__(self, folder: Path, world: World, years: list[Year], ledger: Ledger | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [_File(folder, year, world.seed, ledger) for year in years]

    def add(self, child: Child) -> None:
        """Write the child into each year in which an episode of need was open."""
        if child.needs:
            for file in self._files:
                file.add(child)

    def close(self) -> list[Path]:
        """Finish the files; gives their paths."""
        return [file.close() for file in self._files]


class _File:
    def __init__(self, folder: Path, year: Year, seed: int, ledger: Ledger | None) -> None:
        self._year = year
        span = f"{year.first.year}-{year.last.year % 100:02d}"
        self.path = folder / f"cin-{span}-{year.taken.isoformat()}.xml"
        self._out = self.path.open("w", encoding="utf-8", newline="\n")
        self._spoiler = _Spoiler(ledger, self.path.name, stream(seed, "cin", span)) if ledger else None
        self._line = 1
        self._write(_header(year))

    def add(self, child: Child) -> None:
        lines = child_lines(child, self._year)
        if lines:
            self._write(self._spoiler.spoil(self._line, lines) if self._spoiler else lines)

    def close(self) -> Path:
        self._write(["</Children>", "</Message>"])
        self._out.close()
        return self.path

    def _write(self, lines: list[str]) -> None:
        self._out.write("\n".join(lines) + "\n")
        self._line += len(lines)


def _header(year: Year) -> list[str]:
    return [
        '<?xml version="1.0" encoding="utf-8"?>', "<Message>", "<Header>", "<CollectionDetails>",
        "<Collection>CIN</Collection>", f"<Year>{year.last.year}</Year>",
        f"<ReferenceDate>{year.last}</ReferenceDate>", "</CollectionDetails>", "<Source>",
        "<SourceLevel>L</SourceLevel>", f"<LEA>{borough.CODE}</LEA>",
        "<SoftwareCode>Sightline example</SoftwareCode>", "<SerialNo>001</SerialNo>",
        f"<DateTime>{year.taken}T09:00:00</DateTime>", "</Source>", "</Header>", "<Children>",
    ]  # fmt: skip


def child_lines(child: Child, year: Year) -> list[str]:
    """Give the lines of a child's element in the file of `year`; none if no episode was open in it."""
    needs = [n for n in child.needs if n.referred_on <= year.last and n.closed_on >= year.first]
    if not needs:
        return []
    lines = ["<Child>", *_identifiers(child, needs, year), "<ChildCharacteristics>"]
    lines.append(_leaf("Ethnicity", child.ethnicity))
    if child.disabilities or not all(need.is_nfa for need in needs):
        lines.append("<Disabilities>")
        lines += [_leaf("Disability", code) for code in child.disabilities or ("NONE",)]
        lines.append("</Disabilities>")
    lines.append("</ChildCharacteristics>")
    for need in needs:
        lines += _details(need, year)
    lines.append("</Child>")
    return lines


def _leaf(tag: str, value: object) -> str:
    return f"<{tag}>{value}</{tag}>"


def _identifiers(child: Child, needs: list[Need], year: Year) -> Iterator[str]:
    is_born = child.born <= year.last
    yield "<ChildIdentifiers>"
    yield _leaf("LAchildID", child.id)
    if child.upn and age_at(child.born, year.last) >= 4:
        yield _leaf("UPN", child.upn)
    elif all(need.is_nfa for need in needs):
        yield _leaf("UPNunknown", "UN7")
    else:
        yield _leaf("UPNunknown", "UN1" if age_at(child.born, year.last) < 5 else "UN3")
    yield _leaf("PersonBirthDate" if is_born else "ExpectedPersonBirthDate", child.born)
    sex = child.sex if is_born else "U"
    yield _leaf("Sex", sex) if year.has_sex else _leaf("GenderCurrent", _GENDER[sex])
    yield "</ChildIdentifiers>"


def _details(need: Need, year: Year) -> Iterator[str]:
    closed = seen(need.closed_on, year.last)
    yield "<CINdetails>"
    yield _leaf("CINreferralDate", need.referred_on)
    yield _leaf("ReferralSource", need.source)
    if not need.is_nfa:
        yield _leaf("PrimaryNeedCode", need.code)
    if closed:
        yield _leaf("CINclosureDate", closed)
        yield _leaf("ReasonForClosure", need.closed_for)
    for assessment in need.assessments:
        yield from _assessment(assessment, year)
    for plan in need.support:
        yield from _support(plan, year)
    for enquiry in need.enquiries:
        yield from _enquiry(enquiry, year)
    yield _leaf("ReferralNFA", int(need.is_nfa))
    for protection in need.plans:
        yield from _protection(protection, year)
    yield "</CINdetails>"


def _assessment(assessment: Assessment, year: Year) -> Iterator[str]:
    authorised = seen(assessment.authorised_on, year.last)
    if not year.holds(authorised or assessment.started_on):
        return
    yield "<Assessments>"
    yield _leaf("AssessmentActualStartDate", assessment.started_on)
    if authorised:
        review = add_working_days(assessment.started_on, 10)
        yield _leaf("AssessmentInternalReviewDate", min(review, authorised))
        yield _leaf("AssessmentAuthorisationDate", authorised)
        yield "<FactorsIdentifiedAtAssessment>"
        yield from (_leaf("AssessmentFactors", code) for code in assessment.factors)
        yield "</FactorsIdentifiedAtAssessment>"
    yield "</Assessments>"


def _support(plan: SupportPlan, year: Year) -> Iterator[str]:
    if plan.started_on <= year.last and plan.ended_on >= year.first:
        yield "<CINPlanDates>"
        yield _leaf("CINPlanStartDate", plan.started_on)
        if ended := seen(plan.ended_on, year.last):
            yield _leaf("CINPlanEndDate", ended)
        yield "</CINPlanDates>"


def _enquiry(enquiry: Enquiry, year: Year) -> Iterator[str]:
    held = seen(enquiry.conference_on, year.last)
    if not year.holds(held or enquiry.started_on):
        return
    yield "<Section47>"
    yield _leaf("S47ActualStartDate", enquiry.started_on)
    if enquiry.conference_on:
        yield _leaf("InitialCPCtarget", enquiry.target_on)
    if held:
        yield _leaf("DateOfInitialCPC", held)
    yield _leaf("ICPCnotRequired", int(enquiry.conference_on is None))
    yield "</Section47>"


def _protection(plan: ProtectionPlan, year: Year) -> Iterator[str]:
    if plan.started_on > year.last or plan.ended_on < year.first:
        return
    yield "<ChildProtectionPlans>"
    yield _leaf("CPPstartDate", plan.started_on)
    if ended := seen(plan.ended_on, year.last):
        yield _leaf("CPPendDate", ended)
    yield _leaf("InitialCategoryOfAbuse", plan.first_category)
    yield _leaf("LatestCategoryOfAbuse", plan.latest_category)
    yield _leaf("NumberOfPreviousCPP", plan.previous)
    if reviews := [day for day in plan.reviews if year.holds(day)]:
        yield "<Reviews>"
        yield from (_leaf("CPPreviewDate", day) for day in reviews)
        yield "</Reviews>"
    yield "</ChildProtectionPlans>"


_VALUE = re.compile(r"<(\w+)>([^<]*)</")
Written = Callable[[Random, str], str]


def _before(_: Random, value: str) -> str:
    """Give the same day ten years before."""
    return f"{int(value[:4]) - 10}{value[4:8]}01"


_MESS: tuple[tuple[str, str, str, Written], ...] = (
    ("upn-check-letter", "UPN", "the UPN has a wrong check letter", lambda _, v: other_letter(v)),
    ("birth-impossible", "PersonBirthDate", "born on no day of a calendar", lambda _, v: v[:4] + "-02-31"),
    ("source-unknown", "ReferralSource", "a source that no set has", lambda *_: "99"),
    ("ethnicity-unknown", "Ethnicity", "an ethnicity that no set has", lambda *_: "ZZZZ"),
    ("need-unknown", "PrimaryNeedCode", "a primary need that no set has", lambda *_: "N77"),
    ("authorised-before-start", "AssessmentAuthorisationDate", "authorised before the start", _before),
    ("closure-before-referral", "CINclosureDate", "closed before the referral", _before),
    ("closure-reason-unknown", "ReasonForClosure", "a reason that no set has", lambda *_: "RC99"),
    ("factor-unknown", "AssessmentFactors", "a factor that no set has", lambda *_: "99Z"),
    ("claim-in-words", "ReferralNFA", "yes or no in words", lambda _, v: "true" if v == "1" else "false"),
    ("plan-end-impossible", "CPPendDate", "a day that no calendar has", lambda _, v: v[:4] + "-06-31"),
)  # fmt: skip


class _Spoiler:
    """Spoils one value of a child in so many, each kind in turn; the row is the element's line."""

    def __init__(self, ledger: Ledger, file: str, rng: Random) -> None:
        self._ledger, self._file, self._rng = ledger, file, rng
        self._waiting = list(_MESS) * TIMES
        self._rest = rng.randrange(3, EVERY)

    def spoil(self, first: int, lines: list[str]) -> list[str]:
        """Give the child's lines, one of them spoilt if it is time; `first` is the first one's number."""
        self._rest -= 1
        if self._rest > 0:
            return lines
        for place, (key, tag, what, written) in enumerate(self._waiting):
            for number, line in enumerate(lines):
                match = _VALUE.match(line)
                if match is None or match[1] != tag:
                    continue
                del self._waiting[place]
                self._rest = EVERY
                value = written(self._rng, match[2])
                reported = key != "claim-in-words"
                self._ledger.note(self._file, "", first + number, tag, key, value, what, reported)
                return [*lines[:number], _leaf(tag, value), *lines[number + 1 :]]
        return lines
