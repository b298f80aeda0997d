"""Before a deployed installation serves, works or does its day: the database must be one that it may use."""

from __future__ import annotations

import io

from django.conf import settings
from django.core.management import call_command


def check_the_database() -> None:
    """Where the installation is deployed, refuse a database that does not hold up what it must.

    Raises `SystemCheckError`, which says what to do.
    """
    if settings.IS_DEPLOYED:
        call_command("check", tags=["database"], deploy=True, databases=["default"], stdout=io.StringIO())
