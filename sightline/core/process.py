"""What a process tells the frame of the application about itself, so that the frame need not know it.

Each process in `settings.PROCESSES` has a `pages.py` with `app_name`, `urlpatterns` and one declaration::

    PROCESS = Process(title="Dataset", opens_at="dataset:scorecard", home_items=home_items)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from importlib import import_module
from uuid import UUID

from django.conf import settings

from sightline.core.models import User
from sightline.core.work import Work
from sightline.facts.manifest import Window
from sightline.facts.own import Published
from sightline.facts.person import Pseudonyms


class Block(Enum):
    """The three blocks of a home page, in their order: title, and what will appear while one is empty."""

    WAITING = (
        "Waiting for you",
        "Nothing is waiting for you. What you are asked to do appears here, what is due first at the top.",
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
    """One line of a home page: `text` links to `href`; `note` says by when, or since when, in words.

    What is WAITING comes from the worklist alone, and also goes into the daily e-mail, which leaves the
    installation: it names no child, gives no figure and repeats nobody's reason.
    """

    block: Block
    text: str
    href: str
    note: str = ""


def nothing_for_home(user: User) -> Iterable[HomeItem]:
    """The home items of a process that has none."""
    return ()


@dataclass(frozen=True)
class Panel:
    """What one process shows on a page of another: a template, which reads `panel.context`.

    `lines` says the same in plain sentences, for the spreadsheet of that page.
    """

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Happened:
    """One entry of the timeline of a person: what happened when, in a line, and where more is said.

    `by`: who did or recorded it, as the timeline shows it.
    """

    at: datetime
    title: str
    text: str = ""
    href: str = ""
    by: str = ""


@dataclass(frozen=True)
class Process:
    """A process as the frame sees it.

    `title` stands in the service navigation and links to the route `opens_at`, for whoever may open that; a
    process that is reached from others' pages has no `opens_at`.
    `reading_as` lets the software read, for the daily e-mail, what a person would see in this process: see
    `as_reader`.
    `work` lists the kinds of work that wait in it, for the worklist, the home page and the daily e-mail.
    `home_items` returns what else the process has to say on that person's home page, in order.
    `daily` does what the process must do once a day (`sightline daily`) and says so in one line; it may be
    run again on the same day.
    `deeds` says in words what each of its commands did, by the command's key, for the audit log.
    `panels` says, for the route of another process's page, what this one shows there: a function of the
    reader and of what the page is about, as that page passes it.
    `timeline` says what happened in it to a person, of what the reader may see; the keys are those of the
    person's dossiers, more than one where records were merged.
    `facts` gives what it publishes of its records to the dataset: by fact table the rows of a window, or of
    as much of it as there are records for. Who is in them is told by the pseudonyms given, alone.
    """

    title: str
    opens_at: str = ""
    work: Sequence[Work] = ()
    reading_as: Callable[[User], AbstractContextManager[object]] | None = None
    home_items: Callable[[User], Iterable[HomeItem]] = nothing_for_home
    daily: Callable[[], str] | None = None
    panels: Mapping[str, Callable[[User, Mapping[str, object]], Panel | None]] = field(default_factory=dict)
    deeds: Mapping[str, str] = field(default_factory=dict)
    timeline: Callable[[User, Collection[UUID]], Iterable[Happened]] | None = None
    facts: Callable[[Window, Pseudonyms], Mapping[str, Published]] | None = None


@contextmanager
def as_reader(user: User) -> Iterator[None]:
    """Read as this person where there is no request of theirs: what guards itself asks who looks.

    In a request the middleware has said so already.
    """
    with ExitStack() as stack:
        for process in processes():
            if process.reading_as is not None:
                stack.enter_context(process.reading_as(user))
        yield


@cache
def processes() -> tuple[Process, ...]:
    """The processes that this installation has switched on, in the order of the settings."""
    return tuple(import_module(f"{name}.pages").PROCESS for name in settings.PROCESSES)


def panels(route: str, user: User, **about: object) -> list[Panel]:
    """What other processes show on the page of a route, for this reader, in the order of the settings.

    The page includes each: `{% for panel in panels %}{% include panel.template %}{% endfor %}`.
    """
    shown = (process.panels[route](user, about) for process in processes() if route in process.panels)
    return [panel for panel in shown if panel is not None]


def timeline(user: User, dossiers: Collection[UUID]) -> list[Happened]:
    """What happened to a person in every process, of what this reader may see, the newest first."""
    told = (process.timeline(user, dossiers) for process in processes() if process.timeline is not None)
    return sorted((one for entries in told for one in entries), key=lambda one: one.at, reverse=True)


def publishes() -> bool:
    """Whether any process that is switched on keeps records of which it publishes facts."""
    return any(process.facts is not None for process in processes())


def facts(window: Window, of: Pseudonyms) -> dict[str, Published]:
    """What every process publishes of its records in a window, by fact table; no two fill the same table."""
    told = (process.facts(window, of) for process in processes() if process.facts is not None)
    return {table: published for tables in told for table, published in tables.items()}
