"""Chance that repeats: every stream of random numbers is named, so the same seed gives the same borough."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *names: object) -> Random:
    """Give the random numbers of one thing (one child, one file), whatever else was drawn before."""
    return Random("/".join(map(str, (seed, *names))))  # noqa: S311 - invented data, no secret


class Mix(Generic[T]):
    """A mix of values by weight. Weights need not add up to anything."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.weights = dict(weights)
        self._values = list(weights)
        self._heaped = list(accumulate(weights.values()))

    def draw(self, rng: Random) -> T:
        """Draw one of the values."""
        return self._values[bisect(self._heaped, rng.random() * self._heaped[-1])]


def lasting(rng: Random, mean: float, shape: float = 2.0) -> timedelta:
    """Draw a length in whole days, at least one, of the given mean; a higher shape varies less."""
    return timedelta(days=max(1, round(rng.gammavariate(shape, mean / shape))))


def between(rng: Random, first: date, last: date) -> date:
    """Draw a day from `first` to `last`, both included."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def events(rng: Random, mean: float) -> int:
    """Draw how many independent events happen when `mean` are expected (Poisson)."""
    count, waited = 0, rng.expovariate(1.0)
    while waited < mean:
        count += 1
        waited += rng.expovariate(1.0)
    return count
