"""Django's own, with the tripwire on every connection."""

from typing import Any

from django.db.backends.sqlite3 import base

from sightline.core.trust.tripwire import trip


class DatabaseWrapper(base.DatabaseWrapper):
    """Every statement passes the tripwire."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(trip)
