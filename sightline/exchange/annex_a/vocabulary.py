"""The code sets of Annex A, made from the spellings in the TOML files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sightline.exchange.codes import LONGEST, CodeSet

_FILES = (
    "vocabulary.toml",
    "ethnicity.toml",
    "referral_source.toml",
    "need.toml",
    "looked_after.toml",
    "agency.toml",
)


@cache
def code_sets() -> Mapping[str, CodeSet]:
    """Every code set by its key; ValueError when a phrase of one means two codes."""
    sets: dict[str, CodeSet] = {}
    for name in _FILES:
        for key, table in tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8")).items():
            sets[key] = _code_set(table)
    return sets


def _code_set(table: Mapping[str, Any]) -> CodeSet:
    return CodeSet(
        table["title"],
        table["codes"],
        aliases=table.get("aliases"),
        parents={code: parent for parent, codes in table.get("parents", {}).items() for code in codes},
        not_said=_spellings(table.get("not-said", ())),
        judged=table.get("judged"),
        fillers=_spellings(table.get("fillers", ())),
        loose=table.get("loose", False),
        written=table.get("written", True),
        divided=table.get("divided", False),
        strange_words=table.get("strange-words", LONGEST),
    )


def _spellings(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)
