"""The core room as Django knows it."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the start-up checks."""

    name = "sightline.core"
    label = "core"

    def ready(self) -> None:
        """Load the checks, which register themselves."""
        from sightline.core import checks  # noqa: F401
