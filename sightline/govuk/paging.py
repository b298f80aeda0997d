"""The pages of a long list, as the pagination component wants them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

COUNTED = 500
"""How many rows are counted at most: whoever has more looks for one, and turns no more pages."""

NEAR = 1
"""How many pages on each side of the present one are linked by their number."""


class LongList(Paginator[Any]):
    """Pages of a list of any length, of which only the beginning is counted and shown."""

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        found: int = rows.order_by().values("pk")[: COUNTED + 1].count()
        return found

    @property
    def count(self) -> int:
        """How many rows there are, `COUNTED` at most."""
        return min(self._found, COUNTED)

    @property
    def in_words(self) -> str:
        """How many there are: "12", or "more than 500"."""
        return f"more than {COUNTED}" if self._found > COUNTED else str(self.count)


def page_links(number: int, last: int, start: str) -> dict[str, Any] | None:
    """The component's parameters for page `number` of `last`; None where there is one page only.

    `start` is an address that lacks nothing but the number of the page: "?page=".
    """
    if last == 1:
        return None
    near = range(max(1, number - NEAR), min(last, number + NEAR) + 1)
    items: list[dict[str, Any]] = []
    before = 0
    for one in sorted({1, *near, last}):
        if one > before + 1:
            items.append({"ellipsis": True})
        items.append({"number": one, "href": f"{start}{one}", "current": one == number})
        before = one
    at: dict[str, Any] = {"items": items}
    if number > 1:
        at["previous"] = {"href": f"{start}{number - 1}"}
    if number < last:
        at["next"] = {"href": f"{start}{number + 1}"}
    return at
