"""`sightline clocks`, as an analyst at a terminal and a program at a pipe meet it."""

import json
from pathlib import Path

import pytest

from sightline.clocks import CLOCKS, Limit, Unit
from sightline.config.cli import main
from sightline.config.cli.clocks import clock_as_json, clock_as_row


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        printed = capsys.readouterr()
        return leaving.value.code, printed.out, printed.err

    return run


def test_the_list_shows_every_clock_on_one_line_with_its_source_and_status(run):
    code, out, err = run("clocks", "list")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert len(lines) == len(CLOCKS) + 1
    assert lines[0].split("  ")[0] == "Ref"
    for line, clock in zip(lines[1:], CLOCKS.values(), strict=True):
        assert line.startswith(f"{clock.ref}  {clock.key} ")
        assert clock.title in line
        assert clock.citation in line
        assert ("to be verified" in line) == (not clock.verified)
        assert ("confirmed" in line) == clock.verified


def test_the_list_for_a_program_holds_all_that_is_known(run):
    code, out, _ = run("clocks", "list", "--json")
    found = {row["key"]: row for row in json.loads(out)}
    assert code == 0
    assert list(found) == list(CLOCKS)
    assert found["assessment"]["national_limit"] == {
        "length": 45,
        "unit": "working-days",
        "words": "45 working days",
    }
    assert found["assessment"]["in_force_from"] == "2013-04-15"
    assert found["assessment"]["starts"] == [{"key": "referral-received", "words": "referral received"}]
    assert found["strategy-discussion"]["national_limit"] is None
    assert found["strategy-discussion"]["local_limit"] is None
    assert found["strategy-discussion"]["elsewhere"][0]["limit"]["words"] == "24 hours"


def test_a_limit_of_the_partnership_stands_beside_the_national_one():
    clock = CLOCKS["private-fostering-proposal"]
    assert clock_as_row(clock, {})[3:5] == ("6 weeks before", "not set")
    assert clock_as_row(clock, {clock.key: Limit(8, Unit.DAYS)})[3:5] == ("6 weeks before", "8 days before")
    assert clock_as_json(clock, {clock.key: Limit(8, Unit.DAYS)})["local_limit"]["words"] == "8 days"
    unset = clock_as_row(CLOCKS["mash-response-red"], {})
    assert unset[3:5] == ("none", "not set (elsewhere 4 hours or 2 hours)")


def test_due_says_when_and_on_whose_authority(run):
    code, out, err = run("clocks", "due", "C04", "2026-03-27")
    assert (code, err) == (0, "")
    assert "Due     Thursday 4 June 2026 by 23:59:59\n" in out
    assert "Limit   45 working days, statutory guidance\n" in out
    assert "Starts  referral received: Friday 27 March 2026\n" in out
    assert "from 15 April 2013; confirmed\n" in out


def test_due_for_a_program_names_limit_source_and_status(run):
    code, out, _ = run("clocks", "due", "return-interview", "2026-03-28", "--at", "22:30", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["start"] == "2026-03-28T22:30:00+00:00"
    assert answer["due_on"] == "2026-03-31"
    assert answer["due_at"] == "2026-03-31T23:30:00+01:00"
    assert answer["limit"]["words"] == "72 hours"
    assert (answer["set_by"], answer["status"], answer["in_force"]) == (
        "statutory guidance",
        "confirmed",
        True,
    )


def test_due_says_what_is_still_to_be_verified_and_what_was_not_in_force(run):
    _, out, _ = run("clocks", "due", "personal-education-plan", "2026-03-27")
    assert "to be verified: general knowledge" in out
    _, out, _ = run("clocks", "due", "assessment", "2013-04-12")
    assert "Note    not in force for a start on 12 April 2013\n" in out
    _, out, _ = run("clocks", "due", "assessment", "2013-04-12", "--json")
    assert json.loads(out)["in_force"] is False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["C99", "2026-03-27"], "no clock has the reference 'C99': references run from C01 to C"),
        (["asessment", "2026-03-27"], "no clock has the key 'asessment': did you mean assessment or"),
        (
            ["assessment", "27/03/2026"],
            "'27/03/2026' is no date: expected year-month-day, such as 2026-03-27",
        ),
        (["assessment", "20260327"], "'20260327' is no date"),
        (["assessment", "2026-02-30"], "'2026-02-30' is no date"),
        (["assessment", "2071-01-01"], "bank holidays are known from 1990-01-01 to 2060-12-31 only"),
        (["return-interview", "2026-03-27"], "only a day is known; add --at HH:MM"),
        (["return-interview", "2026-03-27", "--at", "9.30"], "'9.30' is no time: expected hours:minutes"),
        (["return-interview", "2026-03-27", "--at", "09:30+05:00"], "'09:30+05:00' is no time"),
        (["return-interview", "2026-03-29", "--at", "01:30"], "01:30 on 2026-03-29 was no time in England"),
        (["strategy-discussion", "2026-03-27"], "has no limit in force until the partnership sets one"),
    ],
)
def test_bad_input_ends_in_one_sentence_on_stderr(run, arguments, sentence):
    code, out, err = run("clocks", "due", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("sightline: ")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_reference_with_several_clocks_asks_for_a_key(run):
    code, out, err = run("clocks", "due", "c34", "2026-03-27")
    assert (code, out) == (2, "")
    assert err.startswith("sightline: c34 has 2 clocks: give the key of one of them\n")
    assert "  private-fostering-visit-later-years: Private fostering visits in later years\n" in err


@pytest.mark.parametrize(
    ("group", "example"),
    [
        ([], "sightline clocks due assessment 2026-03-27"),
        (["clocks"], "sightline clocks due C04 2026-03-27"),
        (["clocks", "list"], "sightline clocks list --json"),
        (["clocks", "due"], "sightline clocks due return-interview 2026-03-28 --at 22:30"),
    ],
)
def test_help_teaches_by_an_example_that_works(run, group, example):
    code, out, _ = run(*group, "--help")
    assert code == 0
    assert f"Try: {example}" in out
    assert run(*example.split()[1:])[0] == 0


def test_the_module_runs_as_the_program(run, monkeypatch):
    import runpy

    monkeypatch.setattr("sys.argv", ["sightline", "clocks", "due", "C01", "2026-03-27", "--json"])
    with pytest.raises(SystemExit) as leaving:
        runpy.run_module("sightline", run_name="__main__")
    assert leaving.value.code == 0


def test_a_partnerships_own_limit_is_listed_and_counted_with(run):
    settings = str(Path(__file__).parents[2] / "pages" / "partnership.toml")
    _, listed, _ = run("clocks", "list", "--partnership", settings, "--json")
    (assessment,) = (row for row in json.loads(listed) if row["key"] == "assessment")
    assert assessment["local_limit"]["words"] == "40 working days"
    _, told, _ = run("clocks", "due", "assessment", "2026-03-27", "--partnership", settings)
    assert "Limit   40 working days, set by the partnership" in told
    assert "28 May 2026" in told


def test_settings_that_are_not_there_are_named_in_one_sentence(run):
    code, _, err = run("clocks", "list", "--partnership", "nowhere.toml")
    assert code == 2
    assert "nowhere.toml" in err
    assert len(err.splitlines()) == 1
