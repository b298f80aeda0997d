"""Looking across files: what two sources say of the same child, and whether both know its plan or care.

Each finding is a query about the later source in the manifest's order, as a count: no child is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from sightline.exchange.reading import Findings
from sightline.facts.manifest import Severity, SourceFile
from sightline.facts.sources import FORMATS, Rows
from sightline.facts.tables import TABLES

SHEET = "across files"
Tables = Mapping[str, pa.Table]
_SAID_OF_CHILD = (("sex", "sex", "U"), ("born_month", "month of birth", None))
_OPEN_TABLES = {
    "protection_plans": "a child protection plan",
    "looked_after_episodes": "being looked after",
}


def look_across(sources: Sequence[SourceFile], tables: Sequence[Tables]) -> list[Findings]:
    """The findings for each source, compared with the sources before it."""
    findings = [Findings() for _ in sources]
    if len(sources) < 2:
        return findings
    for column, title, empty in _SAID_OF_CHILD:
        _compare_children(
            sources, [_said_of_children(held, column, empty) for held in tables], title, findings
        )
    for table, words in _OPEN_TABLES.items():
        for later, source in enumerate(sources):
            for earlier in range(later):
                if sources[earlier].format != source.format:
                    _compare_open(sources, tables, (earlier, later), table, words, findings[later])
    return findings


def _said_of_children(tables: Tables, column: str, empty: object) -> dict[str, object]:
    """What a source says of each child in one column; children of whom it says two things are left out.

    Those are the reader's own findings.
    """
    pairs: set[tuple[str, object]] = set()
    for name, table in tables.items():
        if TABLES[name].about_child:
            for row in table.group_by(["child", column]).aggregate([]).to_pylist():
                pairs.add((row["child"], row[column]))
    known = [(child, value) for child, value in pairs if value is not None and value != empty]
    said = dict(known)
    for child in {child for child, value in known if said[child] != value}:
        del said[child]
    return said


def _compare_children(
    sources: Sequence[SourceFile],
    said: Sequence[Mapping[str, object]],
    title: str,
    findings: Sequence[Findings],
) -> None:
    """Each source against what the nearest source before it said of the same child."""
    last: dict[str, tuple[object, int]] = {}
    for later, children in enumerate(said):
        different = Counter(
            last[child][1] for child, value in children.items() if child in last and last[child][0] != value
        )
        for earlier, count in sorted(different.items()):
            rule = f"{title.replace(' ', '-')}-differs-between-files"
            told = f"the same {title} as in {sources[earlier].name}"
            findings[later].note(rule, Severity.QUERY, SHEET, None, title, _children(count), told)
        last.update({child: (value, later) for child, value in children.items()})


def _compare_open(
    sources: Sequence[SourceFile],
    tables: Sequence[Tables],
    pair: tuple[int, int],
    table: str,
    words: str,
    findings: Findings,
) -> None:
    """On the last day that both windows hold: who has it in one file and not in the other."""
    windows = [sources[index].windows.get(table) for index in pair]
    if windows[0] is None or windows[1] is None:
        return
    day = min(windows[0].last, windows[1].last)
    if not (windows[0].holds(day) and windows[1].holds(day)):
        return
    rows = [tables[index].get(table) for index in pair]
    latest = [FORMATS[sources[index].format].supplies[table].rows is Rows.LATEST for index in pair]
    for has, lacks in ((0, 1), (1, 0)):
        count = len(_open_on(rows[has], table, day) - _open_on(rows[lacks], table, day, latest[lacks]))
        if count:
            names = [sources[index].name for index in pair]
            findings.note(
                "open-in-one-file-only",
                Severity.QUERY,
                SHEET,
                None,
                table,
                f"{_children(count)} in {names[has]}, not in {names[lacks]}",
                f"{words} on {day} in both files or in neither",
            )


def _open_on(rows: pa.Table | None, table: str, day: date, perhaps: bool = False) -> set[str]:
    """The children with an episode of the table that began by the day and had not ended by it.

    With `perhaps`, also those whose episode began later: a file of the latest episode of each child leaves
    open whether there was another before.
    """
    if rows is None:
        return set()
    shape = TABLES[table]
    columns = ["child", shape.event, str(shape.ends)]
    begun_and_ended = zip(*(rows[name].to_pylist() for name in columns), strict=True)
    return {
        child
        for child, begun, ended in begun_and_ended
        if (perhaps or (begun is not None and begun <= day)) and (ended is None or ended > day)
    }


def _children(count: int) -> str:
    return f"{count} child{'ren' * (count > 1)}"
