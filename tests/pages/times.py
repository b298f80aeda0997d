"""Spans of time around now, in the words of the truth table."""

from datetime import timedelta

from django.utils import timezone


def span(time: str) -> dict[str, object]:
    """From when and until when something is in force that is live, ended or not yet begun."""
    now = timezone.now()
    return {
        "live": {"from_at": now - timedelta(days=2), "until_at": now + timedelta(days=2)},
        "ended": {"from_at": now - timedelta(days=2), "until_at": now - timedelta(seconds=1)},
        "not-yet": {"from_at": now + timedelta(days=1), "until_at": None},
    }[time]
