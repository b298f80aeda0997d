"""What this partnership has settled for itself: its settings file, read once."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from sightline.clocks import Limit
from sightline.core.partnership import Partnership, read


@lru_cache(maxsize=8)
def _read(path: Path) -> Partnership:
    return read(path)


def partnership() -> Partnership:
    """The partnership that this installation serves. Raises `NotSettled` if its file is missing or wrong."""
    return _read(Path(settings.PARTNERSHIP_FILE))


def limit(clock: str) -> Limit | None:
    """The partnership's own limit for a clock, or None where it has set none."""
    return partnership().local_limits.get(clock)
