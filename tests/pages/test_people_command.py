"""`sightline people first-administrator`: the one account that no page can make."""

import re

import pytest
from django.core import mail
from django.test import Client
from typer.testing import CliRunner

from sightline.config.cli.people import NotMade, app
from sightline.core.models import Agency, AuditEvent, User

ADA = ("first-administrator", "Ada@Addiscombe-Vale.example", "Ada Stone")


@pytest.fixture
def run(db):
    """A function that runs the command line and gives what it printed."""

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_first_administrator_chooses_a_password_by_the_printed_link(run):
    link = re.search(r"http://localhost:8000(/account/password/\S+)", run(*ADA))[1]
    client = Client()
    phrase = {"password1": "a-new-invented-phrase", "password2": "a-new-invented-phrase"}
    client.post(client.get(link).headers["Location"], phrase)
    client.post("/account/login/", {"login": ADA[1], "password": "a-new-invented-phrase"})
    assert client.get("/partnership/people/").status_code == 200
    assert Agency.objects.count() == 4
    assert mail.outbox == []
    made = AuditEvent.objects.get(action="core.make-first-administrator")
    assert made.detail == {"system": "the command line"}


def test_a_second_one_is_refused(run):
    run(*ADA)
    with pytest.raises(NotMade, match="There is an administrator already, who can add people in the pages"):
        run("first-administrator", "other@example.org", "Other")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "name", "said"),
    [("ada", "Ada Stone", "'ada' is no e-mail address"), ("ada@example.org", " ", "the name is empty")],
)
def test_what_cannot_be_is_said_in_one_sentence(run, email, name, said):
    with pytest.raises(NotMade, match=said):
        run("first-administrator", email, name)
    assert not User.objects.exists()
