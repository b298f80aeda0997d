"""Writes a census of any size and times its reader: `python -m tests.bench.cin_census [children]`.

The mix is that of a large authority: of every ten children twelve referrals, sixteen assessments, six
section 47 enquiries, three protection plans and eight reviews. Every child is invented.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from sightline.exchange import cin_census
from sightline.exchange.identifiers import upn_check_letter
from sightline.exchange.reading import Context, Delivery
from sightline.facts.person import Pseudonyms

YEAR_START = date(2025, 4, 1)
HEADER = """<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><LEA>306</LEA>
<DateTime>2026-04-20T09:00:00</DateTime></Source></Header><Children>
"""


def census(children: int, seed: int = 1) -> Iterator[str]:
    """The lines of a census, child by child."""
    draw = random.Random(seed)
    yield HEADER
    for number in range(children):
        yield _child(number, draw)
    yield "</Children></Message>\n"


def _child(number: int, draw: random.Random) -> str:
    digits = f"306{number:09d}"
    episodes = "".join(_episode(draw, at) for at in range(2 if draw.random() < 0.2 else 1))
    return f"""<Child>
<ChildIdentifiers>
<LAchildID>C{number:07d}</LAchildID>
<UPN>{upn_check_letter(digits)}{digits}</UPN>
<PersonBirthDate>{date(2009, 1, 1) + timedelta(draw.randrange(5500))}</PersonBirthDate>
<Sex>{draw.choice("MF")}</Sex>
</ChildIdentifiers>
<ChildCharacteristics>
<Ethnicity>{draw.choice(("WBRI", "BCRB", "AIND", "MWBC"))}</Ethnicity>
<Disabilities>
<Disability>{draw.choice(("NONE", "NONE", "AUT", "LD"))}</Disability>
</Disabilities>
</ChildCharacteristics>
{episodes}</Child>
"""


def _episode(draw: random.Random, at: int) -> str:
    referred = YEAR_START + timedelta(draw.randrange(90) + 180 * at)
    closed = referred + timedelta(170)
    assessments = "".join(
        _assessment(draw, referred + timedelta(50 * n)) for n in range(draw.choice((1, 1, 2)))
    )
    enquiry = _enquiry(referred + timedelta(10)) if draw.random() < 0.5 else ""
    plan = _plan(referred + timedelta(20)) if enquiry and draw.random() < 0.5 else ""
    return f"""<CINdetails>
<CINreferralDate>{referred}</CINreferralDate>
<ReferralSource>{draw.choice(("1A", "2A", "6", "3E", "5D"))}</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode>
<CINclosureDate>{closed}</CINclosureDate>
<ReasonForClosure>RC7</ReasonForClosure>
{assessments}{enquiry}<ReferralNFA>0</ReferralNFA>
{plan}</CINdetails>
"""


def _assessment(draw: random.Random, start: date) -> str:
    return f"""<Assessments>
<AssessmentActualStartDate>{start}</AssessmentActualStartDate>
<AssessmentAuthorisationDate>{start + timedelta(draw.randrange(20, 50))}</AssessmentAuthorisationDate>
<FactorsIdentifiedAtAssessment>
<AssessmentFactors>{draw.choice(("3B", "4B", "1B"))}</AssessmentFactors>
<AssessmentFactors>16A</AssessmentFactors>
</FactorsIdentifiedAtAssessment>
</Assessments>
"""


def _enquiry(start: date) -> str:
    held = start + timedelta(10)
    return f"""<Section47>
<S47ActualStartDate>{start}</S47ActualStartDate>
<InitialCPCtarget>{held}</InitialCPCtarget>
<DateOfInitialCPC>{held}</DateOfInitialCPC>
<ICPCnotRequired>0</ICPCnotRequired>
</Section47>
"""


def _plan(start: date) -> str:
    reviews = "".join(
        f"<Reviews><CPPreviewDate>{start + timedelta(days)}</CPPreviewDate></Reviews>\n"
        for days in (80, 110, 140)
    )
    return f"""<ChildProtectionPlans>
<CPPstartDate>{start}</CPPstartDate>
<CPPendDate>{start + timedelta(141)}</CPPendDate>
<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>
<LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>
<NumberOfPreviousCPP>0</NumberOfPreviousCPP>
{reviews}</ChildProtectionPlans>
"""


def main(children: int) -> None:
    """Write, read and print the seconds, the megabytes and the rows."""
    context = Context("306", date(2026, 4, 20), Pseudonyms(b"0" * 32, "306"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "census.xml")
        with path.open("w") as file:
            file.writelines(census(children))
        size = path.stat().st_size / 1e6
        begun, begun_cpu = time.perf_counter(), time.process_time()
        reading = cin_census.read(Delivery("cin-census", path.name, (path,)), context)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{children:,} children, {size:.0f} MB: {seconds:.1f} s, {cpu:.1f} s of processor, {peak:.0f} MB")
    for sheet in reading.sheets:
        print(f"  {sheet.name:22} read {sheet.read:>8,} accepted {sheet.accepted:>8,}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
