"""The pages of questionnaires: the list, a response and its sections, its review; writing and sending."""

from django.urls import path

from sightline.assurance.questionnaire.pages import answering, keeping, reading
from sightline.assurance.questionnaire.words import DEEDS
from sightline.assurance.questionnaire.work import WORK
from sightline.core.process import Process

app_name = "questionnaire"

urlpatterns = [
    path("", reading.responses, name="responses"),
    path("<int:pk>/", reading.response, name="response"),
    path("<int:pk>/answers/", reading.answers, name="answers"),
    path("<int:pk>/review/", reading.review, name="review"),
    path("<int:pk>/section/<int:number>/", answering.section, name="section"),
    path("<int:pk>/save/", answering.save, name="save"),
    path("<int:pk>/evidence/<slug:question>/", answering.evidence, name="evidence"),
    path("<int:pk>/evidence/<int:evidence>/remove/", answering.evidence_remove, name="evidence-remove"),
    path("kept/", keeping.questionnaires, name="questionnaires"),
    path("kept/new/", keeping.new, name="new"),
    path("kept/<slug:key>/", keeping.versions, name="versions"),
    path("kept/<slug:key>/edit/", keeping.edit, name="edit"),
    path("kept/<slug:key>/send/", keeping.send, name="send"),
]

PROCESS = Process(title="Questionnaires", opens_at="questionnaire:responses", work=WORK, deeds=DEEDS)
