"""How often the public form may be used: by one address, and by all together."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.http import HttpRequest

_log = logging.getLogger(__name__)

WINDOW = 15 * 60
"""Seconds after which counting begins anew; the pages say "15 minutes"."""

LIMITS: Mapping[str, tuple[int, int]] = {
    # what is done: by one address, by all together
    "begin": (30, 600),
    "save": (600, 20_000),
    "send": (10, 200),
    "danger": (10, 400),
    "mail": (3, 60),
    "receipt": (60, 6_000),
}
"""Wide enough for a school whose staff share one address, and for a whole borough on its worst day."""


def is_too_often(request: HttpRequest, deed: str) -> bool:
    """Count one more, and say whether that is too many. The cache learns no address, only a hash of it.

    Whoever is over the limit of one address counts no further towards that of all. Where nothing can be
    counted nobody is turned away: a child who is not told of is worse than junk.
    """
    most, most_of_all = LIMITS[deed]
    address = get_adapter().get_client_ip(request)
    salted = hashlib.blake2b(address.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16)
    try:
        with transaction.atomic():
            return _count(f"{deed}:{salted.hexdigest()}") > most or _count(f"{deed}:all") > most_of_all
    except DatabaseError:
        _log.exception("the public form cannot count how often it is used, and turns nobody away")
        return False


def _count(of: str) -> int:
    key = f"refer:{of}:{int(time.time() // WINDOW)}"
    count = int(cache.get(key, 0)) + 1
    cache.set(key, count, WINDOW)
    return count
