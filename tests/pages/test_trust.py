"""Who sees what of a record about a person: the rule, held below every page."""

import pytest
from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Upper

from sightline.core.policy import Section
from sightline.core.trust.actor import NoActor
from sightline.core.trust.guarded import Withheld
from sightline.core.trust.tripwire import PastTheRule
from sightline.frontline.referral.models import Concern, Contact, PoliceIntelligence, ProtectedLocation, Told
from tests.invented_people import looking

SECTIONS = (Contact, Told, Concern, PoliceIntelligence, ProtectedLocation)


def seen(user, purpose="protect") -> set[str]:
    with looking(user, purpose):
        return {model.__name__ for model in SECTIONS if model.objects.all()}


def test_each_sees_their_own_part_of_the_same_child(contact, front_line, cast):
    everything = {model.__name__ for model in SECTIONS}
    assert seen(front_line.hub_worker) == everything
    assert seen(front_line.designated_lead) == {"Contact", "Told", "Concern"}
    assert seen(front_line.police_unit) == set()
    assert seen(front_line.designated_officer) == set()
    assert seen(cast.board_manager) == set()
    assert seen(front_line.hub_worker, None) == set()
    assert seen(front_line.hub_manager, "quality") == set()


def test_nobody_reads_without_standing_behind_it(contact):
    with pytest.raises(NoActor):
        Contact.objects.count()
    with pytest.raises(NoActor), connection.cursor() as cursor:
        cursor.execute("SELECT narrative FROM referral_concern")


def test_raw_sql_trips(contact, front_line):
    with looking(front_line.hub_worker):
        with pytest.raises(PastTheRule), connection.cursor() as cursor:
            cursor.execute("SELECT narrative FROM referral_concern")
        with pytest.raises(PastTheRule):
            list(Concern.objects.raw("SELECT * FROM referral_concern"))


def test_bare_values_are_withheld(contact, front_line):
    with looking(front_line.hub_worker):
        for asked in (
            lambda: Concern.objects.values("narrative"),
            lambda: Concern.objects.values(),
            lambda: Concern.objects.annotate(said=F("narrative")).values_list("said"),
            lambda: Concern.objects.annotate(said=Upper("narrative")).values("said"),
            lambda: [Concern.objects.aggregate(Max("narrative"))],
        ):
            with pytest.raises(Withheld):
                list(asked())
        assert list(Contact.objects.values_list("state", "dossier__reference")) != []


def test_what_is_read_is_noted(contact, front_line):
    with looking(front_line.hub_worker) as looks:
        list(Told.objects.all())
        list(Contact.objects.all())
    assert looks == {contact.dossier_id: {Section.IDENTITY}}
