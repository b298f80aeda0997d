"""Reads one table of a TOML file, noting every mistake instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any


class Table:
    """A table with the path that leads to it; what is missing or wrong goes into `errors`.

    After a mistake the readers return an empty value, so that reading can go on; the caller must not use what
    it has built once there are errors.
    """

    def __init__(self, path: str, content: dict[str, Any], errors: list[str]) -> None:
        self._path = path
        self._content = content
        self._errors = errors
        self._read: set[str] = set()

    def wrong(self, key: str, value: object, expected: str) -> None:
        """Note a mistake: the table and key, the value found, and what was expected."""
        place = f"{self._path}: {key}" if self._path else key
        self._errors.append(f"{place} is {value!r}; expected {expected}")

    def names(self) -> list[str]:
        """All keys of the table, in the order of the file."""
        return list(self._content)

    def text(self, key: str, pattern: re.Pattern[str] | None = None, expected: str = "some text") -> str:
        """A text that is not blank and matches the pattern as a whole."""
        value = self._get(key, expected)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip() or (pattern and not pattern.fullmatch(value)):
            self.wrong(key, value, expected)
            return ""
        return value.strip()

    def optional(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        """The same, or an empty text where the key is absent."""
        self._read.add(key)
        return self.text(key, pattern, expected) if key in self._content else ""

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """One of the allowed texts, spelt exactly so."""
        expected = f"one of {', '.join(allowed)}"
        value = self._get(key, expected)
        if value is not None and value not in allowed:
            self.wrong(key, value, expected)
        return value if isinstance(value, str) else ""

    def texts(self, key: str, pattern: re.Pattern[str], expected: str) -> tuple[str, ...]:
        """A list of different texts, each matching the pattern."""
        value = self._get(key, f"a list, each {expected}")
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(key, value, f"a list, each {expected}")
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str) or not pattern.fullmatch(item):
                self.wrong(f"{key}[{number}]", item, expected)
            elif item in value[:number]:
                self.wrong(f"{key}[{number}]", item, "each one once")
        return tuple(str(item) for item in value)

    def number(self, key: str, least: int, most: int) -> int:
        """A whole number from the least to the most."""
        expected = f"a whole number from {least} to {most}"
        value = self._get(key, expected)
        if value is None:
            return least
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(key, value, expected)
            return least
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where the key is absent."""
        self._read.add(key)
        value = self._content.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, value, "true or false")
        return value is True

    def day(self, key: str) -> date | None:
        """A date, or None where the key is absent."""
        self._read.add(key)
        value = self._content.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.wrong(key, value, "a date without quotation marks, such as 2019-09-29")
            return None
        return value

    def table(self, key: str, *, required: bool = True) -> Table:
        """The table under this key; an empty one, noted as missing, where there is none."""
        value = self._get(key, f"a table [{key}]") if required else self._content.get(key, {})
        self._read.add(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(key, value, f"a table [{key}]")
        path = f"{self._path}.{key}" if self._path else key
        if not isinstance(value, dict):
            return _Absent(path)
        return Table(path, value, self._errors)

    def tables(self, key: str) -> list[Table]:
        """The tables of an array, each named by its place: `localities[0]` is the first."""
        value = self._get(key, f"tables [[{key}]]")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(key, value, f"tables [[{key}]]")
            return []
        return [Table(f"{key}[{number}]", item, self._errors) for number, item in enumerate(value)]

    def no_other_keys(self) -> None:
        """Note every key that nobody asked for: most often a slip in its spelling."""
        for key in self._content:
            if key not in self._read:
                self.wrong(key, self._content[key], f"no such key here, but {', '.join(sorted(self._read))}")

    def _get(self, key: str, expected: str) -> Any:
        self._read.add(key)
        if key not in self._content:
            place = f"{self._path}: {key}" if self._path else key
            self._errors.append(f"{place} is missing; expected {expected}")
            return None
        return self._content[key]


class _Absent(Table):
    """A table that is missing and has been noted as such: what it lacks is not noted again."""

    def __init__(self, path: str) -> None:
        super().__init__(path, {}, [])
