"""What an indicator is: data, and short SQL expressions over the columns of one fact table.

The expressions are written in DuckDB's dialect. They are never pasted into a text: `indicators.engine` parses
them, checks their columns and functions, composes the query as a syntax tree and runs it once for all
breakdowns. Besides the table's columns they may use

- `period_start`, `period_end`: the first and last day of the period counted;
- `due('clock-key', column)`: the day on which a clock that started that day falls due (a join to the due
  days that `clocks` computes, so a page and a percentage can never disagree; for a clock of hours, and for a
  time, the time itself). A start outside the clock's dates in force has none: the claim is then unknown;
- window functions: they see every row of the format, each from the file that owns its day (in a snapshot the
  rows of the one file that is counted), before the population and period are applied.

In a snapshot `age` is the age at the period's end, exact from the month of birth; otherwise at the event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum

from sightline.facts.sources import Rows
from sightline.facts.tables import TABLES


class QuestionSet(StrEnum):
    """The four question sets of a partnership's quality assurance framework."""

    STRATEGIC = "strategic"
    PRACTICE = "practice"
    ORGANISATIONAL = "organisational"
    WIDER = "wider picture"


class Evidence(StrEnum):
    """How much, how well, or so what."""

    QUANTITATIVE = "quantitative"
    QUALITATIVE = "qualitative"
    OUTCOME = "outcome"


class Polarity(StrEnum):
    """Which way is better."""

    UP = "high is good"
    DOWN = "low is good"
    CONTEXT = "context only"
    BOTH = "both extremes are a question"


class Basis(StrEnum):
    """What time means for the indicator; a snapshot and a flow never share an axis."""

    FLOW = "in the period"
    SNAPSHOT = "at the period's end"
    ROLLING = "in the twelve months to the period's end"


class Unit(StrEnum):
    """What the value is counted in."""

    COUNT = "count"
    PERCENT = "%"
    RATE = "per 10,000 children"
    RATIO = "ratio"


class Breakdown(StrEnum):
    """A way of splitting an indicator; each is a column or an expression (see `indicators.breakdowns`)."""

    AGE = "age"
    SEX = "sex"
    ETHNICITY = "ethnicity"
    DISABILITY = "disability"
    LOCALITY = "locality"
    SOURCE = "source"
    AGENCY = "agency"
    UASC = "local or unaccompanied"
    CATEGORY = "category of abuse"
    MISSING_FROM = "missing from"
    AUTHORITY = "responsible authority"
    SECTOR = "sector"
    PLACEMENT = "placement"
    LEVEL = "level"
    RATING = "rating"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Target:
    """A target stated by statute, guidance or the partnership; `source` says by which."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    `at` dates a row of a flow: the row counts in the period that holds it (a column or an expression; the
    table's event when empty). In a snapshot the rows open at the period's end count: begun on or before it
    (`at`) and not ended by it (`until`, the table's `ends` when empty). `population` filters the rows;
    `numerator` is a claim about a row (counted; unknown where it is null) or, with `sums`, a number (added
    up). Where `each` names columns (`child`), rows are first gathered into one for each: the claim holds for
    it if it holds for `any` or for `every` row of it, and its groups are those of its latest row.
    `denominator`, with `sums`, is the number to divide by. In a snapshot of a table of single days (no
    `until`, no `ends`) the rows of the period's last day count. Where `at` names the period, a row is counted
    in each period that so dates it.

    `returned`: agencies return it as a plain figure under its key (see `indicators.returns`), and nothing is
    counted from rows; its table is that of the returns.

    `lookback_months` is how far before the period the window functions of the numerator must see; and, where
    `at` is later than the event of a table without `ends`, how far back one file must hold the events.
    `rows` is what the definition needs of a source; a source of the latest row of each child serves only
    where it says `Rows.LATEST`. `sources` are the formats, best first, that may serve it.
    """

    key: str
    ref: str
    title: str
    question_set: QuestionSet
    evidence: Evidence
    unit: Unit
    polarity: Polarity
    basis: Basis
    table: str
    sources: tuple[str, ...]
    population: str
    numerator: str
    why: str
    owner: str
    review_on: date
    plain: str
    """The value in a sentence: "{numerator} of {denominator} assessments were authorised in time"."""
    at: str = ""
    until: str = ""
    each: tuple[str, ...] = ()
    combine: str = "any"
    sums: bool = False
    returned: bool = False
    denominator: str = ""
    rows: Rows = Rows.EVERY
    lookback_months: int = 0
    breakdowns: tuple[Breakdown, ...] = ()
    target: Target | None = None
    clock: str | None = None
    twin: str | None = None
    """The key of the indicator that must be shown beside this one: open and overdue beside done in time."""
    theme: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What to know before comparing: a note for each source format or published table."""

    def __post_init__(self) -> None:
        if self.table not in TABLES:
            raise ValueError(f"{self.key}: there is no fact table {self.table}")
        if self.combine not in {"any", "every"}:
            raise ValueError(f"{self.key}: combine is any or every, not {self.combine}")
        if self.basis is Basis.SNAPSHOT and not (self.until or TABLES[self.table].ends or self.at):
            raise ValueError(f"{self.key}: a snapshot needs a table of episodes")

    @property
    def is_per_resident(self) -> bool:
        """Whether it is divided by residents: a rate, or a ratio that names nothing else to divide by."""
        return self.unit is Unit.RATE or (self.unit is Unit.RATIO and not (self.sums or self.denominator))

    @property
    def digest(self) -> str:
        """The hash of the definition, named by each figure: a changed definition cannot pass for the old."""
        computed = {
            name: value
            for name, value in asdict(self).items()
            if name
            in {
                "key", "unit", "basis", "table", "population", "numerator", "denominator", "at", "until",
                "each", "combine", "sums", "rows", "lookback_months", "clock",
            }
        }  # fmt: skip
        return hashlib.sha256(repr(sorted(computed.items())).encode()).hexdigest()[:12]
