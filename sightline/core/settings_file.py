"""Changes the partnership's settings file: as a whole or not at all, and never into something that is wrong.

Comments and the order of the file survive. Whoever else reads it sees the old file or the new one.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from django.conf import settings
from tomlkit.exceptions import TOMLKitError

from sightline.core.partnership import NotSettled, read


class NotChanged(Exception):
    """The settings file was left as it was; the message says why."""


def is_writable() -> bool:
    """Whether this process may replace the file."""
    return os.access(_path().parent, os.W_OK)


def add(array: str, entry: Mapping[str, object]) -> None:
    """Add an entry to an array of tables, such as `agencies`. Call it last, as `change`."""
    table = tomlkit.table()
    table.update(entry)
    change(lambda content: _part(content, array).append(table))


def rename(array: str, key: Mapping[str, str], name: str) -> None:
    """Give the entry with this key, such as {"code": "police"}, another name. Call it last, as `change`."""

    def edit(content: tomlkit.TOMLDocument) -> None:
        for entry in _part(content, array):
            if key.items() <= entry.items():
                entry["name"] = name

    change(edit)


def put(table: str, values: Mapping[str, str | None]) -> None:
    """Set values of a table, such as `contact`; None takes one away. Call it last, as `change`."""

    def edit(content: tomlkit.TOMLDocument) -> None:
        if table not in content:
            content.add(table, tomlkit.table())
        for key, value in values.items():
            if value is None:
                _part(content, table).pop(key, None)
            else:
                _part(content, table)[key] = value

    change(edit)


def change(edit: Callable[[tomlkit.TOMLDocument], None]) -> None:
    """Let `edit` change the file's content, check the result as a whole, and put it in the file's place.

    Call it last in a command: what comes before is undone when it fails, what comes after is not.
    Raises `NotChanged` where the result would be wrong or the file cannot be replaced.
    """
    path = _path()
    try:
        with _alone(path.parent):
            content = tomlkit.parse(path.read_text(encoding="utf-8"))
            edit(content)
            _replace(path, tomlkit.dumps(content))
    except NotSettled as error:
        raise NotChanged(str(error)) from None
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise NotChanged(f"The settings file cannot be read: {error}") from None
    except OSError as error:
        raise NotChanged(f"The settings file cannot be changed: {error.strerror}") from None


def _part(content: tomlkit.TOMLDocument, name: str) -> Any:
    return content[name]


def _path() -> Path:
    return Path(settings.PARTNERSHIP_FILE).resolve()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One change at a time, whichever process makes it: two read the same file and the second would win."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            read(draft)
        except NotSettled as error:
            raise NotSettled(str(error).replace(str(draft), path.name)) from None
        shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
