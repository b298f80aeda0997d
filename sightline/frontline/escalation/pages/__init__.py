"""Every page of disputes, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.frontline.escalation.pages import doing, reading
from sightline.frontline.escalation.work import WORK

app_name = "escalation"
urlpatterns = [
    path("", reading.escalations, name="escalations"),
    path("agencies/", reading.use, name="use"),
    path("new/<uuid:pk>/", doing.raise_escalation, name="raise"),
    path("<uuid:pk>/", reading.escalation, name="escalation"),
    path("<uuid:pk>/answer/", doing.answer, name="answer"),
    path("<uuid:pk>/next-stage/", doing.raise_higher, name="raise-higher"),
    path("<uuid:pk>/ending/", doing.resolve, name="resolve"),
    path("<uuid:pk>/decided-again/", doing.decided_again, name="decided-again"),
]
PROCESS = Process(
    title="Disputes",
    opens_at="escalation:escalations",
    work=WORK,
    deeds={
        "escalation.raise-escalation": "Disputed a decision",
        "escalation.answer": "Answered a dispute",
        "escalation.raise-higher": "Took a dispute to the next stage",
        "escalation.resolve": "Ended a dispute",
        "escalation.note-decided-again": "Noted that it was decided again after a dispute",
    },
)
