"""Which snapshot each reader sees: published quarters, what is not published yet, what was withdrawn."""

import pytest
from django.utils import timezone

from sightline.assurance.dataset import commands
from sightline.assurance.dataset.models import Figure, LoadedSnapshot
from sightline.core.command import Refused
from sightline.core.flow import NotAllowed
from sightline.core.models import AuditEvent
from tests.invented_dataset import invented_snapshot
from tests.pages.test_dataset import INTERVIEWS, text

Q3, Q4 = "2025 to 2026, quarter 3", "2025 to 2026, quarter 4"
PAGES = ["/dataset/", "/dataset/referrals/", "/dataset/quality/", "/dataset/downloads/"]


@pytest.fixture
def publish(cast):
    """A function by which the board manager publishes a snapshot."""
    return lambda snapshot, label=Q3: commands.publish_snapshot(snapshot, label=label, by=cast.board_manager)


@pytest.fixture
def newer(cast, dataset, publish, load, tmp_path) -> LoadedSnapshot:
    """A snapshot loaded after the first was published; its referrals are told apart by their number."""
    publish(dataset)
    newer = load(invented_snapshot(tmp_path, seed=8).folder, cast.analyst)
    Figure.objects.filter(snapshot=newer, indicator="referrals", breakdown="").update(
        numerator=4321, value=4321
    )
    return newer


def test_until_something_is_published_everybody_sees_what_is_current(cast, dataset, signed_in):
    for who in (cast.member, cast.analyst):
        assert "Published as" not in text(signed_in(who).get("/dataset/"))
        assert f"showing snapshot {dataset.snapshot_id}" in text(signed_in(who).get("/dataset/"))


def test_members_see_what_was_published_and_keepers_what_is_current(cast, dataset, newer, signed_in):
    member, analyst = signed_in(cast.member), signed_in(cast.analyst)
    for path in PAGES:
        assert f"showing snapshot {dataset.snapshot_id}" in text(member.get(path)), path
        assert f"showing snapshot {newer.snapshot_id}" in text(analyst.get(path)), path
    assert f"Published as {Q3}" in text(member.get("/dataset/"))
    assert f"not published yet: members still see {Q3}" in text(analyst.get("/dataset/"))
    assert "4,321" not in text(member.get("/dataset/referrals/"))
    assert "4,321" in text(analyst.get("/dataset/referrals/"))
    assert b"4,321" not in member.get("/dataset/referrals/chart.svg").content


def test_those_who_keep_the_dataset_turn_to_a_published_snapshot_on_every_page(
    cast, dataset, newer, signed_in
):
    analyst = signed_in(cast.analyst)
    for path in [*PAGES, "/dataset/quality/0/"]:
        page = text(analyst.get(path, {"snapshot": dataset.snapshot_id}))
        assert f"showing snapshot {dataset.snapshot_id}" in page, path
    page = analyst.get("/dataset/", {"snapshot": dataset.snapshot_id}).content.decode()
    assert f'href="/dataset/referrals/?snapshot={dataset.snapshot_id}"' in page
    assert f"Published as {Q3}" in text(analyst.get("/dataset/", {"snapshot": dataset.snapshot_id}))


def test_what_is_not_published_does_not_exist_for_a_member(cast, dataset, newer, signed_in):
    member = signed_in(cast.member)
    for path in PAGES:
        withheld = member.get(path, {"snapshot": newer.snapshot_id})
        missing = member.get(path, {"snapshot": "0123456789abcdef"})
        assert (withheld.status_code, withheld.content) == (404, missing.content), path
    address = f"/dataset/downloads/referrals/all/publishable/{newer.snapshot_id}.csv"
    assert member.get(address).status_code == 404


def test_the_latest_published_snapshot_takes_over(cast, dataset, newer, publish, signed_in):
    publish(newer, Q4)
    member = signed_in(cast.member)
    assert f"Published as {Q4}" in text(member.get("/dataset/"))
    assert f"Published as {Q3}" in text(member.get("/dataset/", {"snapshot": dataset.snapshot_id}))


def test_a_published_snapshot_that_was_withdrawn_says_why_and_stays_readable(
    cast, dataset, newer, publish, signed_in
):
    publish(newer, Q4)
    commands.withdraw_snapshot(newer, reason="The police list was of another year", by=cast.analyst)
    member = signed_in(cast.member)
    assert f"Published as {Q3}" in text(member.get("/dataset/"))
    for path in PAGES[:3]:
        page = text(member.get(path, {"snapshot": newer.snapshot_id}))
        assert f"published as {Q4}, was withdrawn: The police list was of another year" in page, path


def test_published_figures_never_change(cast, dataset, publish, load):
    publish(dataset)
    figures = Figure.objects.filter(snapshot=dataset).order_by("pk")
    before = list(figures.values())
    assert before
    again = load(dataset.folder, cast.analyst)
    assert (again.pk, again.state) == (dataset.pk, "current")
    assert list(figures.values()) == before


def test_an_older_published_snapshot_loaded_again_becomes_current_as_it_stands(cast, dataset, newer, load):
    again = load(dataset.folder, cast.analyst)
    newer.refresh_from_db()
    assert (again.state, newer.state) == ("current", "superseded")


def test_publishing_needs_a_label_of_its_own_and_a_snapshot_in_use(cast, dataset, newer, publish):
    with pytest.raises(NotAllowed, match="without a label"):
        publish(newer, "  ")
    with pytest.raises(NotAllowed, match="published as 2025 to 2026, quarter 3 already"):
        publish(newer, Q3)
    with pytest.raises(NotAllowed, match="was published before"):
        publish(dataset, Q4)
    commands.withdraw_snapshot(newer, reason="Wrong files", by=cast.analyst)
    with pytest.raises(NotAllowed, match="withdrawn"):
        publish(newer, Q4)


def test_publishing_says_who_and_when_and_is_for_the_board_manager_alone(cast, dataset, publish):
    for who in (cast.analyst, cast.agency_lead, cast.member, cast.administrator):
        with pytest.raises(Refused):
            commands.publish_snapshot(dataset, label=Q3, by=who)
    published = publish(dataset)
    assert published.published_by == cast.board_manager
    assert published.published_at <= timezone.now()
    event = AuditEvent.objects.get(action="dataset.publish-snapshot", outcome="done")
    assert event.detail == {"label": Q3}


# Breaks.


CHANGE = {
    "from_on": "2025-08-01",
    "was": "Interviews offered",
    "now": "Interviews held <b>in person</b>",
    "reason": "The provider changed",
}


def test_a_change_of_definition_is_read_over_stored_and_said_everywhere(cast, dataset, signed_in):
    analyst = signed_in(cast.analyst)
    address = f"/dataset/{INTERVIEWS}/definition-change/"
    page = text(analyst.post(address, CHANGE))
    assert "Read it over before it is stored" in page
    assert "August 2025" in page
    assert "Interviews held <b>in person</b>" in page
    assert not commands.DefinitionChange.objects.exists()
    response = analyst.post(address, {**CHANGE, "confirmed": "yes"})
    assert response.headers["Location"] == f"/dataset/{INTERVIEWS}/#course"
    change = commands.DefinitionChange.objects.get()
    assert (change.indicator, change.set_by) == (INTERVIEWS, cast.analyst)
    said = "The definition changed from August 2025. Before: Interviews offered. From then on: Interviews"
    member = signed_in(cast.member)
    assert text(member.get(f"/dataset/{INTERVIEWS}/")).count(said) == 2, "once above, once in the table"
    chart = member.get(f"/dataset/{INTERVIEWS}/chart.svg").content.decode()
    assert "Limits start afresh at August 2025: Another definition: Interviews held" in chart
    assert chart.count('aria-roledescription="line mark"') in (0, 2), "the line is broken in two"
    csv = member.get(f"/dataset/downloads/{INTERVIEWS}/all/publishable/{dataset.snapshot_id}.csv")
    assert said in csv.content.decode()


def test_the_limits_on_each_side_of_a_change_are_of_that_side_alone(cast, dataset):
    from sightline.assurance.dataset.readings import read
    from sightline.assurance.dataset.view import view_of

    commands.change_definition(
        indicator="referrals",
        from_on=commands.date(2025, 4, 1),
        was="Contacts and referrals",
        now="Referrals",
        reason="As the census counts",
        by=cast.analyst,
    )
    chart = read(view_of(cast.analyst, {}), "referrals")[0].chart
    assert [(s.start, s.stop) for s in chart.segments] == [(0, 12), (12, 24)]


@pytest.mark.parametrize("page", ["definition-change", "baseline"])
def test_what_is_missing_is_said_beside_its_field(cast, dataset, signed_in, page):
    response = signed_in(cast.analyst).post(f"/dataset/{INTERVIEWS}/{page}/", {"reason": " "})
    said = text(response)
    assert response.content.decode().count("<title>Error: ") == 1
    assert "Enter why" in said
    assert "Select from which month on" in said


def test_what_was_entered_can_be_changed_before_it_is_stored(cast, dataset, signed_in):
    address = f"/dataset/{INTERVIEWS}/definition-change/"
    page = signed_in(cast.analyst).post(address, {**CHANGE, "change": "yes"}).content.decode()
    assert 'value="The provider changed"' in page
    assert not commands.DefinitionChange.objects.exists()


def test_a_month_breaks_once(cast, dataset, signed_in):
    analyst = signed_in(cast.analyst)
    address = f"/dataset/{INTERVIEWS}/baseline/"
    given = {"from_on": "2025-08-01", "reason": "A new provider", "confirmed": "yes"}
    assert analyst.post(address, given).status_code == 302
    said = text(analyst.post(address, given))
    assert "has a baseline from 2025-08-01 already" in said
    assert commands.Baseline.objects.count() == 1
    assert "The baseline was re-set from August 2025: A new provider." in text(
        analyst.get(f"/dataset/{INTERVIEWS}/")
    )


@pytest.mark.parametrize("month", ["2024-04-01", "2030-01-01", "2025-08-02"])
def test_a_month_that_no_series_has_cannot_be_chosen(cast, dataset, signed_in, month):
    given = {**CHANGE, "from_on": month, "confirmed": "yes"}
    page = text(signed_in(cast.analyst).post(f"/dataset/{INTERVIEWS}/definition-change/", given))
    assert "Select a valid choice" in page
    assert not commands.DefinitionChange.objects.exists()


def test_without_a_snapshot_there_is_nothing_to_break_or_take_away(cast, signed_in):
    client = signed_in(cast.analyst)
    for path in ("referrals/baseline/", "referrals/definition-change/", "downloads/"):
        assert client.get(f"/dataset/{path}").status_code == 404
