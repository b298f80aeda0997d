"""From the elements of one Child to its modules: each row accepted or refused, each value known or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from sightline.exchange.cin_census.codes import SEX_OF_GENDER
from sightline.exchange.cin_census.model import (
    Assessment,
    Enquiry,
    Episode,
    NeedPlan,
    Person,
    ProtectionPlan,
    Review,
)
from sightline.exchange.fields import Codes, Fields, Place
from sightline.exchange.reading import Child
from sightline.exchange.xml_stream import Content, Element, content_of, line_of, local
from sightline.facts.person import Pseudonyms

SHEETS = (
    "Child",
    "Disabilities",
    "CINdetails",
    "Assessments",
    "Factors",
    "CINPlanDates",
    "Section47",
    "ChildProtectionPlans",
    "Reviews",
)
SECRET = frozenset(
    {"LAchildID", "UPN", "FormerUPN", "PersonBirthDate", "ExpectedPersonBirthDate", "PersonDeathDate"}
)
_SHEET_OF = {
    "CINdetails": "CINdetails",
    "Assessments": "Assessments",
    "Section47": "Section47",
    "CINPlanDates": "CINPlanDates",
    "ChildProtectionPlans": "ChildProtectionPlans",
    "Disability": "Disabilities",
    "AssessmentFactors": "Factors",
    "CPPreviewDate": "Reviews",
}
KNOWN: dict[str, frozenset[str]] = {
    "ChildIdentifiers": SECRET | {"UPNunknown", "Sex", "GenderCurrent"},
    "ChildCharacteristics": frozenset({"Ethnicity"}),
    "CINdetails": frozenset(
        "CINreferralDate ReferralSource PrimaryNeedCode CINclosureDate ReasonForClosure DateOfInitialCPC"
        " ReferralNFA".split()
    ),
    "Assessments": frozenset(
        "AssessmentActualStartDate AssessmentInternalReviewDate AssessmentAuthorisationDate"
        " AssessmentFactors".split()
    ),
    "Section47": frozenset("S47ActualStartDate InitialCPCtarget DateOfInitialCPC ICPCnotRequired".split()),
    "CINPlanDates": frozenset({"CINPlanStartDate", "CINPlanEndDate"}),
    "ChildProtectionPlans": frozenset(
        "CPPstartDate CPPendDate InitialCategoryOfAbuse LatestCategoryOfAbuse NumberOfPreviousCPP"
        " CPPreviewDate".split()
    ),
}
"""The elements that a module may hold; any other is reported, for its value would be lost in silence."""
_ONCE = frozenset({"ChildIdentifiers", "ChildCharacteristics"})
_BORN, _EXPECTED, _DIED = "PersonBirthDate", "ExpectedPersonBirthDate", "PersonDeathDate"
Row = TypeVar("Row")


class Modules:
    """Reads the children of one census, with the code sets of its year."""

    def __init__(self, fields: Fields, codes: Mapping[str, Codes], pseudonyms: Pseudonyms) -> None:
        self._fields = fields
        self._codes = codes
        self._pseudonyms = pseudonyms

    def person(self, element: Element) -> tuple[Person, dict[str, str]] | None:
        """One child with its identifiers as text (for checks only); None when the child has to be refused."""
        fields, at = self._fields, Place("Child", line_of(element))
        fields.count("Child")
        parts: dict[str, list[Element]] = defaultdict(list)
        for part in element:
            parts[local(part)].append(part)
        identifiers = self._only(parts, "ChildIdentifiers", at).values
        identifier = fields.identifier(at, "LAchildID", identifiers.get("LAchildID"))
        if identifier is None:
            self._refuse_within(element)
            return None
        identifiers["LAchildID"] = identifier
        born = fields.day(at, _BORN, identifiers.get(_BORN))
        expected = fields.day(at, _EXPECTED, identifiers.get(_EXPECTED), planned=True)
        died = fields.day(at, _DIED, identifiers.get(_DIED))
        traits = self._only(parts, "ChildCharacteristics", at)
        disabilities = tuple(
            code for part in traits.parts for code in self._listed(part, "Disability", "DfE rule 8540")
        )
        child = Child(
            pseudonym=self._pseudonyms.of(identifier),
            born=born or expected,
            sex=self._sex(at, identifiers),
            ethnicity=self._code(at, "Ethnicity", traits.values, "DfE rule 4220"),
            is_disabled=any(code != "NONE" for code in disabilities) if disabilities else None,
        )
        fields.filled("Child", child, _CHILD_COLUMNS)
        episodes = tuple(self._episode(part) for part in parts.pop("CINdetails", ()))
        for part in (part for name, held in parts.items() if name not in _ONCE for part in held):
            self._not_read("Child", part, local(part))
        return Person(line_of(element), child, born, expected, died, disabilities, episodes), identifiers

    def _not_read(self, sheet: str, part: Element, name: str) -> None:
        at = Place(sheet, line_of(part))
        self._fields.query("module-not-read", at, name[:40], None, f"no such module in {sheet}: not read")

    def _only(self, parts: Mapping[str, list[Element]], name: str, at: Place) -> Content:
        """What the first part called `name` holds; none, or several, are reported."""
        found = parts.get(name, ())
        if len(found) != 1:
            self._fields.query("module-not-once", at, name, None, f"one {name}; the first is read")
        return self._content(found[0], at) if found else Content({}, [], [])

    def _content(self, element: Element, at: Place) -> Content:
        content = content_of(element)
        for name in content.repeated:
            self._fields.query("element-repeated", at, name, None, "one value; the first is used")
        known = KNOWN[local(element)]
        if not content.values.keys() <= known:
            for name in sorted(content.values.keys() - known):
                expected = f"an element of {local(element)}; its value is not read"
                self._fields.query("element-not-read", at, name[:40], None, expected)
        return content

    def _sex(self, at: Place, values: Mapping[str, str]) -> str | None:
        """Sex, or GenderCurrent in its codes; each is also understood in the codes of the other."""
        column = "Sex" if "Sex" in values or "GenderCurrent" not in values else "GenderCurrent"
        text = values.get(column, "").upper()
        sex = SEX_OF_GENDER.get(text, text)
        if sex not in {"M", "F", "U"}:
            return self._fields.code(at, column, values.get(column), self._codes[column], "DfE rule 4180")
        if text not in self._codes[column].ever:
            self._fields.corrected("sex-in-other-codes", at, column, text, sex)
        return sex

    def _code(self, at: Place, column: str, values: Mapping[str, str], dfe: str = "") -> str | None:
        return self._fields.code(at, column, values.get(column), self._codes[column], dfe)

    def _listed(self, element: Element, tag: str, dfe: str) -> Iterator[str]:
        """The codes of the elements called `tag` at any depth, each of which is a row of its own."""
        sheet, codes = _SHEET_OF[tag], self._codes[tag]
        for part in element.iter(f"{{*}}{tag}"):
            self._fields.count(sheet)
            if part.text in codes.current:
                yield part.text
                continue
            at, code = Place(sheet, line_of(part)), (part.text or "").strip().upper()
            if code not in codes.ever:
                self._fields.refuse("code-unknown", at, tag, part.text, f"{codes.expected} ({dfe})")
                continue
            if code not in codes.current:
                self._fields.not_of_year(at, tag, code, codes)
            yield code

    def _episode(self, element: Element) -> Episode:
        fields = self._fields
        fields.count("CINdetails")
        at = Place("CINdetails", line_of(element))
        content = self._content(element, at)
        values = content.values
        episode = Episode(
            line=line_of(element),
            referred=fields.event(at, "CINreferralDate", values.get("CINreferralDate"), "DfE rule 8600"),
            source=self._code(at, "ReferralSource", values, "DfE rule 8866"),
            need=self._code(at, "PrimaryNeedCode", values),
            closed=fields.day(at, "CINclosureDate", values.get("CINclosureDate")),
            reason=self._code(at, "ReasonForClosure", values),
            conference=fields.day(at, "DateOfInitialCPC", values.get("DateOfInitialCPC")),
            is_nfa=fields.claim(at, "ReferralNFA", values.get("ReferralNFA"), "DfE rule 8568"),
        )
        if episode.referred is not None:
            fields.filled("CINdetails", episode, _EPISODE_COLUMNS)
        for part in content.parts:
            self._part(episode, part)
        return episode

    def _part(self, episode: Episode, part: Element) -> None:
        name = local(part)
        if name == "Assessments":
            _keep(episode.assessments, self._module(part, self._assessment))
        elif name == "Section47":
            _keep(episode.enquiries, self._module(part, self._enquiry))
        elif name == "CINPlanDates":
            _keep(episode.need_plans, self._module(part, self._need_plan))
        elif name == "ChildProtectionPlans":
            _keep(episode.protection_plans, self._module(part, self._protection_plan))
        elif len(part):
            self._not_read("CINdetails", part, name)

    def _module(
        self, element: Element, read: Callable[[Element, Place, dict[str, str]], Row | None]
    ) -> Row | None:
        """One module's row; when it is refused, so is every row within it."""
        at = Place(_SHEET_OF[local(element)], line_of(element))
        self._fields.count(at.sheet)
        row = read(element, at, self._content(element, at).values)
        if row is None:
            self._refuse_within(element)
        else:
            self._fields.filled(at.sheet, row, _COLUMNS[at.sheet])
        return row

    def _assessment(self, element: Element, at: Place, values: dict[str, str]) -> Assessment | None:
        start = self._fields.event(
            at, "AssessmentActualStartDate", values.get("AssessmentActualStartDate"), "DfE rule 8608"
        )
        authorised = values.get("AssessmentAuthorisationDate")
        if start is None:
            return None
        return Assessment(
            line_of(element),
            start,
            self._fields.day(at, "AssessmentAuthorisationDate", authorised),
            tuple(self._listed(element, "AssessmentFactors", "DfE's table of factors")),
        )

    def _enquiry(self, element: Element, at: Place, values: dict[str, str]) -> Enquiry | None:
        fields = self._fields
        start = fields.event(at, "S47ActualStartDate", values.get("S47ActualStartDate"), "DfE rule 8615")
        if start is None:
            return None
        return Enquiry(
            line_of(element),
            start,
            fields.day(at, "InitialCPCtarget", values.get("InitialCPCtarget"), planned=True),
            fields.day(at, "DateOfInitialCPC", values.get("DateOfInitialCPC")),
            fields.claim(at, "ICPCnotRequired", values.get("ICPCnotRequired")),
        )

    def _need_plan(self, element: Element, at: Place, values: dict[str, str]) -> NeedPlan | None:
        fields = self._fields
        start = fields.event(at, "CINPlanStartDate", values.get("CINPlanStartDate"), "DfE rule 4010")
        if start is None:
            return None
        return NeedPlan(
            line_of(element), start, fields.day(at, "CINPlanEndDate", values.get("CINPlanEndDate"))
        )

    def _protection_plan(self, element: Element, at: Place, values: dict[str, str]) -> ProtectionPlan | None:
        fields, abuse = self._fields, self._codes["CategoryOfAbuse"]
        start = fields.event(at, "CPPstartDate", values.get("CPPstartDate"), "DfE rule 8720")
        if start is None:
            return None
        initial, latest = "InitialCategoryOfAbuse", "LatestCategoryOfAbuse"
        previous = "NumberOfPreviousCPP"
        return ProtectionPlan(
            line_of(element),
            start,
            fields.day(at, "CPPendDate", values.get("CPPendDate")),
            fields.code(at, initial, values.get(initial), abuse, "DfE rule 8905"),
            fields.code(at, latest, values.get(latest), abuse, "DfE rule 8910"),
            fields.whole(at, previous, values.get(previous), "DfE rule 8730"),
            tuple(self._reviews(element, start)),
        )

    def _reviews(self, element: Element, start: date) -> Iterator[Review]:
        """Every review date, whether of one Reviews with many dates or of many with one."""
        for part in element.iter("{*}CPPreviewDate"):
            at = Place("Reviews", line_of(part))
            self._fields.count("Reviews")
            held = self._fields.event(at, "CPPreviewDate", part.text, "DfE rule 8842Q")
            if held is None:
                continue
            if held <= start:
                expected = f"a day after the plan's start, {start} (DfE rule 8841)"
                self._fields.refuse("review-before-plan", at, "CPPreviewDate", held, expected)
                continue
            yield Review(line_of(part), held)

    def _refuse_within(self, element: Element) -> None:
        """Refuse every row within an element that was itself refused."""
        for part in element.iterdescendants():
            sheet = _SHEET_OF.get(local(part))
            if sheet is not None:
                self._fields.count(sheet)
                expected = f"a usable {local(element)} around it"
                self._fields.refuse("refused-with-parent", Place(sheet, line_of(part)), "", None, expected)


def _keep(rows: list[Row], row: Row | None) -> None:
    if row is not None:
        rows.append(row)


_CHILD_COLUMNS = {
    "PersonBirthDate": "born",
    "Sex": "sex",
    "Ethnicity": "ethnicity",
    "Disability": "is_disabled",
}
_EPISODE_COLUMNS = {
    "CINreferralDate": "referred",
    "ReferralSource": "source",
    "PrimaryNeedCode": "need",
    "CINclosureDate": "closed",
    "ReasonForClosure": "reason",
    "DateOfInitialCPC": "conference",
    "ReferralNFA": "is_nfa",
}
_COLUMNS: dict[str, dict[str, str]] = {
    "Assessments": {
        "AssessmentActualStartDate": "start",
        "AssessmentAuthorisationDate": "authorised",
    },
    "Section47": {
        "S47ActualStartDate": "start",
        "InitialCPCtarget": "target",
        "DateOfInitialCPC": "conference",
        "ICPCnotRequired": "is_unnecessary",
    },
    "CINPlanDates": {"CINPlanStartDate": "start", "CINPlanEndDate": "end"},
    "ChildProtectionPlans": {
        "CPPstartDate": "start",
        "CPPendDate": "end",
        "InitialCategoryOfAbuse": "initial",
        "LatestCategoryOfAbuse": "latest",
        "NumberOfPreviousCPP": "previous",
    },
}
