"""Short words for writing entries: lengths, recurring sources and what remains to be verified."""

from functools import partial

from sightline.clocks.clock import Limit, Unit

hours = partial(Limit, unit=Unit.HOURS)
days = partial(Limit, unit=Unit.DAYS)
working_days = partial(Limit, unit=Unit.WORKING_DAYS)
months = partial(Limit, unit=Unit.MONTHS)


def weeks(length: int) -> Limit:
    """A limit of weeks, stored as calendar days."""
    return Limit(7 * length, Unit.DAYS)


GENERAL_KNOWLEDGE = "general knowledge, to be verified before go-live"
OTHER_AREA = "procedures of another area: replace by local policy"
ONE_SOURCE = "one area's practice in a source document: replace by local policy"
NOT_SET = "no limit in numbers: to be set by the partnership"

WORKING_TOGETHER = "Working Together to Safeguard Children"
CARE_PLANNING = "Care Planning, Placement and Case Review (England) Regulations 2010"
PRIVATE_FOSTERING = "Children (Private Arrangements for Fostering) Regulations 2005"
COMPLAINTS = "Children Act 1989 Representations Procedure (England) Regulations 2006"
