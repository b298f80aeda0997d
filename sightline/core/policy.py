"""The one file that decides who may open which page.

Every route of the application stands here, or start-up fails (`sightline.core.checks`). The middleware
enforces it: nobody opens a page without signing in unless it is public, and to a person without the
permission a page does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sightline.core.permissions import Permission


class Plane(StrEnum):
    """Which of the two storeys a page belongs to, and so whom it may name."""

    PUBLIC = "public"
    ASSURANCE = "assurance"


class Read(StrEnum):
    """Whether opening a page is itself an event for the audit log."""

    UNAUDITED = "unaudited"
    VIEW = "view"
    EXPORT = "export"


@dataclass(frozen=True)
class Page:
    """Who may open a route. A page of a plane other than the public one needs a permission."""

    plane: Plane
    permission: Permission | None = None
    read: Read = Read.UNAUDITED

    def __post_init__(self) -> None:
        if (self.plane is Plane.PUBLIC) != (self.permission is None):
            raise ValueError("a public page has no permission, and every other page has one")


PUBLIC = Page(Plane.PUBLIC)

ROUTES: Mapping[str, Page] = {
    "home": Page(Plane.ASSURANCE, Permission.USE),
    "clocks": Page(Plane.ASSURANCE, Permission.USE),
    "accessibility": PUBLIC,
    "data-protection": PUBLIC,
    "health": PUBLIC,
    "dataset:scorecard": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:indicator": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:chart": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:quality": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "dataset:file": Page(Plane.ASSURANCE, Permission.READ_DATASET),
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_logout": Page(Plane.ASSURANCE, Permission.USE),
    "account_change_password": Page(Plane.ASSURANCE, Permission.USE),
}
