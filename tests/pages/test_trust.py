"""Who sees what of a record about a person: the rule, held below every page."""

import pytest
from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Upper

from sightline.core.policy import Section
from sightline.core.trust.actor import NoActor
from sightline.core.trust.guarded import Withheld
from sightline.core.trust.tripwire import PastTheRule
from sightline.frontline.concern.models import Concern, PoliceIntelligence, ProtectedLocation, Referral, Told
from tests.invented_people import looking

SECTIONS = (Concern, Told, Referral, PoliceIntelligence, ProtectedLocation)


def seen(user, purpose="protect") -> set[str]:
    with looking(user, purpose):
        return {model.__name__ for model in SECTIONS if model.objects.all()}


def test_each_sees_their_own_part_of_the_same_child(concern, front_line, cast):
    everything = {model.__name__ for model in SECTIONS}
    assert seen(front_line.hub_worker) == everything
    assert seen(front_line.designated_lead) == {"Concern", "Told", "Referral"}
    assert seen(front_line.police_unit) == set()
    assert seen(front_line.designated_officer) == set()
    assert seen(cast.board_manager) == set()
    assert seen(front_line.hub_worker, None) == set()
    assert seen(front_line.hub_manager, "quality") == set()


def test_nobody_reads_without_standing_behind_it(concern):
    with pytest.raises(NoActor):
        Concern.objects.count()
    with pytest.raises(NoActor), connection.cursor() as cursor:
        cursor.execute("SELECT narrative FROM concern_referral")


def test_raw_sql_trips(concern, front_line):
    with looking(front_line.hub_worker):
        with pytest.raises(PastTheRule), connection.cursor() as cursor:
            cursor.execute("SELECT narrative FROM concern_referral")
        with pytest.raises(PastTheRule):
            list(Referral.objects.raw("SELECT * FROM concern_referral"))


def test_bare_values_are_withheld(concern, front_line):
    with looking(front_line.hub_worker):
        for asked in (
            lambda: Referral.objects.values("narrative"),
            lambda: Referral.objects.values(),
            lambda: Referral.objects.annotate(said=F("narrative")).values_list("said"),
            lambda: Referral.objects.annotate(said=Upper("narrative")).values("said"),
            lambda: [Referral.objects.aggregate(Max("narrative"))],
        ):
            with pytest.raises(Withheld):
                list(asked())
        assert list(Concern.objects.values_list("state", "dossier__reference")) != []


def test_what_is_read_is_noted(concern, front_line):
    with looking(front_line.hub_worker) as looks:
        list(Told.objects.all())
        list(Concern.objects.all())
    assert looks == {concern.dossier_id: {Section.IDENTITY}}
