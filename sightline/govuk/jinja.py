"""The templates' engine: GOV.UK Design System components as functions that every template can call.

`{{ govukTag({"text": "Overdue"}) }}` works in any template without an import. The markup is that of the
library `govuk-frontend-jinja`; no component's HTML is written here.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import jinja2
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from sightline.govuk.forms import component_of, error_list

PORT = "govuk_frontend_jinja"

COMPONENTS = (
    "back-link",
    "breadcrumbs",
    "button",
    "checkboxes",
    "date-input",
    "details",
    "error-message",
    "error-summary",
    "fieldset",
    "file-upload",
    "generic-header",
    "hint",
    "input",
    "inset-text",
    "label",
    "notification-banner",
    "pagination",
    "password-input",
    "phase-banner",
    "radios",
    "select",
    "service-navigation",
    "skip-link",
    "summary-list",
    "table",
    "tabs",
    "tag",
    "task-list",
    "textarea",
    "warning-text",
)
"""The components in use; their styles are those listed in `assets/app.scss`."""


def macro_name(component: str) -> str:
    """The function that draws a component: `govukErrorSummary` for "error-summary"."""
    return "govuk" + "".join(word.capitalize() for word in component.split("-"))


def environment(**options: Any) -> jinja2.Environment:
    """Jinja's environment with the components, for Django's Jinja2 engine.

    A name that no view has passed shows as nothing, as the components need; a misspelt one in our own
    templates is found by the page tests.
    """
    loader = options.pop("loader")
    port = jinja2.PrefixLoader({PORT: jinja2.PackageLoader(PORT)})
    options.update(undefined=jinja2.Undefined, trim_blocks=True, lstrip_blocks=True)
    env = jinja2.Environment(loader=jinja2.ChoiceLoader([loader, port]), **options)  # noqa: S701 (Django sets autoescape)
    macros: dict[str, Callable[..., str]] = {}
    for component in COMPONENTS:
        name = macro_name(component)
        macros[name] = getattr(env.get_template(f"{PORT}/components/{component}/macro.html").module, name)

    def draw(field: BoundField) -> str:
        name, params = component_of(field)
        return macros[name](params)

    env.globals.update(macros)
    env.globals.update(static=static, url=_url, draw=draw, error_list=error_list)
    env.filters.update(day=day, moment=moment, begin=begin)
    return env


def begin(words: str) -> str:
    """The words with a capital at their beginning, and names within them as they are written."""
    return words[:1].upper() + words[1:]


def _url(route: str, **keys: Any) -> str:
    return reverse(route, kwargs=keys)


def day(value: date) -> str:
    """A date in words: "Tuesday 3 March 2026"; a time shows its day in England."""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return f"{local:%A} {local.day} {local:%B %Y}"


def moment(value: datetime) -> str:
    """A time in England in words: "Tuesday 3 March 2026 at 16:20"."""
    return f"{day(value)} at {timezone.localtime(value):%H:%M}"
