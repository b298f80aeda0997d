"""Every page of the consultation line, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.frontline.consultation.facts import facts
from sightline.frontline.consultation.pages import call, calls, logging
from sightline.frontline.consultation.work import WORK

app_name = "consultation"
urlpatterns = [
    path("", calls.calls, name="calls"),
    path("new/", logging.log, name="log"),
    path("new/gave-up/", logging.abandoned, name="abandoned"),
    path("<uuid:pk>/", call.show, name="call"),
]
PROCESS = Process(
    title="Calls",
    opens_at="consultation:calls",
    work=WORK,
    facts=facts,
    deeds={
        "consultation.log-call": "Logged a call to the consultation line",
        "consultation.log-abandoned": "Logged a call that was given up",
        "consultation.refer": "Made a call a contact",
        "consultation.close-call": "Closed a call with advice",
    },
)
