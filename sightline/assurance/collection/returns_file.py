"""A quarter's returns as a file of our own template, so that the dataset counts them like any other source.

An extract or a commentary is one row. A plain figure is one row for each month, since that is how it is
counted; an agency that has not returned it stands there with its due day and without numbers, and is then
named beside the figure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from io import StringIO

from django.core.files.base import ContentFile
from django.utils import timezone

from sightline.assurance.collection.models import Agreement, Quality, Quarter, Return, TypedFigure
from sightline.assurance.dataset.models import Load
from sightline.core import local
from sightline.core.models import Agency
from sightline.exchange.templates import TEMPLATES, coverage_line
from sightline.facts.manifest import Window
from sightline.facts.sources import FORMATS
from sightline.indicators.definition import Indicator
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.support import counted_days

FORMAT = "agency-returns"
WHOLE = frozenset({Quality.COMPLETE, Quality.ESTIMATED})
"""The qualities with which all that was asked for has come."""

Row = dict[str, str]


def kind_of(agency: Agency) -> str | None:
    """The kind of an agency by the partnership's settings, which is how facts name it; None if not there."""
    return next((one.kind for one in local.partnership().agencies if one.code == agency.code), None)


def days_of(indicator: Indicator, quarter: Quarter) -> list[tuple[date, date]]:
    """The days that an indicator counts in each month of a quarter: the last day alone for a snapshot."""
    return [counted_days(indicator, month) for month in quarter.months]


def upload_of(quarter: Quarter) -> ContentFile[bytes]:
    """The file of a quarter's returns as they stand now, ready to be handed in."""
    made = Return.objects.filter(quarter=quarter).select_related("quarter", "agreement__agency")
    typed = TypedFigure.objects.filter(made__quarter=quarter)
    name = f"agency-returns-{quarter.first_on:%B}-to-{quarter.last_on:%B-%Y}.csv".lower()
    return ContentFile(returns_file(quarter, list(made), typed), name)


def is_in_use(load: Load | None, upload: ContentFile[bytes]) -> bool:
    """Whether a load holds this very file, and is in the dataset or on its way there."""
    if load is None:
        return False
    digest = sha256(upload.read()).hexdigest()
    upload.seek(0)
    return Load.objects.in_use().filter(pk=load.pk, files__sha256=digest).exists()


def returns_file(quarter: Quarter, made: Sequence[Return], typed: Iterable[TypedFigure]) -> bytes:
    """The file of all returns of a quarter, missing ones too."""
    template = TEMPLATES[FORMAT]
    figures: dict[tuple[int, date], TypedFigure] = {(one.made_id, one.last_on): one for one in typed}
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(coverage_line(Window(quarter.first_on, quarter.last_on), FORMATS[FORMAT].supplier))
    writer.writerow(template.titles)
    for item in made:
        for row in _rows(item, figures):
            writer.writerow([row.get(column.key, "") for column in template.columns])
    return text.getvalue().encode()


def _rows(item: Return, figures: Mapping[tuple[int, date], TypedFigure]) -> Iterator[Row]:
    if item.agreement.kind != Agreement.Kinds.FIGURE:
        yield _row(item, item.quarter.first_on, item.quarter.last_on, item.quality)
        return
    for first, last in days_of(INDICATORS[item.agreement.item], item.quarter):
        figure = figures.get((item.pk, last)) if item.received_at else None
        row = _row(item, first, last, figure.quality if figure else "")
        if figure is not None and figure.numerator is not None:
            row["numerator"] = str(figure.numerator)
            row["denominator"] = "" if figure.denominator is None else str(figure.denominator)
        yield row


def _row(item: Return, first: date, last: date, quality: str) -> Row:
    received = item.received_at
    row = {
        "agency": kind_of(item.agency) or "",
        "item": item.agreement.item,
        "period_start": first.isoformat(),
        "period_end": last.isoformat(),
        "due_on": item.due_on.isoformat(),
    }
    if received is None:
        return row
    return row | {
        "received_on": timezone.localdate(received).isoformat(),
        "is_complete": "yes" if quality in WHOLE else "no",
    }
