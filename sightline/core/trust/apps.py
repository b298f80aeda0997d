"""The trust plane as Django knows it."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class TrustConfig(AppConfig):
    """Registers the start-up checks of the trust plane, and its row-level security after every `migrate`."""

    name = "sightline.core.trust"
    label = "trust"

    def ready(self) -> None:
        """Load the checks, which register themselves."""
        from sightline.core.trust import checks, database_checks  # noqa: F401

        post_migrate.connect(protect, sender=self)


def protect(using: str, **kwargs: Any) -> None:
    """Hold the rule in the database itself for every guarded table, those of a new process included."""
    from sightline.core.trust.rls import protect_all

    if connections[using].vendor == "postgresql":
        protect_all(connections[using])
