"""The pages of the dataset cycle: returns, quarters, agreements, questions."""

from django.urls import path

from sightline.assurance.collection.pages import agency, agreements, checking, quarters, questions
from sightline.assurance.collection.pages.home import daily, home_items
from sightline.assurance.collection.pages.panels import beside_a_figure, gaps
from sightline.assurance.collection.words import DEEDS
from sightline.assurance.collection.work import WORK
from sightline.core.process import Process

app_name = "collection"

urlpatterns = [
    path("", quarters.returns, name="returns"),
    path("quarters/new/", quarters.quarter_new, name="quarter-new"),
    path("quarters/<int:pk>/publish/", quarters.publish, name="publish"),
    path("quarters/<int:pk>/reopen/", quarters.reopen, name="reopen"),
    path("quarters/<int:pk>/discussed/", quarters.discuss, name="discuss"),
    path("quarters/<int:pk>/agencies/<slug:code>/", agency.agency, name="agency"),
    path("quarters/<int:pk>/agencies/<slug:code>/sign-off/", agency.sign_off, name="sign-off"),
    path("returns/<int:pk>/figures/", agency.figures, name="figures"),
    path("returns/<int:pk>/upload/", agency.upload, name="upload"),
    path("returns/<int:pk>/", checking.check, name="check"),
    path("returns/<int:pk>/outcome/", checking.conclude, name="conclude"),
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/new/", agreements.agreement_new, name="agreement-new"),
    path("agreements/<int:pk>/end/", agreements.agreement_end, name="agreement-end"),
    path("questions/", questions.questions, name="questions"),
    path("questions/about/<slug:key>/", questions.ask, name="ask"),
    path("questions/<int:pk>/", questions.question, name="question"),
    path("questions/<int:pk>/answer/", questions.answer, name="answer"),
    path("questions/<int:pk>/close/", questions.close, name="close"),
]

PROCESS = Process(
    title="Returns",
    opens_at="collection:returns",
    work=WORK,
    home_items=home_items,
    daily=daily,
    deeds=DEEDS,
    panels={"dataset:scorecard": gaps, "dataset:indicator": beside_a_figure},
)
