"""The limits of the trust plane's own clocks: the partnership's, or else those that this software suggests.

Other clocks of local policy wait until the partnership has set them; a look past the rule must not.
"""

from collections.abc import Mapping
from typing import Final

from sightline.clocks import CLOCKS, Limit
from sightline.core import local

GLASS_REVIEW: Final = "glass-review"
RESTRICTION_REVIEW: Final = "restriction-review"
CONFLICT_DECLARATION: Final = "conflict-declaration"


def limits(clock: str) -> Mapping[str, Limit]:
    """The limit that `core.flow` is to use for one of the clocks above."""
    return {clock: local.limit(clock) or CLOCKS[clock].suggested[0].limit}
