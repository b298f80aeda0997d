"""What is done with the thresholds of need once a day."""

from sightline.core.audit import System
from sightline.frontline.threshold import commands
from sightline.frontline.threshold.models import Version


def daily() -> str:
    """Put in force every approved version whose day has come; a second time on that day changes nothing."""
    due = list(Version.objects.due())
    for version in due:
        commands.put_in_force(version, by=System("the daily run"))
    return f"{len(due)} {'version' if len(due) == 1 else 'versions'} put in force"
