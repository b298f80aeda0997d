"""Every page of the thresholds of need, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.frontline.threshold.daily import daily
from sightline.frontline.threshold.facts import facts
from sightline.frontline.threshold.pages import exercises, reading, writing
from sightline.frontline.threshold.work import WORK

app_name = "threshold"
urlpatterns = [
    path("", reading.thresholds, name="thresholds"),
    path("versions/new/", writing.version_new, name="version-new"),
    path("versions/<int:pk>/", reading.version, name="version"),
    path("versions/<int:pk>/levels/<int:level>/", writing.level, name="level"),
    path("versions/<int:pk>/consultation/", writing.consult, name="consult"),
    path("versions/<int:pk>/approval/", writing.approve, name="approve"),
    path("exercises/new/", exercises.exercise_new, name="exercise-new"),
    path("exercises/<int:pk>/", reading.exercise, name="exercise"),
    path("exercises/<int:pk>/opening/", exercises.open_exercise, name="open"),
    path("exercises/<int:pk>/rating/", exercises.rate, name="rate"),
    path("exercises/<int:pk>/closing/", exercises.close, name="close"),
]
PROCESS = Process(
    title="Thresholds",
    opens_at="threshold:thresholds",
    work=WORK,
    daily=daily,
    facts=facts,
    deeds={
        "threshold.draft-version": "Drafted a version of the thresholds",
        "threshold.change-text": "Changed a draft of the thresholds",
        "threshold.consult": "Put a version of the thresholds out for consultation",
        "threshold.approve": "Recorded that a version of the thresholds was approved",
        "threshold.put-in-force": "Put a version of the thresholds in force",
        "threshold.draft-exercise": "Drafted an exercise in rating",
        "threshold.open-exercise": "Opened an exercise in rating",
        "threshold.rate": "Rated cases of an exercise",
        "threshold.close-exercise": "Closed an exercise in rating",
    },
)
