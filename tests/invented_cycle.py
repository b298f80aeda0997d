"""An invented quarter for the tests of the dataset cycle: four agencies, what each agreed to return.

The quarter is the last one that has ended, whenever the tests run. A limit of twelve months makes a return
that is not late, one of no days makes one that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from sightline.clocks.calendar import add_months
from sightline.exchange.templates import TEMPLATES

NOT_LATE, LATE = "12 months", "0 days"
AGENCIES = {
    "avcsc": "Addiscombe Vale children's social care",
    "avpol": "Addiscombe Vale police",
    "avhousing": "Addiscombe Vale housing",
    "avicb": "Addiscombe Vale integrated care board",
}
OWED = (
    ("avcsc", "extract", "allegations", NOT_LATE, ()),
    ("avpol", "figure", "conference-attendance", NOT_LATE, ()),
    ("avpol", "commentary", "commentary", NOT_LATE, ("conference-attendance",)),
    ("avhousing", "commentary", "commentary", LATE, ()),
    ("avicb", "figure", "conference-attendance-initial", NOT_LATE, ()),
)


def last_quarter() -> date:
    """The first day of the last quarter that has ended."""
    today = timezone.localdate()
    return add_months(today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1), -3)


@dataclass(frozen=True)
class Cycle:
    """The quarter, its returns by agency and kind, and a question that the police were asked."""

    quarter: Any
    by_key: dict[tuple[str, str], Any]
    question: Any

    def of(self, agency: str, kind: str) -> Any:
        """A return as it now is stored."""
        from sightline.assurance.collection.models import Return

        found = Return.objects.select_related("quarter", "agreement__agency", "load", "response")
        return found.get(pk=self.by_key[agency, kind].pk)

    def now(self) -> Any:
        """The quarter as it now is stored."""
        from sightline.assurance.collection.models import Quarter

        return Quarter.objects.get(pk=self.quarter.pk)


@pytest.fixture
def collection(cast) -> Cycle:
    """Four agencies' agreements, and the quarter that was opened under them."""
    from sightline.assurance.collection import commands
    from sightline.assurance.collection.models import Return
    from sightline.assurance.collection.terms import Asked, Terms
    from sightline.core.models import Agency

    for code, name in AGENCIES.items():
        Agency.objects.get_or_create(code=code, defaults={"name": name})
    first = last_quarter()
    for code, kind, item, limit, about in OWED:
        given = Terms(
            kind=kind,
            item=item,
            from_on=date(2024, 1, 1),
            limit=limit,
            agreed_on=date(2023, 12, 4),
            agreed_by="Executive",
            about=about,
        )
        commands.agree(Agency.objects.get(code=code), given=given, by=cast.board_manager)
    quarter = commands.open_quarter(first_on=first, by=cast.board_manager)
    made = Return.objects.filter(quarter=quarter).select_related("quarter", "agreement__agency")
    asked = Asked(
        indicator="conference-attendance",
        text="Why do the police come to so few conferences?",
        raised_on=timezone.localdate(),
        meeting="Executive",
        agency=Agency.objects.get(code="avpol"),
    )
    question = commands.ask(asked=asked, by=cast.member)
    return Cycle(quarter, {(one.agency.code, one.agreement.kind): one for one in made}, question)


def allegations_file(quarter: Any, rows: int = 3) -> SimpleUploadedFile:
    """The social care's extract of allegations for a quarter."""
    columns = TEMPLATES["allegations"].columns
    lines = [
        f"Covers,{quarter.first_on},{quarter.last_on},Supplied by,CSC",
        ",".join(c.title for c in columns),
    ]
    for place in range(rows):
        day = (quarter.first_on + timedelta(days=7 * place)).isoformat()
        row = {
            "allegation": f"A{place}",
            "contacted_on": day,
            "employer_aware_on": day,
            "is_referral": "yes",
        }
        lines.append(",".join(row.get(column.key, "") for column in columns))
    taken = quarter.last_on + timedelta(days=1)
    return SimpleUploadedFile(f"allegations-{taken}.csv", "\n".join(lines).encode(), "text/csv")
