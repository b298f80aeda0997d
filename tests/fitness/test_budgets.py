"""Size budgets: a function of 30 lines, a file of 400. Longer ones stand here with their reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "sightline"
FUNCTION_LINES, FILE_LINES = 30, 400

LONG_FILES = {
    "facts/tables.py": "data: the columns of 30 tables, one entry each",
    "exchange/annex_a/columns.py": "data: the columns of eleven lists, one entry each",
    "core/policy.py": "data: one line for each route and section, in the one file that decides",
    "exchange/templates.py": "data: the columns of eight templates, one entry each",
}
LONG_FUNCTIONS = {
    "indicators/timeliness.py:timeliness": "two entries of named fields, without a branch",
}


def sources() -> list[Path]:
    found = [path for path in ROOT.rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 50
    return found


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            # The signature and the docstring do not count against a function: they are what is read first.
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield node.name, node.end_lineno - body[0].lineno + 1


def test_a_file_has_at_most_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in sources()
        if len(path.read_text().splitlines()) > FILE_LINES
    }
    assert set(long) == set(LONG_FILES), long


def test_a_function_has_at_most_30_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in sources()
        for name, lines in functions(path)
        if lines > FUNCTION_LINES
    }
    assert set(long) == set(LONG_FUNCTIONS), long
