"""Every page of the trust plane itself, with its address."""

from django.urls import path

from sightline.core.process import Process
from sightline.core.trust.actor import at_work
from sightline.core.trust.daily import daily
from sightline.core.trust.pages import (
    access,
    closing,
    conflicts,
    glass,
    governance,
    keeping,
    looked,
    purpose,
    retention,
    searches,
    start,
)
from sightline.core.trust.pages.panels import PANELS
from sightline.core.trust.work import WORK

app_name = "trust"
urlpatterns = [
    path("", start.start, name="start"),
    path("purpose/", purpose.purpose, name="purpose"),
    path("keep/", keeping.keep, name="keep"),
    path("retention/", retention.retention, name="retention"),
    path("retention/holds/new/", retention.hold_new, name="hold-new"),
    path("retention/holds/<int:pk>/lift/", retention.hold_lift, name="hold-lift"),
    path("retention/records/<uuid:pk>/dispose/", retention.disposal_new, name="disposal-new"),
    path("retention/disposals/<uuid:pk>/", retention.disposal, name="disposal"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("governance/", governance.governance, name="governance"),
    path("governance/glass/<int:pk>/", glass.review, name="glass-review"),
    path("governance/searches/", searches.searches, name="searches"),
    path("governance/searches/<int:pk>/", searches.search, name="search"),
    path("restrictions/", closing.restrictions, name="restrictions"),
    path("break-glass/", glass.by_reference, name="glass"),
    path("<uuid:pk>/", access.access, name="access"),
    path("<uuid:pk>/break-glass/", glass.break_glass, name="break-glass"),
    path("<uuid:pk>/looked/", looked.looked, name="looked"),
    path("<uuid:pk>/let/", access.grant, name="grant"),
    path("<uuid:pk>/let/<int:grant>/end/", access.grant_end, name="grant-end"),
    path("<uuid:pk>/restrict/", closing.restrict, name="restrict"),
    path("<uuid:pk>/exclude/", closing.exclude, name="exclude"),
    path("<uuid:pk>/exclude/<int:exclusion>/end/", closing.exclusion_end, name="exclusion-end"),
]
PROCESS = Process(
    title="Access",
    opens_at="trust:start",
    reading_as=at_work,
    work=WORK,
    panels=PANELS,
    daily=daily,
    deeds={
        "disposal:certificate": "Disposed of a record",
        "retention.certify-disposal": "Certified the disposal of a record",
        "retention.lift-hold": "Lifted a legal hold",
        "retention.place-hold": "Placed a legal hold",
        "retention.propose-disposal": "Proposed the disposal of a record",
        "retention.withdraw-disposal": "Withdrew a proposal to dispose of a record",
        "trust.let-see": "Let somebody see the record",
        "trust.end-grant": "Ended somebody’s access to the record",
        "trust.exclude": "Excluded somebody from the record",
        "trust.end-exclusion": "Ended an exclusion from the record",
        "trust.declare-conflict": "Declared that they know somebody in the record",
        "trust.declare": "Made the yearly declaration of conflicts of interest",
        "trust.restrict": "Restricted, sealed or opened the record",
        "trust.break-glass": "Broke the glass",
        "trust.review-glass": "Judged broken glass",
        "trust.tell-at-once": "Sent news of broken glass",
        "trust.show-search": "Had shown what somebody typed into a search",
    },
)
