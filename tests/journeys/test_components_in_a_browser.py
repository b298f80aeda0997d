"""The components as later pages use them, on one page: no barrier, and nothing wider than a telephone."""

import pytest
from django import forms
from django.http import HttpResponse
from django.template import engines
from django.urls import clear_url_caches, path

from sightline.config import urls
from sightline.core.policy import PUBLIC, ROUTES
from sightline.govuk.forms import DateField
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GALLERY = """
{% extends "core/layout.html" %}
{% block title %}Components{% endblock %}
{% set trend %}
<svg class="app-sparkline" role="img" aria-label="Rising since May" viewBox="0 0 120 28">
  <polyline class="app-sparkline__line" points="0,20 40,14 80,16 120,4"/>
</svg>
{% endset %}
{% set latest %}<span class="app-figure">73.6%</span> <span class="app-small">812 of 1,104</span>{% endset %}
{% block content %}
<h1 class="govuk-heading-l">Components</h1>
{{ govukNotificationBanner({"text": "The extract is loaded"}) }}
<p class="govuk-body">{{ govukTag({"text": "Improving", "classes": "govuk-tag--green"}) }}</p>
<section class="app-scroll" tabindex="0" aria-label="Scorecard">
{{ govukTable({
  "caption": "Timeliness", "captionClasses": "govuk-table__caption--m", "firstCellIsHeader": true,
  "head": [
    {"text": "Indicator"}, {"text": "Trend"}, {"text": "Latest", "format": "numeric"},
    {"text": "Variation"}, {"text": "Open and overdue", "format": "numeric"},
    {"text": "England", "format": "numeric"}
  ],
  "rows": [[
    {"text": "Assessments finished within 45 working days"}, {"html": trend},
    {"html": latest, "format": "numeric"}, {"text": "Improving"},
    {"text": "31", "format": "numeric"}, {"text": "82%", "format": "numeric"}
  ]]
}) }}
</section>
{{ govukSummaryList({"rows": [{"key": {"text": "Source"}, "value": {"text": "Annex A, list 4"}}]}) }}
{{ govukTabs({"items": [
  {"id": "chart", "label": "Chart", "panel": {"text": "A chart"}},
  {"id": "table", "label": "Table", "panel": {"text": "A table"}}
]}) }}
{{ govukDetails({"summaryText": "How this is worked out", "text": "Numerator over denominator"}) }}
<form method="get" novalidate>{{ form }}{{ govukButton({"text": "Filter"}) }}</form>
{{ govukPagination({
  "items": [{"number": 1, "href": "?page=1", "current": true}, {"number": 2, "href": "?page=2"}],
  "next": {"href": "?page=2"}
}) }}
{% endblock %}
"""


class Filter(forms.Form):
    """Fields of the kinds that a filter uses."""

    question_set = forms.ChoiceField(
        choices=[("s", "Strategic"), ("p", "Practice")], widget=forms.RadioSelect
    )
    agencies = forms.MultipleChoiceField(
        choices=[("csc", "Children's social care"), ("pol", "Police")], widget=forms.CheckboxSelectMultiple
    )
    locality = forms.ChoiceField(choices=[("n", "North"), ("s", "South")], required=False)
    until_on = DateField(label="Until", help_text="For example, 27 3 2026")
    extract = forms.FileField(required=False)


def gallery(request):
    page = engines["jinja2"].from_string(GALLERY)
    navigation = [
        {"text": name, "href": "#", "active": name == "Dataset"} for name in ("Home", "Dataset", "Reports")
    ]
    crumbs = [{"text": "Home", "href": "/"}, {"text": "Dataset", "href": "#"}, {"text": "Components"}]
    context = {
        "form": Filter(request.GET),
        "navigation": navigation,
        "breadcrumbs": crumbs,
        "snapshot": "3f9a1c",
    }
    return HttpResponse(page.render(context, request))


@pytest.fixture
def gallery_address(monkeypatch):
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, path("gallery", gallery, name="gallery")])
    monkeypatch.setitem(ROUTES, "gallery", PUBLIC)
    clear_url_caches()
    yield "/gallery"
    monkeypatch.undo()
    clear_url_caches()


@pytest.mark.parametrize(("width", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_components_have_no_barrier_and_fit(
    width, size, gallery_address, signed_in_page, browser_page, axe_violations, screenshot
):
    browser_page.set_viewport_size(size)
    page = signed_in_page(None, gallery_address)
    page.wait_for_selector("body.govuk-frontend-supported")
    screenshot(page, f"components-{width}")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
