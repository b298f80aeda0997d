"""Every page of concerns, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.frontline.concern.pages import concern, concerns, naming, raising, working
from sightline.frontline.concern.timeline import timeline
from sightline.frontline.concern.work import WORK

app_name = "concern"
urlpatterns = [
    path("", concerns.concerns, name="concerns"),
    path("new/", raising.raise_concern, name="raise"),
    path("<uuid:pk>/", concern.show, name="concern"),
    path("<uuid:pk>/people/", naming.name_person, name="name-person"),
    path("<uuid:pk>/intelligence/", working.add_intelligence, name="add-intelligence"),
    path("<uuid:pk>/address/", working.protect_location, name="protect-location"),
    path("<uuid:pk>/allocation/", working.allocate, name="allocate"),
    path("<uuid:pk>/closing/", working.close, name="close"),
]
PROCESS = Process(
    title="Concerns",
    opens_at="concern:concerns",
    work=WORK,
    timeline=timeline,
    deeds={
        "concern.open-concern": "Opened a concern",
        "concern.name-person": "Named a person in a concern",
        "concern.allocate": "Allocated a concern",
        "concern.add-intelligence": "Added police intelligence to a concern",
        "concern.protect-location": "Added a protected address to a concern",
        "concern.close-concern": "Closed a concern",
    },
)
