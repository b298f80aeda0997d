"""What Sightline itself recorded, in the dataset: a load of its own that nobody hands in and nobody confirms.

Every process says what it publishes (`Process.facts`). The rows become a part like that of any load, and the
worker puts it together with the others in place of the one before it: until that is done the pages show the
figures of before, and from then on those of now.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from sightline.assurance.dataset.commands import confirm_load, discard_load
from sightline.assurance.dataset.counting import MONTHS, NothingToCount, months_of
from sightline.assurance.dataset.models import Load
from sightline.clocks.calendar import add_months
from sightline.core import local, process
from sightline.core.audit import Actor, person
from sightline.core.command import command
from sightline.core.flow import begin, move
from sightline.core.jobs import enqueue
from sightline.core.permissions import Permission
from sightline.exchange.own_records import write_own
from sightline.exchange.pseudonym_key import read_or_make_key
from sightline.facts.manifest import Manifest, Window, source_as_json
from sightline.facts.person import Pseudonyms
from sightline.facts.snapshot import Snapshot, open_snapshot

SOURCE = "front-door"
BEFORE = 13
"""How many months before the first one counted are read: a figure may look back on twelve."""


@command(Permission.KEEP_DATASET)
def ask_to_publish(*, by: Actor) -> None:
    """Have the worker publish what Sightline recorded, now rather than tonight."""
    who = person(by)
    enqueue("dataset.publish-own", who.pk if who else 0)


def publish(*, by: Actor) -> str:
    """Bring the dataset up to date with what Sightline recorded until yesterday; says what came of it.

    Where that gives the same rows in the same months as the last time, nothing is made.
    """
    part = _read()
    if part is None:
        return "there is nothing to publish yet: no whole month has passed since the first record"
    last = Load.objects.own().last()
    if last is not None and _says(open_snapshot(Path(last.part)).manifest) == _says(part.manifest):
        find_the_same(last, by=by)
        return f"nothing has changed since {last}"
    return f"{take_own(part=part, by=by)} is being counted"


@command(Permission.KEEP_DATASET)
def find_the_same(load: Load, *, by: Actor) -> None:
    """Note that what Sightline recorded is still what a load holds."""
    load.same_at = timezone.now()
    load.save(update_fields=["same_at"])


@command(Permission.KEEP_DATASET)
def take_own(*, part: Snapshot, by: Actor) -> Load:
    """Have what Sightline recorded counted; it then takes the place of what it had recorded before."""
    for stuck in Load.objects.filter(is_own=True, state=Load.States.READ, asked=Load.Asked.NOTHING):
        discard_load(stuck, reason="Later records took its place", by=by)
    (source,) = part.manifest.sources
    said = {"name": source.name, "format": source.format, "entry": source_as_json(source), "error": ""}
    load = Load(is_own=True, part=str(part.folder), said=[said], received_by=person(by))
    begin(load, by)
    move(load, Load.States.READ, by)
    return confirm_load(load, by=by)


def _read() -> Snapshot | None:
    """What every process publishes, as a part; None where no month of it is whole."""
    key, _ = read_or_make_key(settings.KEY_FILE, apart_from=settings.SNAPSHOTS)
    authority = local.partnership().authority.code
    yesterday = timezone.localdate() - timedelta(days=1)
    window = Window(add_months(yesterday.replace(day=1), -(MONTHS + BEFORE)), yesterday)
    tables = process.facts(window, Pseudonyms(key, authority))
    if not tables:
        return None
    part = write_own(settings.SNAPSHOTS / "own", authority, SOURCE, timezone.localdate(), tables)
    try:
        months_of(part.manifest)
    except NothingToCount:
        return None
    return part


def _says(manifest: Manifest) -> object:
    """All of a part on which a figure can depend: its rows, since when they are whole, the whole months."""
    begun = {table: window.first for source in manifest.sources for table, window in source.windows.items()}
    return manifest.files, begun, months_of(manifest)
