"""A partnership's settings file: read as a whole, and every mistake in it named at once."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from sightline.clocks import Limit, Unit
from sightline.core.partnership import NotSettled, read

FILE = Path(__file__).parent / "partnership.toml"


@pytest.fixture
def mistakes(tmp_path):
    """A function that changes the good file by replacing text and gives the mistakes that are reported."""

    def replaced(*pairs: tuple[str, str]) -> list[str]:
        text = FILE.read_text()
        for old, new in pairs:
            assert old in text, f"{old!r} is not in the file"
            text = text.replace(old, new, 1)
        path = tmp_path / "partnership.toml"
        path.write_text(text)
        with pytest.raises(NotSettled) as raised:
            read(path)
        first, *rest = str(raised.value).splitlines()
        assert first == f"{path}: {len(rest)} to mend:"
        return rest

    return replaced


def test_the_file_is_read_as_it_stands():
    partnership = read(FILE)
    content = tomllib.loads(FILE.read_text())
    assert partnership.name == "Addiscombe Vale Safeguarding Children Partnership"
    assert partnership.example
    assert (partnership.authority.code, partnership.authority.region) == ("999", "London")
    assert partnership.statistical_neighbours == ("302", "316")
    assert [agency.code for agency in partnership.agencies] == [row["code"] for row in content["agencies"]]
    assert [agency.code for agency in partnership.agencies if agency.safeguarding_partner] == [
        "avcsc",
        "avicb",
        "avpol",
    ]
    assert partnership.local_limits["assessment"] == Limit(40, Unit.WORKING_DAYS)
    assert partnership.regimes.masa_from == date(2019, 9, 29)


def test_every_mistake_is_named_at_once(mistakes):
    assert mistakes(
        ('code = "999"', 'code = "99"'),
        ('region = "London"', 'region = "Londen"'),
        ('key = "south"\nname = "South"', 'key = "south"'),
        ("example = true", 'example = "yes"'),
    ) == [
        "- example is 'yes'; expected true or false",
        "- authority: code is '99'; expected three digits (DfE's code)",
        "- authority: region is 'Londen'; expected one of North East, North West, Yorkshire and The Humber, "
        "East Midlands, West Midlands, East of England, London, South East, South West",
        "- localities[1]: name is missing; expected some text",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'key = "south"',
            'key = "north"',
            "localities: 'north' stands there 2 times; expected each key once",
        ),
        ('code = "avpol"', 'code = "avcsc"', "agencies: 'avcsc' stands there 2 times"),
        ('kind = "HOU"', 'kind = "HSG"', "agencies[3]: kind is 'HSG'; expected one of CSC, EH"),
        (
            'kind = "HOU"',
            'kind = "HOU"\nsafeguarding_partner = true',
            "'avhousing' of kind 'HOU' cannot be a safeguarding partner; expected one of CSC, ICB, POL",
        ),
        (
            'kind = "POL"\nsafeguarding_partner = true',
            'kind = "POL"',
            "agencies: no safeguarding partner of kind 'POL'; expected at least one",
        ),
        ('"302", "316"', '"302", "Merton"', "statistical_neighbours[1] is 'Merton'; expected three digits"),
        ('"302", "316"', '"302", "302"', "statistical_neighbours[1] is '302'; expected each one once"),
        ('"40 working days"', '"50 working days"', "local_limits: assessment is '50 working days'; expected"),
        ('"40 working days"', '"soon"', "local_limits: assessment is 'soon'; expected"),
        (
            "assessment =",
            "asessment =",
            "local_limits: asessment is '40 working days'; expected the key of a clock",
        ),
        ("2019-09-29", "2005-09-29", "regimes: expected lscb_from before masa_from"),
        (
            "2019-09-29",
            '"29/9/2019"',
            "regimes: masa_from is '29/9/2019'; expected a date without quotation marks",
        ),
        ("2019-09-29", "2019-09-29T00:00:00", "expected a date without quotation marks"),
        ("[authority]", "[autority]", "authority is missing; expected a table [authority]"),
        ("duty =", "dutty =", "bodies[0]: duty is missing"),
        ('email = "business', 'email = "business unit', "contact: email is 'business unit.unit@addiscombe"),
    ],
)
def test_a_mistake_names_its_place_the_value_and_what_was_expected(mistakes, old, new, expected):
    assert any(expected in line for line in mistakes((old, new))), mistakes((old, new))


def test_a_misspelt_key_is_named_too(mistakes):
    (line,) = mistakes(('region = "London"', 'region = "London"\ncolour = "red"'))
    assert line == "- authority: colour is 'red'; expected no such key here, but code, name, ons_code, region"


def test_a_missing_table_is_named_once(mistakes):
    assert len(mistakes(("[contact]", "[kontact]"))) == 2


def test_a_file_that_is_no_toml_or_not_there_ends_in_one_sentence(tmp_path):
    path = tmp_path / "partnership.toml"
    with pytest.raises(NotSettled, match="there is no such file"):
        read(path)
    path.write_text("name = ")
    with pytest.raises(NotSettled, match="not a TOML file"):
        read(path)
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(NotSettled, match="not a TOML file"):
        read(path)


def test_an_empty_file_lists_all_that_is_needed(tmp_path):
    path = tmp_path / "partnership.toml"
    path.write_text("")
    with pytest.raises(NotSettled) as raised:
        read(path)
    for key in ("name", "authority", "contact", "localities", "agencies", "bodies", "regimes"):
        assert f"- {key} is missing" in str(raised.value)
