"""What must hold before the application starts; Django runs these checks and refuses to start on an error."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from sightline.core import partnership
from sightline.core.policy import ROUTES, Plane
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
        if name not in routes and (page.plane is not Plane.FRONT_LINE or settings.FRONT_LINE)
    ]
    return [*missing, *stray]


@register
def the_partnership_is_settled(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The partnership's settings file is there and says what it must."""
    try:
        partnership.read(settings.PARTNERSHIP_FILE)
    except partnership.NotSettled as error:
        return [Error(str(error), id="sightline.E004")]
    return []
