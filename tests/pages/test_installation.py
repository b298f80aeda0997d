"""`sightline pages`: the dataset's commands for whoever runs the installation."""

import pytest
from typer.testing import CliRunner

from sightline.assurance.dataset.models import Baseline, LoadedSnapshot, PublishedFigure
from sightline.config.cli.installation import NotDone, app
from sightline.core import process
from sightline.core.models import AuditEvent
from sightline.facts.benchmark import write_benchmarks
from tests.invented_dataset import invented_snapshot


@pytest.fixture
def run(db):
    """A function that runs the command line and gives what it printed."""

    def run(*arguments: object) -> str:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_a_snapshot_is_loaded_and_withdrawn_by_the_system(run, load, invented):
    folder = invented.snapshot.folder
    assert f"The pages show snapshot {invented.snapshot.id}: 2024-04-01 to 2026-03-31" in run("load", folder)
    assert "is withdrawn" in run("withdraw", invented.snapshot.id, "--reason", "An old list")
    assert LoadedSnapshot.objects.get().state == "withdrawn"
    events = AuditEvent.objects.filter(action__startswith="dataset.").values_list("detail", flat=True)
    assert list(events) == [{"system": "the command line"}] * 2


def test_published_figures_and_baselines_are_taken_in(run, benchmarks, tmp_path):
    write_benchmarks(tmp_path / "published.csv", benchmarks)
    assert run("benchmarks", tmp_path / "published.csv") == f"{len(benchmarks)} published figures\n"
    assert PublishedFigure.objects.count() == len(benchmarks)
    run("baseline", "contacts", "2025-04", "--reason", "The hub opened")
    assert Baseline.objects.get().reason == "The hub opened"


def test_what_the_front_line_recorded_is_published_where_there_is_one(run, monkeypatch):
    assert "there is nothing to publish yet" in run("publish")
    monkeypatch.setattr(process, "publishes", lambda: False)
    with pytest.raises(NotDone, match="the front line is off"):
        run("publish")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["withdraw", "0123", "--reason", "x"], "no snapshot 0123"),
        (["baseline", "contacts", "April", "--reason", "x"], "expected a year and a month"),
        (["baseline", "nothing", "2025-04", "--reason", "x"], "no indicator 'nothing'"),
        (["baseline", "contacts", "2025-04", "--reason", " "], "without a reason"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, arguments, said):
    with pytest.raises(NotDone, match=said):
        run(*arguments)


def test_a_snapshot_of_another_authority_is_refused(run, tmp_path):
    with pytest.raises(NotDone, match="authority 306; expected 999"):
        run("load", invented_snapshot(tmp_path, authority="306").folder)
