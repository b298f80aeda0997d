"""What the trust plane does once a day."""

from sightline.core.trust.keeping import forget_old
from sightline.core.trust.retention.keys import destroy_disposed


def daily() -> str:
    """Destroy the keys of what was disposed of, and let go of what was typed and never sent; in one line."""
    return f"{destroy_disposed()}; {forget_old()} unsent texts gone"
