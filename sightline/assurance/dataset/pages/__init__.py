"""The pages of the dataset: scorecard, indicator, data quality."""

from django.urls import path

from sightline.assurance.dataset.pages.home import home_items
from sightline.assurance.dataset.pages.indicator import chart, indicator
from sightline.assurance.dataset.pages.quality import file, quality
from sightline.assurance.dataset.pages.scorecard import scorecard
from sightline.core.process import Process

app_name = "dataset"

urlpatterns = [
    path("", scorecard, name="scorecard"),
    path("quality/", quality, name="quality"),
    path("quality/<int:position>/", file, name="file"),
    path("<slug:key>/", indicator, name="indicator"),
    path("<slug:key>/chart.svg", chart, name="chart"),
]

PROCESS = Process(title="Dataset", opens_at="dataset:scorecard", home_items=home_items)
