"""What a worker does to publish a quarter: its returns' file, all figures anew, then everything in one step.

Each step looks at what the one before has left, so that a worker that ended in the middle is followed by one
that goes on where it was.
"""

from __future__ import annotations

from sightline.assurance.collection import commands
from sightline.assurance.collection.models import Quarter
from sightline.assurance.collection.terms import NotPossible
from sightline.assurance.dataset.commands import confirm_load
from sightline.assurance.dataset.jobs import read_load, settle_load
from sightline.assurance.dataset.models import Load
from sightline.core.audit import System
from sightline.core.files import NotTaken
from sightline.core.flow import NotAllowed
from sightline.core.jobs import job

BY = System("publishing a quarter")


@job("collection.publish")
def publish(key: int) -> None:
    """Carry a publication to its end; where that cannot be, the quarter is open again and says why."""
    quarter = Quarter.objects.get(pk=key)
    if quarter.state != Quarter.States.PUBLISHING:
        return
    try:
        commands.hand_in_returns(quarter, by=BY)
        _into_the_dataset(quarter.load_id)
        commands.finish_publication(quarter, by=BY)
    except (NotPossible, NotAllowed, NotTaken) as reason:
        commands.stop_publication(Quarter.objects.get(pk=key), trouble=str(reason), by=BY)


def _into_the_dataset(key: int | None) -> None:
    """Read the quarter's own file, confirm it, and carry out every decision on a load that still waits."""
    assert key is not None
    read_load(key)
    load = Load.objects.get(pk=key)
    if load.state == Load.States.READ and not load.asked:
        confirm_load(load, by=BY)
    for asked in Load.objects.exclude(asked="").order_by("decided_at"):
        settle_load(asked.pk)
