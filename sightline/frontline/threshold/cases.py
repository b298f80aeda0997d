"""Reading the invented cases of an exercise out of one pasted text. Plain Python."""

from __future__ import annotations

import re

FEWEST, MOST = 5, 60
"""How many cases an exercise has: fewer give no kappa, and nobody would rate more with care."""
LONGEST = 3000
"""How many characters a case may have: about a page."""

PARTING = re.compile(r"^[ \t]*---[ \t]*$", re.MULTILINE)
"""A line of three hyphens, which parts two cases."""


class NotCases(ValueError):
    """The text does not hold cases that can be rated; the message names what to mend."""


def read_cases(text: str) -> list[str]:
    """The cases of a text, parted by lines of three hyphens. Raises `NotCases`, naming every one to mend."""
    cases = [case.strip() for case in PARTING.split(text.replace("\r\n", "\n").replace("\r", "\n"))]
    wrong = [words for place, case in enumerate(cases, 1) for words in _wrong_with(place, case)]
    if not wrong and not FEWEST <= len(cases) <= MOST:
        found = "1 case was" if len(cases) == 1 else f"{len(cases)} cases were"
        wrong = [
            f"{found} found; an exercise has at least {FEWEST} and at most {MOST}."
            " Part them by a line of three hyphens"
        ]
    if wrong:
        raise NotCases(". ".join(wrong))
    return cases


def _wrong_with(place: int, case: str) -> list[str]:
    if not case:
        return [f"Case {place} is empty: write it, or take out the line of three hyphens beside it"]
    if len(case) > LONGEST:
        return [f"Case {place} has {len(case)} characters; a case has at most {LONGEST}"]
    return []
