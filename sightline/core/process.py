"""What a process tells the frame of the application about itself, so that the frame need not know it.

Each process in `settings.PROCESSES` has a `pages.py` with `app_name`, `urlpatterns` and one declaration::

    PROCESS = Process(title="Dataset", opens_at="dataset:scorecard", home_items=home_items)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module

from django.conf import settings

from sightline.core.models import User


class Block(Enum):
    """The three blocks of a home page, in their order: title, and what will appear while one is empty."""

    WAITING = (
        "Waiting for you",
        "Nothing is waiting for you. What you are asked to do appears here, the oldest first, "
        "with the day by which it is due.",
    )
    CHANGED = (
        "What changed",
        "Nothing to report. When a figure shows a sign of change, it is named here in words.",
    )
    NOT_SHOWN = (
        "Not yet shown",
        "Nothing is listed. Claims, actions and returns that nobody has tested appear here.",
    )

    @property
    def title(self) -> str:
        """The heading of the block."""
        return self.value[0]

    @property
    def when_empty(self) -> str:
        """What the block says while it has no items: what will appear, and when."""
        return self.value[1]


@dataclass(frozen=True)
class HomeItem:
    """One line of a home page: `text` links to `href`; `note` says by when, or since when, in words."""

    block: Block
    text: str
    href: str
    note: str = ""


def nothing_for_home(user: User) -> Iterable[HomeItem]:
    """The home items of a process that has none."""
    return ()


@dataclass(frozen=True)
class Process:
    """A process as the frame sees it.

    `title` stands in the service navigation and links to the route `opens_at`, for whoever may open that.
    `home_items` returns what the process has to say on that person's home page, in order.
    """

    title: str
    opens_at: str
    home_items: Callable[[User], Iterable[HomeItem]] = nothing_for_home


@cache
def processes() -> tuple[Process, ...]:
    """The processes that this installation has switched on, in the order of the settings."""
    return tuple(import_module(f"{name}.pages").PROCESS for name in settings.PROCESSES)
