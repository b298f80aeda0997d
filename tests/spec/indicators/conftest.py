"""Due days are worked out once for all these tests: each snapshot asks for the same thousands again."""

from collections.abc import Iterator
from functools import cache

import pytest

from sightline.indicators import data


@pytest.fixture(scope="module", autouse=True)
def due_days_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "due_days", cache(data.due_days))
        yield
