"""What must hold before the application starts; Django runs these checks and refuses to start on an error."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from sightline.core import partnership
from sightline.core.policy import ROUTES, Page, Plane
from sightline.core.routes import all_routes


@register
def every_route_is_in_the_policy(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A route outside the policy could be opened by anybody, or nobody; a stray entry hides a mistake."""
    routes = set(all_routes())
    if not routes:
        return [Error("The application has no route at all.", id="sightline.E003")]
    missing = [
        Error(
            f"The route {name!r} is not in the policy.",
            hint="Add it to ROUTES in sightline/core/policy.py, with its plane and permission.",
            id="sightline.E001",
        )
        for name in sorted(routes - set(ROUTES))
    ]
    stray = [
        Error(
            f"The policy names the route {name!r}, which does not exist.",
            hint="Take it out of ROUTES in sightline/core/policy.py, or mend its name.",
            id="sightline.E002",
        )
        for name, page in sorted(ROUTES.items())
        if name not in routes and (settings.FRONT_LINE or not _is_switched_off(name, page))
    ]
    return [*missing, *stray]


def _is_switched_off(name: str, page: Page) -> bool:
    """Whether a route is gone with the front line: also one of its processes that names no child."""
    processes = {app.rpartition(".")[2] for app in settings.PLANE}
    return page.plane is Plane.FRONT_LINE or name.partition(":")[0] in processes


@register
def the_partnership_is_settled(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The partnership's settings file is there and says what it must."""
    try:
        partnership.read(settings.PARTNERSHIP_FILE)
    except partnership.NotSettled as error:
        return [Error(str(error), id="sightline.E004")]
    return []
