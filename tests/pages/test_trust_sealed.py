"""A sealed record is not told of by what hangs off it elsewhere."""

from dataclasses import replace

import pytest
from django.urls import reverse

from sightline.core.trust import dossiers
from sightline.core.trust.actor import unguarded
from sightline.core.trust.models import Link
from tests.invented_states import STATES, everybody, stand
from tests.oracle import Case
from tests.pages.test_trust_canaries import browser_of


@pytest.mark.parametrize("restriction", ["sealed", "open"])
def test_who_works_on_a_sealed_record_does_not_show_on_the_record_of_its_child(restriction, front_line, cast):
    """A grant on a record about a child passes to the child's own; who reads that must not learn why."""
    people = everybody(front_line, cast)
    hidden = Case("", None, "contact", restriction=restriction, holder="other-team")
    with unguarded("the tests"):
        child = stand(0, "own", replace(STATES["own"], kind="person"), people, front_line)
        contact = stand(1, "hidden", hidden, people, front_line)
        dossiers.link(contact.dossier, child.dossier, Link.Part.SUBJECT)
    page = browser_of(front_line.hub_manager).get(reverse("trust:access", kwargs={"pk": child.dossier.pk}))
    assert page.status_code == 200
    assert ("Nobody" in page.content.decode().partition("<form")[0]) == (restriction == "open")
