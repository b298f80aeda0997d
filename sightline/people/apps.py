"""The people room as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Names the room's tables."""

    name = "sightline.people"
    label = "people"
