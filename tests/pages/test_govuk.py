"""Components and form fields come out as the design system's own markup, with nothing unescaped."""

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
import pytest
from django import forms
from django.template import engines

from sightline.govuk.forms import DateField, component_of, error_list
from sightline.govuk.jinja import COMPONENTS, PORT, day, macro_name, moment

ROOT = Path(__file__).parents[2]
NASTY = "<script>alert(1)</script>"

EXAMPLES: dict[str, dict] = {
    "back-link": {"text": NASTY, "href": "/"},
    "breadcrumbs": {"items": [{"text": NASTY, "href": "/"}, {"text": "Here"}]},
    "button": {"text": NASTY, "preventDoubleClick": True},
    "checkboxes": {"name": "c", "items": [{"value": "1", "text": NASTY}]},
    "date-input": {"id": "d", "hint": {"text": NASTY}},
    "details": {"summaryText": NASTY, "text": "More"},
    "error-message": {"text": NASTY},
    "error-summary": {"titleText": "There is a problem", "errorList": [{"text": NASTY, "href": "#a"}]},
    "fieldset": {"legend": {"text": NASTY}},
    "file-upload": {"id": "f", "name": "f", "label": {"text": NASTY}},
    "generic-header": {"logoText": NASTY},
    "hint": {"text": NASTY},
    "input": {"id": "i", "name": "i", "label": {"text": "Name"}, "value": NASTY},
    "inset-text": {"text": NASTY},
    "label": {"text": NASTY, "for": "i"},
    "notification-banner": {"text": NASTY, "type": "success"},
    "pagination": {
        "items": [{"number": 1, "href": "?page=1", "current": True}],
        "next": {"href": "?x", "text": NASTY},
    },
    "password-input": {"id": "p", "name": "p", "label": {"text": NASTY}},
    "phase-banner": {"tag": {"text": "Invented"}, "text": NASTY},
    "radios": {"name": "r", "items": [{"value": NASTY, "text": "One"}]},
    "select": {"id": "s", "name": "s", "label": {"text": "S"}, "items": [{"value": "1", "text": NASTY}]},
    "service-navigation": {
        "navigation": [{"text": NASTY, "href": "/", "active": True}, {"text": "B", "href": "/b"}]
    },
    "skip-link": {"text": NASTY, "href": "#main-content"},
    "summary-list": {"rows": [{"key": {"text": "Key"}, "value": {"text": NASTY}}]},
    "table": {"caption": NASTY, "head": [{"text": "A"}], "rows": [[{"text": NASTY, "format": "numeric"}]]},
    "tabs": {"items": [{"id": "t", "label": NASTY, "panel": {"text": NASTY}}]},
    "tag": {"text": NASTY},
    "task-list": {
        "idPrefix": "task",
        "items": [{"title": {"text": NASTY}, "href": "#", "status": {"tag": {"text": NASTY}}}],
    },
    "textarea": {"id": "a", "name": "a", "label": {"text": "A"}, "value": NASTY},
    "warning-text": {"text": NASTY, "iconFallbackText": "Warning"},
}


@pytest.fixture(scope="module")
def ours() -> jinja2.Environment:
    return engines["jinja2"].env


@pytest.fixture(scope="module")
def theirs() -> jinja2.Environment:
    """The library's templates as its own documentation sets them up."""
    loader = jinja2.PrefixLoader({PORT: jinja2.PackageLoader(PORT)})
    return jinja2.Environment(loader=loader, autoescape=True)


def squeezed(html: str) -> str:
    return re.sub(r"\s+(?=[<>])|(?<=[<>])\s+", "", re.sub(r"\s+", " ", html)).strip()


def test_every_component_in_use_has_an_example():
    assert COMPONENTS
    assert set(COMPONENTS) == set(EXAMPLES)


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_the_librarys_own_and_escapes_what_people_typed(name, ours, theirs):
    macro = macro_name(name)
    wanted = theirs.from_string(
        f'{{% from "{PORT}/components/{name}/macro.html" import {macro} %}}{{{{ {macro}(params) }}}}'
    ).render(params=EXAMPLES[name])
    got = ours.from_string(f"{{{{ {macro}(params) }}}}").render(params=EXAMPLES[name])
    assert "govuk-" in got
    assert squeezed(got) == squeezed(wanted)
    assert "<script" not in got
    assert "&lt;script&gt;" in got


def test_every_component_in_use_has_its_styles():
    styles = (ROOT / "sightline/govuk/assets/app.scss").read_text()
    assert {name for name in COMPONENTS if f'/components/{name}"' not in styles} == set()


class ReturnForm(forms.Form):
    """One field of every kind that we draw."""

    email = forms.EmailField(label="E-mail address", help_text="We write to you here")
    rows = forms.IntegerField(label="Rows")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    agency = forms.ChoiceField(label="Agency", choices=[("", "Choose"), ("pol", "Police")])
    rating = forms.ChoiceField(
        label="Rating", choices=[("red", "Red"), ("amber", "Amber")], widget=forms.RadioSelect
    )
    themes = forms.MultipleChoiceField(
        label="Themes", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="I agree")
    extract = forms.FileField(label="Extract")
    extracted_on = DateField(label="Extracted on")
    token = forms.CharField(widget=forms.HiddenInput)


GOOD = {
    "email": "a@b.example",
    "rows": "3",
    "secret": "s",
    "agency": "pol",
    "rating": "amber",
    "themes": ["a", "b"],
    "agreed": "on",
    "extracted_on_day": "27",
    "extracted_on_month": "3",
    "extracted_on_year": "2026",
    "token": NASTY,
}


def test_a_form_draws_itself_as_components():
    html = str(ReturnForm(initial={"agency": "pol", "extracted_on": date(2026, 3, 27), "token": NASTY}))
    for kind in (
        "input",
        "password-input",
        "textarea",
        "select",
        "radios",
        "checkboxes",
        "file-upload",
        "date-input",
    ):
        assert f"govuk-{kind}" in html, kind
    assert '<option value="pol" selected>' in html
    assert re.search(r'id="id_extracted_on-month"[^>]*value="3"', html)
    assert "Note (optional)" in html
    assert "<script" not in html


def test_what_was_sent_is_read_back():
    form = ReturnForm(GOOD)
    form.is_valid()
    assert form.cleaned_data["extracted_on"] == date(2026, 3, 27)
    assert form.cleaned_data["themes"] == ["a", "b"]
    assert set(form.errors) == {"extract"}


def test_every_error_stands_beside_its_field_and_in_the_summary():
    form = ReturnForm({})
    html = str(form)
    listed = error_list(form)
    assert len(listed) == len(form.errors) - 1  # the hidden field has no place on the page
    for item in listed:
        assert f'id="{item["href"].removeprefix("#")}"' in html, item
    assert html.count("govuk-error-message") == len(listed)


def test_an_empty_field_says_what_to_do():
    texts = [item["text"] for item in error_list(ReturnForm({}))]
    assert texts[:4] == ["Enter e-mail address", "Enter rows", "Enter password", "Select agency"]
    assert "Select extract" in texts
    assert "Enter a date" in texts


def test_an_error_of_the_whole_form_leads_to_its_first_field():
    form = ReturnForm(GOOD)
    form.add_error(None, "These do not belong together")
    assert error_list(form)[0] == {"text": "These do not belong together", "href": "#id_email"}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("", "", ""), "Enter a date"),
        (("27", "", "2026"), "The date must include a month"),
        (("", "", "2026"), "The date must include a day and a month"),
        (("31", "2", "2026"), "Enter a real date"),
        (("27", "March", "2026"), "Enter a real date"),
    ],
)
def test_a_date_says_which_part_to_mend(parts, message):
    sent = dict(zip(("extracted_on_day", "extracted_on_month", "extracted_on_year"), parts, strict=True))
    form = ReturnForm({**GOOD, **sent})
    assert form.errors["extracted_on"][0].startswith(message)
    assert f'value="{parts[0]}"' in str(form["extracted_on"].as_field_group()) or not parts[0]


def test_an_optional_date_may_be_empty():
    class Form(forms.Form):
        until = DateField(required=False)

    form = Form({})
    assert form.is_valid()
    assert form.cleaned_data["until"] is None


def test_a_widget_that_nobody_draws_is_a_mistake():
    class Form(forms.Form):
        when = forms.DateTimeField(widget=forms.SplitDateTimeWidget)

    with pytest.raises(TypeError, match=r"when: no GOV\.UK component draws a SplitDateTimeWidget"):
        component_of(Form()["when"])


def test_dates_are_in_words_and_in_the_time_of_england():
    assert day(date(2026, 3, 3)) == "Tuesday 3 March 2026"
    late = datetime(2026, 6, 30, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert moment(late) == "Wednesday 1 July 2026 at 00:30"
