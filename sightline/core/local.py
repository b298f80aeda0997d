"""What this partnership has settled for itself: its settings file, read again when it has changed."""

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from sightline.clocks import Limit
from sightline.core.partnership import NotSettled, Partnership, read

logger = logging.getLogger(__name__)
_latest: dict[Path, Partnership] = {}
"""What was read last, by file: a slip in a later edit by hand must not stop a running installation."""


@lru_cache(maxsize=8)
def _read(path: Path, version: tuple[int, int, int]) -> Partnership:
    try:
        _latest[path] = read(path)
    except NotSettled as error:
        if path not in _latest:
            raise
        logger.error("The settings stay as they were: %s", error)
    return _latest[path]


def partnership() -> Partnership:
    """The partnership that this installation serves.

    Every process notices a changed file at its next call. Raises `NotSettled` if the file is missing, or
    wrong since this process began.
    """
    path = Path(settings.PARTNERSHIP_FILE)
    try:
        found = path.stat()
    except FileNotFoundError:
        return read(path)
    return _read(path, (found.st_mtime_ns, found.st_size, found.st_ino))


def limit(clock: str) -> Limit | None:
    """The partnership's own limit for a clock, or None where it has set none."""
    return partnership().local_limits.get(clock)


def agency_kinds() -> dict[str, str]:
    """What kind of agency each is, by its code: the facts know an agency by its kind alone."""
    return {agency.code: agency.kind for agency in partnership().agencies}
