"""Who may open what: every route, by everybody whom it might contact and by nobody, against a table kept by
hand.

Pages about identified people are asked for by the people of the front line, in a session with a purpose; all
others by the cast, and by two of the front line.
"""

from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from sightline.core import checks
from sightline.core.models import AuditEvent, RoleAssignment
from sightline.core.permissions import Permission
from sightline.core.policy import PUBLIC, ROUTES, Page, Plane, Purpose, Read
from sightline.core.routes import all_routes
from sightline.core.trust.middleware import PURPOSE
from tests.conftest import AS_EVERYBODY

ASSURERS = {
    "board_manager",
    "analyst",
    "agency_lead",
    "other_agency_lead",
    "member",
    "lay_member",
    "administrator",
}
HUB = {"hub_worker", "hub_manager"}
WORKERS = HUB | {"police_unit", "designated_lead", "health", "designated_officer"}
FRONT_LINE = WORKERS | {"governance"}
PEOPLE = ASSURERS | FRONT_LINE
READERS = ASSURERS - {"administrator"}
KEEPERS = {"board_manager", "analyst"}
ANSWERERS = {"agency_lead", "other_agency_lead"}
OTHERS = {"stranger", "leaver", "anonymous"}
EVERYBODY = PEOPLE | OTHERS

# Who asks for a page, by its plane.
ASKED = {
    Plane.FRONT_LINE: FRONT_LINE | {"board_manager", "administrator"} | OTHERS,
    Plane.ASSURANCE: ASSURERS | {"hub_worker", "governance"} | OTHERS,
    Plane.PUBLIC: ASSURERS | {"hub_worker", "governance"} | OTHERS,
}

# Written down from what each person needs, not from the policy: a mistake there must show here.
WHO_MAY_OPEN: dict[str, set[str]] = {
    "home": PEOPLE,
    "worklist": PEOPLE,
    "notices": PEOPLE,
    "clocks": PEOPLE,
    "audit": {"board_manager", "administrator", "governance"},
    "audit-export": {"board_manager", "administrator", "governance"},
    "accessibility": EVERYBODY,
    "data-protection": EVERYBODY,
    "health": EVERYBODY,
    "file": {"board_manager", "analyst", "agency_lead"},
    "file-delete": {"board_manager", "analyst", "agency_lead"},
    "account_login": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_logout": PEOPLE,
    "account_change_password": PEOPLE,
    "account_reset_password": EVERYBODY,
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": EVERYBODY,
    "account_reset_password_from_key_done": EVERYBODY,
    "mfa_authenticate": EVERYBODY,
    "mfa_login_webauthn": EVERYBODY,
    "account": PEOPLE,
    "account_reauthenticate": PEOPLE,
    "mfa_reauthenticate": PEOPLE,
    "mfa_reauthenticate_webauthn": PEOPLE,
    "mfa_activate_totp": PEOPLE,
    "mfa_deactivate_totp": PEOPLE,
    "mfa_view_recovery_codes": PEOPLE,
    "mfa_generate_recovery_codes": PEOPLE,
    "mfa_download_recovery_codes": PEOPLE,
    "mfa_list_webauthn": PEOPLE,
    "mfa_add_webauthn": PEOPLE,
    "mfa_edit_webauthn": PEOPLE,
    "mfa_remove_webauthn": PEOPLE,
    "partnership": PEOPLE,
    "agencies": PEOPLE,
    "settings": PEOPLE,
    "agency-add": {"administrator"},
    "agencies-enter": {"administrator"},
    "agency-rename": {"administrator"},
    "people": {"administrator"},
    "person-add": {"administrator"},
    "person": {"administrator"},
    "person-correct": {"administrator"},
    "role-give": {"administrator"},
    "role-end": {"administrator"},
    "account-close": {"administrator"},
    "account-reopen": {"administrator"},
    "password-link": {"administrator"},
    "second-factors-remove": {"administrator"},
    "teams": {"administrator"},
    "team-add": {"administrator"},
    "team": {"administrator"},
    "team-correct": {"administrator"},
    "team-join": {"administrator"},
    "team-leave": {"administrator"},
    "settings-contact": {"administrator", "board_manager"},
    "settings-limit": {"administrator", "board_manager"},
    "locality-add": {"administrator", "board_manager"},
    "locality-rename": {"administrator", "board_manager"},
    "dataset:scorecard": READERS,
    "dataset:indicator": READERS,
    "dataset:chart": READERS,
    "dataset:quality": READERS,
    "dataset:file": READERS,
    "dataset:loads": {"board_manager", "analyst", "agency_lead", "other_agency_lead"},
    "dataset:load-new": {"board_manager", "analyst", "agency_lead", "other_agency_lead"},
    "dataset:publish-own": {"board_manager", "analyst"},
    "dataset:load": {"board_manager", "analyst", "agency_lead"},
    "dataset:load-confirm": {"board_manager", "analyst"},
    "dataset:load-discard": {"board_manager", "analyst", "agency_lead"},
    "dataset:load-withdraw": {"board_manager", "analyst"},
    "questionnaire:responses": ANSWERERS | KEEPERS,
    "questionnaire:response": {"agency_lead"} | KEEPERS,
    "questionnaire:section": {"agency_lead"},
    "questionnaire:save": {"agency_lead"},
    "questionnaire:evidence": {"agency_lead"},
    "questionnaire:evidence-remove": {"agency_lead"},
    "questionnaire:answers": {"agency_lead"} | KEEPERS,
    "questionnaire:review": KEEPERS,
    "questionnaire:questionnaires": KEEPERS,
    "questionnaire:new": KEEPERS,
    "questionnaire:versions": KEEPERS,
    "questionnaire:edit": KEEPERS,
    "questionnaire:send": KEEPERS,
    "dataset:downloads": READERS,
    "dataset:download": READERS,
    "dataset:definition-change": {"board_manager", "analyst"},
    "dataset:baseline": {"board_manager", "analyst"},
    "collection:returns": READERS,
    "collection:quarter-new": {"board_manager"},
    "collection:publish": {"board_manager"},
    "collection:reopen": {"board_manager"},
    "collection:discuss": {"board_manager"},
    "collection:agency": KEEPERS | {"other_agency_lead"},
    "collection:sign-off": {"other_agency_lead"},
    "collection:figures": KEEPERS | {"other_agency_lead"},
    "collection:upload": KEEPERS | {"agency_lead"},
    "collection:check": KEEPERS,
    "collection:conclude": {"board_manager"},
    "collection:agreements": KEEPERS | ANSWERERS,
    "collection:agreement-new": {"board_manager"},
    "collection:agreement-end": {"board_manager"},
    "collection:questions": READERS,
    "collection:ask": READERS,
    "collection:question": READERS,
    "collection:answer": KEEPERS | {"other_agency_lead"},
    "collection:close": {"board_manager"},
    "referral:contacts": WORKERS,
    "referral:raise": WORKERS,
    "referral:mirror": WORKERS | ANSWERERS | {"board_manager"},
    "referral:contact": HUB | {"designated_lead"},
    "referral:pack": HUB,
    "referral:screen": HUB,
    "referral:acknowledge": HUB,
    "referral:name-person": HUB,
    "referral:add-intelligence": HUB,
    "referral:protect-location": HUB,
    "referral:allocate": {"hub_manager"},
    "referral:close": {"hub_manager"},
    "referral:ask": HUB,
    "referral:asked": HUB,
    "referral:answer": {"designated_lead"},
    "referral:withdraw": HUB,
    "referral:decide": {"hub_manager"},
    "referral:dissent": HUB,
    "referral:tell": HUB,
    "referral:reopen": {"hub_manager"},
    "referral:hand-over": {"hub_manager"},
    "referral:reply": HUB,
    "escalation:escalations": WORKERS | {"board_manager"},
    "escalation:use": {"hub_manager", "board_manager"},
    "escalation:raise": HUB | {"designated_lead"},
    "escalation:escalation": HUB | {"designated_lead"},
    "escalation:answer": HUB,
    "escalation:raise-higher": {"designated_lead"},
    "escalation:resolve": HUB | {"designated_lead"},
    "escalation:decided-again": HUB,
    "consultation:calls": WORKERS,
    "consultation:log": HUB,
    "consultation:abandoned": HUB,
    "consultation:call": HUB | {"designated_lead"},
    "referral:refer": EVERYBODY,
    "referral:refer-save": EVERYBODY,
    "referral:refer-later": EVERYBODY,
    "referral:refer-check": EVERYBODY,
    "referral:refer-resume": EVERYBODY,
    "referral:refer-receipt": EVERYBODY,
    "referral:refer-disagree": EVERYBODY,
    "referral:refer-page": EVERYBODY,
    "threshold:thresholds": PEOPLE,
    "threshold:version": PEOPLE,
    "threshold:version-new": {"board_manager"},
    "threshold:level": {"board_manager"},
    "threshold:consult": {"board_manager"},
    "threshold:approve": {"board_manager"},
    "threshold:exercise": PEOPLE,
    "threshold:exercise-new": {"board_manager"},
    "threshold:open": {"board_manager"},
    "threshold:rate": WORKERS - {"designated_officer"},
    "threshold:close": {"board_manager"},
    "people:people": WORKERS,
    "people:search": WORKERS - {"designated_lead"},
    "people:enter": WORKERS - {"designated_lead"},
    "people:person": HUB,
    "people:timeline": HUB,
    "people:correct": HUB,
    "people:born": HUB,
    "people:name-add": HUB,
    "people:name-end": HUB,
    "people:identifier-add": HUB,
    "people:identifier-end": HUB,
    "people:address-add": HUB,
    "people:address-end": HUB,
    "people:household": HUB,
    "people:relationship-add": HUB,
    "people:relationship-correct": HUB,
    "people:relationship-end": HUB,
    "people:protected": HUB,
    "people:protected-add": HUB,
    "people:protected-end": HUB,
    "people:merge": {"hub_manager"},
    "people:unmerge": {"hub_manager"},
    "trust:start": FRONT_LINE,
    "trust:purpose": WORKERS,
    "trust:keep": WORKERS,
    "trust:looked": HUB | {"governance", "police_unit"},
    "trust:access": HUB | {"designated_lead", "police_unit"},
    "trust:grant": {"hub_manager"},
    "trust:grant-end": {"hub_manager"},
    "trust:restrict": {"hub_manager"},
    "trust:restrictions": {"hub_manager", "governance"},
    "trust:exclude": {"hub_manager"},
    "trust:exclusion-end": {"hub_manager"},
    "trust:conflicts": WORKERS,
    "trust:glass": WORKERS - {"designated_lead"},
    "trust:break-glass": WORKERS - {"designated_lead"},
    "trust:governance": {"governance"},
    "trust:glass-review": {"governance"},
    "trust:searches": {"governance"},
    "trust:search": {"governance"},
    "trust:retention": {"governance", "hub_manager"},
    "trust:hold-new": {"governance"},
    "trust:hold-lift": {"governance"},
    "trust:disposal-new": {"governance", "hub_manager"},
    "trust:disposal": {"governance", "hub_manager"},
}


def _member(cast: Any) -> dict[str, object]:
    return {"pk": cast.member.pk}


# What to put into the address of a route that needs it, from what the fixture named after its process made;
# for a page of the core, from the cast.
KEYS: dict[str, Callable[[Any], dict[str, object]]] = {
    "account_reset_password_from_key": lambda cast: {"uidb36": "1", "key": "no-such-key"},
    "mfa_edit_webauthn": lambda cast: {"pk": 1},
    "mfa_remove_webauthn": lambda cast: {"pk": 1},
    "agency-rename": lambda cast: {"code": "avpol"},
    "person": _member,
    "person-correct": _member,
    "role-give": _member,
    "role-end": lambda cast: {"pk": RoleAssignment.objects.get(user=cast.member).pk},
    "account-close": _member,
    "account-reopen": _member,
    "password-link": _member,
    "second-factors-remove": _member,
    "settings-limit": lambda cast: {"clock": "assessment"},
    "team": lambda cast: {"pk": a_member().team_id},
    "team-correct": lambda cast: {"pk": a_member().team_id},
    "team-join": lambda cast: {"pk": a_member().team_id},
    "team-leave": lambda cast: {"pk": a_member().pk},
    "locality-rename": lambda cast: {"key": "north"},
    "dataset:indicator": lambda made: {"key": "referrals"},
    "dataset:chart": lambda made: {"key": "referrals"},
    "dataset:file": lambda made: {"position": 0},
    "dataset:load": lambda made: {"pk": a_load().pk},
    "collection:publish": lambda made: {"pk": made.quarter.pk},
    "collection:reopen": lambda made: {"pk": made.quarter.pk},
    "collection:discuss": lambda made: {"pk": made.quarter.pk},
    "collection:agency": lambda made: {"pk": made.quarter.pk, "code": "avpol"},
    "collection:sign-off": lambda made: {"pk": made.quarter.pk, "code": "avpol"},
    "collection:figures": lambda made: {"pk": made.of("avpol", "figure").pk},
    "collection:upload": lambda made: {"pk": made.of("avcsc", "extract").pk},
    "collection:check": lambda made: {"pk": made.of("avpol", "figure").pk},
    "collection:conclude": lambda made: {"pk": made.of("avpol", "figure").pk},
    "collection:agreement-end": lambda made: {"pk": made.of("avpol", "figure").agreement_id},
    "collection:ask": lambda made: {"key": "referrals"},
    "collection:question": lambda made: {"pk": made.question.pk},
    "collection:answer": lambda made: {"pk": made.question.pk},
    "collection:close": lambda made: {"pk": made.question.pk},
    "dataset:load-confirm": lambda made: {"pk": a_load().pk},
    "dataset:load-discard": lambda made: {"pk": a_load().pk},
    "dataset:load-withdraw": lambda made: {"pk": a_load().pk},
    "file": lambda made: {"pk": a_file().pk},
    "file-delete": lambda made: {"pk": a_file().pk},
    "questionnaire:response": lambda made: {"pk": made.response.pk},
    "questionnaire:section": lambda made: {"pk": made.response.pk, "number": 1},
    "questionnaire:save": lambda made: {"pk": made.response.pk},
    "questionnaire:evidence": lambda made: {"pk": made.response.pk, "question": "frost"},
    "questionnaire:evidence-remove": lambda made: {"pk": made.response.pk, "evidence": made.evidence.pk},
    "questionnaire:answers": lambda made: {"pk": made.response.pk},
    "questionnaire:review": lambda made: {"pk": made.response.pk},
    "questionnaire:versions": lambda made: {"key": "garden-check"},
    "questionnaire:edit": lambda made: {"key": "garden-check"},
    "questionnaire:send": lambda made: {"key": "garden-check"},
    "dataset:download": lambda made: {
        "indicator": "referrals",
        "agency": "all",
        "version": "publishable",
        "snapshot": made.snapshot_id,
        "form": "csv",
    },
    "dataset:definition-change": lambda made: {"key": "referrals"},
    "dataset:baseline": lambda made: {"key": "referrals"},
    "referral:contact": lambda made: {"pk": made.pk},
    "referral:pack": lambda made: {"pk": made.pk},
    "referral:screen": lambda made: {"pk": made.pk},
    "referral:acknowledge": lambda made: {"pk": made.pk},
    "referral:name-person": lambda made: {"pk": made.pk},
    "referral:add-intelligence": lambda made: {"pk": made.pk},
    "referral:protect-location": lambda made: {"pk": made.pk},
    "referral:allocate": lambda made: {"pk": made.pk},
    "referral:close": lambda made: {"pk": made.pk},
    **{
        f"referral:{page}": lambda made: {"pk": made.pk}
        for page in ("ask", "decide", "dissent", "tell", "reopen", "hand-over")
    },
    "referral:answer": lambda made: {"pk": a_request(made).pk},
    "referral:withdraw": lambda made: {"pk": a_request(made).pk},
    "referral:reply": lambda made: {"pk": a_hand_over(made).pk},
    "escalation:raise": lambda made: {"pk": made.dossier_id},
    **{
        f"escalation:{page}": lambda made: {"pk": a_dispute(made).pk}
        for page in ("escalation", "answer", "raise-higher", "resolve")
    },
    "escalation:decided-again": lambda made: {"pk": an_upheld_dispute(made).pk},
    "consultation:call": lambda made: {"pk": part_of(made, "consultation.Call").pk},
    "referral:refer-resume": lambda made: {"key": "no-such-key"},
    "referral:refer-receipt": lambda made: {"key": "no-such-key"},
    "referral:refer-disagree": lambda made: {"key": "no-such-key"},
    "referral:refer-page": lambda made: {"step": "happened"},
    "threshold:version": lambda made: {"pk": made.in_force.pk},
    "threshold:level": lambda made: {"pk": made.draft.pk, "level": 2},
    "threshold:consult": lambda made: {"pk": made.draft.pk},
    "threshold:approve": lambda made: {"pk": made.consulted.pk},
    "threshold:exercise": lambda made: {"pk": made.closed.pk},
    "threshold:open": lambda made: {"pk": made.drafted.pk},
    "threshold:rate": lambda made: {"pk": made.open.pk},
    "threshold:close": lambda made: {"pk": made.open.pk},
    **{
        f"people:{page}": lambda made: {"pk": made.pk}
        for page in (
            "person timeline correct born name-add identifier-add address-add relationship-add protected"
            " protected-add merge"
        ).split()
    },
    "people:name-end": lambda made: {"pk": what_is_known(made)["name"]},
    "people:identifier-end": lambda made: {"pk": what_is_known(made)["number"]},
    "people:address-end": lambda made: {"pk": what_is_known(made)["address"]},
    "people:household": lambda made: {"pk": what_is_known(made)["address"]},
    "people:relationship-correct": lambda made: {"pk": what_is_known(made)["father"]},
    "people:relationship-end": lambda made: {"pk": what_is_known(made)["father"]},
    "people:protected-end": lambda made: {"pk": what_is_known(made)["protected"]},
    "people:unmerge": lambda made: {"pk": a_merge(made).pk},
    "trust:hold-lift": lambda made: {"pk": a_hold(made).pk},
    "trust:disposal-new": lambda made: {"pk": made.dossier_id},
    "trust:disposal": lambda made: {"pk": a_disposal(made).pk},
    **{
        f"trust:{page}": lambda made: {"pk": made.dossier_id}
        for page in ("looked", "access", "grant", "restrict", "exclude", "break-glass")
    },
    "trust:grant-end": lambda made: {"pk": made.dossier_id, "grant": made.grant},
    "trust:exclusion-end": lambda made: {"pk": made.dossier_id, "exclusion": made.exclusion},
    "trust:glass-review": lambda made: {"pk": made.review},
    "trust:search": lambda made: {"pk": a_search()},
}


def part_of(record, label):
    """The row of a table (`consultation.Call`) in the dossier of a record.

    The canaries' dossiers have a row in every table, but their record is a contact: so the address of a page
    about anything else is made from this.
    """
    from sightline.core.trust.actor import unguarded

    with unguarded("a test"):
        return apps.get_model(label).objects.get(dossier=record.dossier_id)


def a_member():
    """Somebody in a team."""
    from sightline.core.models import Team, TeamMember, User

    team, _ = Team.objects.get_or_create(name="Hub")
    user = User.objects.order_by("pk").first()
    return TeamMember.objects.get_or_create(team=team, user=user, from_on=timezone.localdate())[0]


def a_request(contact):
    """A question about a contact to the schools, which they have not answered."""
    from sightline.core.models import Agency
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import Request

    with unguarded("the tests"):
        schools = {"dossier": contact.dossier, "agency": Agency.objects.get(code="avsch"), "state": "asked"}
        return Request.objects.filter(**schools).first() or stored(Request(**schools))


def a_hand_over(contact):
    """An offer of a contact to another authority, of which the team that holds it notes the answer."""
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import HandOver

    with unguarded("the tests"):
        offer = {"dossier": contact.dossier, "state": "offered"}
        return HandOver.objects.filter(**offer).first() or stored(HandOver(**offer))


def stored(record):
    """A record, now stored."""
    record.save(force_insert=True)
    return record


def a_hold(record):
    """A legal hold on the dossier of a record."""
    from sightline.core.trust.models import Hold

    return Hold.objects.create(dossier_id=record.dossier_id, reason="A public inquiry")


def a_disposal(record):
    """A proposal to dispose of the dossier of a record."""
    from sightline.core.models import User
    from sightline.core.trust.models import Disposal

    return Disposal.objects.create(
        dossier_id=record.dossier_id,
        reference="C26-00000000",
        basis="6 years from the day on which the record was closed: retention schedule 4.2",
        proposed_by=User.objects.get(name="Hu Worker"),
    )


def a_dispute(record):
    """The dispute that waits for an answer in the dossier of a record."""
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.escalation.models import Escalation

    with unguarded("a test"):
        return Escalation.objects.get(dossier=record.dossier_id, state="raised")


def an_upheld_dispute(record):
    """A dispute among workers that was upheld, in the dossier of a record."""
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.escalation.models import Escalation

    upheld = {"is_among_workers": True, "state": "upheld", "is_upheld": True}
    with unguarded("a test"):
        return Escalation.objects.get_or_create(dossier_id=record.dossier_id, **upheld)[0]


def a_search():
    """The number of the event of a search for a person."""
    from sightline.core.audit import record_event
    from sightline.core.models import User
    from sightline.core.vault import seal_search

    words = seal_search("CANARY-words", timezone.localdate())
    record_event("people.search-people", User.objects.get(name="Hu Worker"), detail={"words": words})
    return AuditEvent.objects.filter(action="people.search-people").latest("seq").pk


def what_is_known(person):
    """The keys of what stands on the record of a person: a name, a number, a father, addresses."""
    from sightline.core.audit import System
    from sightline.core.trust.actor import system_actor
    from sightline.people import particulars as do
    from sightline.people.models import Address, Identifier, OtherName, ProtectedAddress, Relationship

    by = System("a test")
    with system_actor("a test"):
        if not OtherName.objects.filter(dossier=person.dossier).exists():
            do.add_name(person, sort="used", given_names="Mimi", family_name="", by=by)
            do.add_identifier(person, kind="nhs-number", number="9991234578", by=by)
            do.add_address(person, lines="1 Elm Road", postcode="AV1 1AA", by=by)
            do.add_relationship(person, kind="father", contact="unidentified", reason="Nobody says", by=by)
            do.protect_address(person, text="CANARY-protected", keep_from="the father", by=by)
        rows = {
            "name": OtherName,
            "number": Identifier,
            "address": Address,
            "father": Relationship,
            "protected": ProtectedAddress,
        }
        return {name: model.objects.filter(dossier=person.dossier)[0].pk for name, model in rows.items()}


def an_unborn_child(person):
    """A child who is expected, held by the team of another person's record."""
    from sightline.core.audit import System
    from sightline.core.trust.actor import system_actor
    from sightline.people.commands import enter_person

    with system_actor("a test"):
        known = {"expected_on": timezone.localdate()}
        return enter_person(team=person.dossier.owner_team, known=known, by=System("a test"))


def a_merge(person):
    """A merge of a person's record with another that was undone: who sees what is as it was before."""
    from sightline.core.trust.actor import system_actor
    from sightline.core.trust.models import Dossier, Merge

    with system_actor("a test"):
        other = Dossier(kind="person", reference=f"X{person.pk.hex[:8]}")
        other.save(force_insert=True)
        merge = Merge(dossier=person.dossier, other_dossier=other, reason="Seemed the same")
        merge.ended_at = merge.at
        merge.save(force_insert=True)
        return merge


def a_load():
    """A load of social care's that has been read."""
    from sightline.assurance.dataset.models import Load
    from sightline.core.models import Agency

    return Load.objects.create(agency=Agency.objects.get(code="avcsc"), state=Load.States.READ)


def a_file():
    """A file that social care has handed in."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from sightline.core.audit import System
    from sightline.core.files import DATA, store
    from sightline.core.models import Agency

    upload = SimpleUploadedFile("list.csv", b"a,b\n1,2\n")
    return store(upload, agency=Agency.objects.get(code="avcsc"), by=System("a test"), kinds=DATA)


def test_every_route_has_a_row_in_the_table():
    routes = set(all_routes())
    assert routes, "no route was found: nothing would be checked"
    assert routes == set(WHO_MAY_OPEN), "write into WHO_MAY_OPEN who needs the page (and its KEYS, if any)"


def is_about_people(route: str) -> bool:
    """Whether a page shows records about people, and so asks for a purpose before."""
    return ROUTES[route].plane is Plane.FRONT_LINE and not route.startswith("trust:")


METHODS = ("get", "post")
"""In which ways a page is asked for: `make prove` tries every one that there is."""

if AS_EVERYBODY:
    METHODS += ("options", "head", "put", "patch", "delete")


@pytest.fixture
def visitors(cast, front_line, signed_in):
    """A function that gives everybody who asks for the pages of a plane, by name, each with a browser."""

    def visit(plane: Plane) -> dict[str, Client]:
        everybody = {name: getattr(people, name) for people in (front_line, cast) for name in vars(people)}
        return {
            name: at_work(signed_in(everybody[name])) if name in everybody else Client()
            for name in sorted(ASKED[plane])
        }

    return visit


def at_work(client: Client) -> Client:
    """A browser whose session has a purpose; who has not signed in has no session."""
    session = client.session
    session[PURPOSE] = Purpose.PROTECT.value
    session.save()
    return client


@pytest.mark.parametrize("process", sorted({route.rpartition(":")[0] for route in WHO_MAY_OPEN}))
def test_a_page_opens_for_those_who_need_it_and_does_not_exist_for_others(
    process, cast, visitors, request, subtests
):
    made = request.getfixturevalue(process or "cast")
    routes = sorted(route for route in WHO_MAY_OPEN if route.rpartition(":")[0] == process)
    asking = {plane: visitors(plane) for plane in {ROUTES[route].plane for route in routes}}
    checked, missing = 0, {}
    for route in routes:
        with subtests.test(route=route):
            address = reverse(route, kwargs=KEYS[route](made) if route in KEYS else None)
            checked += ask_everybody(route, address, asking[ROUTES[route].plane], missing)
    assert checked == sum(len(METHODS) * len(ASKED[ROUTES[route].plane]) for route in routes) > 0


def ask_everybody(
    route: str, address: str, asking: dict[str, Client], missing: dict[tuple[str, ...], bytes]
) -> int:
    """Everybody asks for a page in every way; gives how often it was asked for.

    `missing` keeps what each of them is answered to an address that there is not.
    """
    assert WHO_MAY_OPEN[route] & asking.keys(), "nobody who asks may open it"
    signed_in_as = {name: dict(client.cookies) for name, client in asking.items()}
    asked = list(product(METHODS, asking.items()))
    for method, (name, client) in asked:
        with transaction.atomic():
            open_or_miss(route, address, method, name, client, missing)
            transaction.set_rollback(True)  # what one person did, another must not find
        client.cookies.clear()
        client.cookies.update(signed_in_as[name])  # whoever signed out does so in one try only
    return len(asked)


@pytest.mark.parametrize("route", sorted(route for route in ROUTES if is_about_people(route)))
def test_a_page_about_people_opens_once_the_session_has_a_purpose(route, front_line, signed_in, request):
    made = request.getfixturevalue(route.rpartition(":")[0])
    address = reverse(route, kwargs=KEYS[route](made) if route in KEYS else None)
    (part, *_) = sorted(WHO_MAY_OPEN[route] & FRONT_LINE)
    response = signed_in(getattr(front_line, part)).get(address)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('trust:purpose')}?{urlencode({'next': address})}"


def open_or_miss(
    route: str, address: str, method: str, name: str, client: Client, missing: dict[tuple[str, ...], bytes]
) -> None:
    """One person asks for a page in one way: it opens, or is just like one that does not exist."""
    response = getattr(client, method)(address)
    told = (method, name, response.status_code)
    if name in WHO_MAY_OPEN[route]:
        assert response.status_code in (200, 302, 405, 410), told
        assert not response.headers.get("Location", "").startswith("/account/login/?next="), told
    elif name == "anonymous":
        assert response.headers["Location"] == f"/account/login/?next={address}", told
    else:
        assert response.status_code == 404, told
        section = address.split("/")[1]  # which the navigation marks
        if (name, method, section) not in missing:
            missing[name, method, section] = getattr(client, method)(f"/{section}/no/such/page").content
        assert response.content == missing[name, method, section], (
            f"{told}: a withheld page is not like a missing one"
        )


def test_a_withheld_page_is_in_the_audit_log(cast, signed_in):
    signed_in(cast.stranger).get("/")
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.actor) == ("open:home", "refused", cast.stranger)


def planted_page(request):  # pragma: no cover: must never be reached
    raise AssertionError("the page was opened")


@pytest.fixture
def planted_route(monkeypatch):
    """A route that somebody forgot to enter into the policy, in the real list of routes."""
    from django.urls import clear_url_caches

    from sightline.config import urls

    route: URLPattern = path("planted", planted_page, name="planted")
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, route])
    clear_url_caches()
    yield route
    monkeypatch.undo()
    clear_url_caches()


def test_a_route_outside_the_policy_stops_the_start(planted_route):
    errors = checks.every_route_is_in_the_policy(None)
    assert [(error.id, error.msg) for error in errors] == [
        ("sightline.E001", "The route 'planted' is not in the policy.")
    ]


def test_a_route_outside_the_policy_opens_for_nobody(planted_route, cast, signed_in):
    for _, user in cast:
        assert signed_in(user).get("/planted").status_code == 404
    assert Client().get("/planted").status_code == 302


def test_a_policy_entry_without_a_route_stops_the_start(monkeypatch):
    monkeypatch.setitem(ROUTES, "gone", PUBLIC)
    assert [error.id for error in checks.every_route_is_in_the_policy(None)] == ["sightline.E002"]


def test_an_application_without_routes_stops_the_start(monkeypatch):
    monkeypatch.setattr(checks, "all_routes", dict)
    assert [error.id for error in checks.every_route_is_in_the_policy(None)] == ["sightline.E003"]


def test_a_missing_settings_file_stops_the_start(settings, tmp_path):
    settings.PARTNERSHIP_FILE = tmp_path / "partnership.toml"
    assert [error.id for error in checks.the_partnership_is_settled(None)] == ["sightline.E004"]


def test_the_application_as_it_is_starts():
    assert checks.every_route_is_in_the_policy(None) == []
    assert checks.the_partnership_is_settled(None) == []


def test_an_audited_page_leaves_an_event_each_time_it_is_opened(cast, signed_in, monkeypatch):
    monkeypatch.setitem(ROUTES, "home", Page(Plane.ASSURANCE, Permission.USE, Read.VIEW))
    client = signed_in(cast.analyst)
    for _ in range(3):
        client.get("/")
    client.post("/")
    assert list(AuditEvent.objects.values_list("action", "outcome")) == [("view:home", "done")] * 3


def test_only_a_public_page_goes_without_a_permission():
    with pytest.raises(ValueError, match="public page has no permission"):
        Page(Plane.ASSURANCE)
    with pytest.raises(ValueError, match="public page has no permission"):
        Page(Plane.PUBLIC, Permission.USE)


def test_records_about_people_leave_with_a_second_factor_alone():
    with pytest.raises(ValueError, match="second factor"):
        Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE, Read.EXPORT)
    assert Page(Plane.FRONT_LINE, Permission.USE_FRONT_LINE, Read.EXPORT, step_up=True).step_up
