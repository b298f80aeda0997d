"""Every page about people, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.people.pages import details, family, finding, merging, person
from sightline.people.record import timeline

app_name = "people"
urlpatterns = [
    path("", finding.people, name="people"),
    path("search/", finding.search, name="search"),
    path("enter/", finding.enter, name="enter"),
    path("<uuid:pk>/", person.show, name="person"),
    path("<uuid:pk>/timeline/", person.timeline, name="timeline"),
    path("<uuid:pk>/correct/", details.correct, name="correct"),
    path("<uuid:pk>/born/", details.born, name="born"),
    path("<uuid:pk>/names/add/", details.add_name, name="name-add"),
    path("names/<uuid:pk>/end/", details.end_name, name="name-end"),
    path("<uuid:pk>/numbers/add/", details.add_identifier, name="identifier-add"),
    path("numbers/<uuid:pk>/end/", details.end_identifier, name="identifier-end"),
    path("<uuid:pk>/addresses/add/", details.add_address, name="address-add"),
    path("addresses/<uuid:pk>/end/", details.end_address, name="address-end"),
    path("addresses/<uuid:pk>/household/", family.household, name="household"),
    path("<uuid:pk>/family/add/", family.add, name="relationship-add"),
    path("family/<uuid:pk>/check/", family.correct, name="relationship-correct"),
    path("family/<uuid:pk>/end/", details.end_relationship, name="relationship-end"),
    path("<uuid:pk>/protected-address/", person.protected, name="protected"),
    path("<uuid:pk>/protected-address/add/", details.protect, name="protected-add"),
    path("protected-addresses/<uuid:pk>/end/", details.end_protected, name="protected-end"),
    path("<uuid:pk>/merge/", merging.merge, name="merge"),
    path("merges/<uuid:pk>/undo/", merging.unmerge, name="unmerge"),
]
PROCESS = Process(
    title="People",
    opens_at="people:people",
    timeline=timeline,
    deeds={
        "people.search-people": "Searched for people",
        "people.look-for-duplicates": "Looked whether a person is known already",
        "search:people:search": "Learned by a search that a record exists",
        "people.recognise-person": "Recognised a person as known already",
        "people.enter-person": "Entered a person",
        "people.correct-person": "Corrected a person’s details",
        "people.record-birth": "Recorded a birth",
        "people.add-name": "Added another name of a person",
        "people.add-identifier": "Added a number of a person",
        "people.add-address": "Added an address of a person",
        "people.join-household": "Recorded that a person lives with another",
        "people.leave-household": "Recorded that a person left a household",
        "people.add-relationship": "Recorded who somebody is to a child",
        "people.correct-relationship": "Checked who somebody is to a child",
        "people.end-particular": "Ended a name, number, address or relationship",
        "people.protect-address": "Added a protected address of a person",
        "people.merge-people": "Merged two records of a person",
        "people.unmerge-people": "Undid a merge of two records",
    },
)
