"""No text that somebody typed becomes a formula in a spreadsheet."""

import pytest

from sightline.facts.formula import formula_safe

HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)"),
    *("\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\u00a0=1+1"),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1+1", "−1", "⁺1"),
    *("\u200b=1+1", "\ufeff=1+1", "\u202e=1+1"),
    *("=cmd|' /C calc'!A1", '=HYPERLINK("http://x.example","more")'),
]
HARMLESS = ["", " ", "Vale police", "a=b", "3 - 4 reviews", "'=1+1", '"quoted"', "1e5", "007", "£5", "%"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_become_a_formula_is_marked_as_text(text):
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text):
    assert formula_safe(text) == text


@pytest.mark.parametrize("text", [*HOSTILE, *HARMLESS])
def test_a_text_is_marked_once(text):
    assert formula_safe(formula_safe(text)) == formula_safe(text)
