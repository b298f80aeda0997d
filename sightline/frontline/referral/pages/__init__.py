"""Every page of contacts, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.frontline.referral import sending
from sightline.frontline.referral.facts import facts
from sightline.frontline.referral.pages import (
    checks,
    contact,
    contacts,
    deciding,
    handing_over,
    mirror,
    naming,
    raising,
    refer,
    screening,
    working,
)
from sightline.frontline.referral.timeline import timeline
from sightline.frontline.referral.work import WORK
from sightline.frontline.referral.work_asked import WORK_ASKED

app_name = "referral"
urlpatterns = [
    path("", contacts.contacts, name="contacts"),
    path("mirror/", mirror.mirror, name="mirror"),
    path("new/", raising.raise_contact, name="raise"),
    path("<uuid:pk>/", contact.show, name="contact"),
    path("<uuid:pk>/screening/", screening.screen, name="screen"),
    path("<uuid:pk>/acknowledgement/", screening.acknowledge, name="acknowledge"),
    path("<uuid:pk>/people/", naming.name_person, name="name-person"),
    path("<uuid:pk>/pack/", contact.pack, name="pack"),
    path("<uuid:pk>/intelligence/", working.add_intelligence, name="add-intelligence"),
    path("<uuid:pk>/address/", working.protect_location, name="protect-location"),
    path("<uuid:pk>/allocation/", working.allocate, name="allocate"),
    path("<uuid:pk>/closing/", working.close, name="close"),
    path("<uuid:pk>/asking/", checks.ask, name="ask"),
    path("asked/", checks.asked, name="asked"),
    path("asked/<uuid:pk>/", checks.answer, name="answer"),
    path("asked/<uuid:pk>/withdrawal/", checks.withdraw, name="withdraw"),
    path("<uuid:pk>/decision/", deciding.decide, name="decide"),
    path("<uuid:pk>/dissent/", deciding.dissent, name="dissent"),
    path("<uuid:pk>/telling/", deciding.tell, name="tell"),
    path("<uuid:pk>/reopening/", deciding.reopen, name="reopen"),
    path("<uuid:pk>/handing-over/", handing_over.offer, name="hand-over"),
    path("offered/<uuid:pk>/", handing_over.reply, name="reply"),
]
public_urlpatterns = refer.urlpatterns
PROCESS = Process(
    title="Front door",
    opens_at="referral:contacts",
    work=(*WORK, *WORK_ASKED),
    timeline=timeline,
    facts=facts,
    panels={"dataset:scorecard": mirror.on_the_scorecard},
    daily=sending.daily,
    deeds={
        "referral.open-contact": "Opened a contact",
        "referral.send-referral": "Sent a referral form",
        "referral.name-person": "Named a person in a contact",
        "referral.enter-as-told": "Entered a person as they were told of in a contact",
        "referral.allocate": "Allocated a contact",
        "referral.add-intelligence": "Added police intelligence to a contact",
        "referral.protect-location": "Added a protected address to a contact",
        "referral.close-contact": "Closed a contact",
        "referral.screen": "Screened a contact, or rated it anew",
        "referral.ask": "Asked an agency about a contact",
        "referral.answer": "Answered what the front door asked",
        "referral.withdraw-request": "Withdrew a question to an agency",
        "referral.acknowledge": "Told a referrer the next step",
        "referral.decide": "Decided a contact",
        "referral.dissent": "Disagreed with a decision",
        "referral.tell": "Told a referrer what was decided",
        "referral.reopen": "Took up a decided contact once more",
        "referral.hand-over": "Offered a contact to another team",
        "referral.accept": "Accepted a contact that was handed over",
        "referral.send-back": "Sent back a contact that was handed over",
    },
)
