"""Times the scorecard page over the example partnership: `python -m bench.scorecard`, told where by the
environment (SIGHTLINE_VAR). Prints JSON: median milliseconds of a page, and its queries."""

from __future__ import annotations

import json
import os
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")


def main() -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from sightline.core.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(email__startswith="analyst@"))
    client.get("/dataset/")
    times = []
    for _ in range(9):
        started = time.perf_counter()
        page = client.get("/dataset/")
        times.append(1000 * (time.perf_counter() - started))
        assert page.status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get("/dataset/")
    print(json.dumps({"milliseconds": statistics.median(times), "queries": len(queries)}))


if __name__ == "__main__":
    main()
