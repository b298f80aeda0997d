"""An agency lead reads the publishable version, and their own agency's figures in full: both sides."""

import pytest

from sightline.assurance.dataset import view as views
from sightline.assurance.dataset.models import Figure, LoadedFile
from sightline.assurance.dataset.readings import read, read_all
from sightline.assurance.dataset.view import suppliers, view_of
from sightline.core import local
from sightline.core.models import Agency, RoleAssignment, User
from sightline.indicators.definitions import INDICATORS
from tests.pages.test_dataset import INTERVIEWS, text

SMALL = "allegation-contacts"
"""So few a month that every month is hidden; counted from social care's list alone."""


def numbers(user, key, **asked) -> set[float]:
    return {f.numerator for f in read(view_of(user, asked), key)[1] if f.numerator is not None}


def test_small_numbers_of_ones_own_agency_are_shown_to_its_lead(cast, dataset):
    hidden = Figure.objects.filter(indicator=SMALL).exclude(hidden="")
    assert hidden.filter(numerator__gte=1, numerator__lte=5).exists()
    everything = set(hidden.values_list("numerator", flat=True))
    assert everything <= numbers(cast.agency_lead, SMALL)
    assert not any(1 <= number <= 5 for number in numbers(cast.other_agency_lead, SMALL))
    assert not any(1 <= number <= 5 for number in numbers(cast.member, SMALL))


def test_what_a_lead_sees_of_other_agencies_is_what_a_member_sees(cast, dataset):
    own = view_of(cast.agency_lead, {}).own
    assert SMALL in own
    assert INTERVIEWS not in own
    mine, members = read_all(view_of(cast.agency_lead, {})), read_all(view_of(cast.member, {}))
    compared = 0
    for key in set(INDICATORS) - own:
        for figure, theirs in zip(mine[key].series, members[key].series, strict=True):
            assert (figure.numerator, figure.unknown) == (theirs.numerator, theirs.unknown), key
            compared += 1
    assert compared > 100


def test_one_months_figures_from_another_agency_make_the_indicator_nobodys_own(cast, dataset):
    """Eleven months of one's own and a year that everybody sees would tell the twelfth month."""
    police = LoadedFile.objects.get(format="missing-list").position
    month = Figure.objects.filter(indicator=SMALL, every="month", breakdown="").first()
    Figure.objects.filter(pk=month.pk).update(files=str(police))
    views._suppliers.cache_clear()
    assert suppliers(cast.agency_lead, dataset)[SMALL] == {"CSC", "POL"}
    assert SMALL not in view_of(cast.agency_lead, {}).own
    assert SMALL not in view_of(cast.other_agency_lead, {}).own


def test_what_two_agencies_of_a_kind_supply_is_neithers_own(cast, dataset, monkeypatch):
    from dataclasses import replace

    settled = local.partnership()
    (care,) = [one for one in settled.agencies if one.code == "avcsc"]
    twice = replace(settled, agencies=(*settled.agencies, replace(care, code="avcsc2", name="Another")))
    monkeypatch.setattr(views.local, "partnership", lambda: twice)
    assert view_of(cast.agency_lead, {}).own == frozenset()


def test_a_lead_who_asks_for_the_publishable_version_gets_it(cast, dataset, signed_in):
    assert not any(1 <= n <= 5 for n in numbers(cast.agency_lead, SMALL, version="publishable"))
    page = text(signed_in(cast.agency_lead).get("/dataset/"))
    assert "shown in full: do not publish those" in page
    assert "shown in full" not in text(signed_in(cast.member).get("/dataset/"))


def test_a_lead_takes_away_the_publishable_version_alone(cast, dataset, signed_in):
    rest = f"{dataset.snapshot_id}.csv"
    client = signed_in(cast.agency_lead)
    assert client.get(f"/dataset/downloads/{SMALL}/all/internal/{rest}").status_code == 404
    rows = client.get(f"/dataset/downloads/{SMALL}/all/publishable/{rest}").content.decode()
    assert ",c,c,,,c,count," in rows


def test_the_scorecard_opens_for_a_lead_with_their_own_agency(cast, dataset, signed_in):
    for who, (has, has_not) in {
        "agency_lead": ("Contacts with the designated officer", "Return home interviews within 72 hours"),
        "other_agency_lead": ("Return home interviews within 72 hours", "Assessments completed"),
    }.items():
        client = signed_in(getattr(cast, who))
        mine, everything = text(client.get("/dataset/")), text(client.get("/dataset/", {"agency": "all"}))
        assert has in mine or INDICATORS[SMALL].title in mine, who
        assert has_not not in mine, who
        assert has_not in everything, who
    assert text(signed_in(cast.member).get("/dataset/")).count("Return home interviews within 72 hours") == 1


@pytest.mark.parametrize(("agency", "there", "absent"), [("avpol", True, False), ("avicb", False, False)])
def test_the_agency_filter_takes_who_supplied_a_figure_or_should_have(
    cast, dataset, signed_in, agency, there, absent
):
    page = text(signed_in(cast.analyst).get("/dataset/", {"agency": agency}))
    assert (INDICATORS[INTERVIEWS].title in page) is there
    assert (INDICATORS["referrals"].title in page) is absent


def test_what_was_never_sent_stands_with_the_agency_that_should_have_sent_it(cast, dataset, signed_in):
    link = 'href="/dataset/looked-after-children/"'
    assert link in signed_in(cast.analyst).get("/dataset/", {"agency": "avcsc"}).content.decode()
    assert link not in signed_in(cast.analyst).get("/dataset/", {"agency": "avpol"}).content.decode()


def test_a_plain_figure_is_of_the_agency_that_returned_it(cast, dataset):
    assert suppliers(cast.member, dataset)["decision-in-one-working-day"] == {"CSC"}
    assert suppliers(cast.member, dataset)["dataset-returns-on-time"] == {"CSC", "POL", "HOU"}


def test_a_lead_without_an_agency_has_no_figures_of_their_own(cast, dataset):
    lead = User.objects.create(email="lone@addiscombe-vale.example", name="Lone")
    RoleAssignment.objects.create(user=lead, role="agency-lead", from_on="2026-01-01")
    assert view_of(lead, {}).own == frozenset()
    lead = User.objects.get(pk=lead.pk)
    lead.agency = Agency.objects.create(code="nowhere", name="Not in the settings")
    assert view_of(lead, {}).own == frozenset()
