"""Keeps text in a spreadsheet text: what people type must never run on the machine of whoever opens a file.

A spreadsheet program takes a cell of a CSV file for a formula by its first character, and a formula can fetch
from the network or start a program ("CSV injection", OWASP; ASVS 5.0, 1.2.10).
"""

from __future__ import annotations

import unicodedata

STARTS = frozenset("=+-@")
"""What begins a formula in one spreadsheet program or another; a command to another program (DDE) too."""

TEXT_MARK = "'"
"""By convention the mark of a text; Excel and LibreOffice hide it where it is typed into a cell."""


def formula_safe(text: str) -> str:
    """The text as it may stand in a cell of a CSV file: with a mark before it if it could become a formula.

    Blanks, line ends and invisible characters before the sign do not count, nor does its width, since some
    programs drop the ones and fold the other: "＝1+1" and the typesetters' minus are marked as well. A
    number that somebody typed as text, such as "-1", is marked too; numbers belong into cells as numbers.
    """
    for sign in text:
        folded = unicodedata.normalize("NFKC", sign)
        if unicodedata.category(sign)[0] in "ZC" or not folded.strip():
            continue
        is_sign = folded[:1] in STARTS or "MINUS" in unicodedata.name(sign, "")
        return f"{TEXT_MARK}{text}" if is_sign else text
    return text
