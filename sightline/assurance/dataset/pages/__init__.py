"""The pages of the dataset: scorecard, indicator, data quality, loads, downloads, where a series breaks."""

from django.urls import path

from sightline.assurance.dataset.daily import daily
from sightline.assurance.dataset.pages.breaks import baseline, definition_change
from sightline.assurance.dataset.pages.downloads import download, downloads
from sightline.assurance.dataset.pages.home import home_items
from sightline.assurance.dataset.pages.indicator import chart, indicator
from sightline.assurance.dataset.pages.load import load, load_confirm, load_discard, load_withdraw
from sightline.assurance.dataset.pages.loads import load_new, loads, publish_own
from sightline.assurance.dataset.pages.quality import file, quality
from sightline.assurance.dataset.pages.scorecard import scorecard
from sightline.assurance.dataset.words import DEEDS
from sightline.assurance.dataset.work import WORK
from sightline.core.process import Process

app_name = "dataset"

urlpatterns = [
    path("", scorecard, name="scorecard"),
    path("quality/", quality, name="quality"),
    path("quality/<int:position>/", file, name="file"),
    path("loads/", loads, name="loads"),
    path("loads/new/", load_new, name="load-new"),
    path("loads/publish/", publish_own, name="publish-own"),
    path("loads/<int:pk>/", load, name="load"),
    path("loads/<int:pk>/confirm/", load_confirm, name="load-confirm"),
    path("loads/<int:pk>/discard/", load_discard, name="load-discard"),
    path("loads/<int:pk>/withdraw/", load_withdraw, name="load-withdraw"),
    path("downloads/", downloads, name="downloads"),
    path(
        "downloads/<slug:indicator>/<slug:agency>/<slug:version>/<slug:snapshot>.<slug:form>",
        download,
        name="download",
    ),
    path("<slug:key>/", indicator, name="indicator"),
    path("<slug:key>/definition-change/", definition_change, name="definition-change"),
    path("<slug:key>/baseline/", baseline, name="baseline"),
    path("<slug:key>/chart.svg", chart, name="chart"),
]

PROCESS = Process(
    title="Dataset",
    opens_at="dataset:scorecard",
    work=WORK,
    home_items=home_items,
    daily=daily,
    deeds=DEEDS,
)
