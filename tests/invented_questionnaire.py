"""An invented questionnaire, sent to two agencies of the cast."""

from datetime import date
from types import SimpleNamespace

import pytest

TEXT = """\
key: garden-check
title: Garden check
introduction: How the gardens did this season.
declaration: What is said here is right as far as we know.
sections:
  - title: The beds
    questions:
      - key: frost
        kind: yes-no
        text: Was there a late frost?
        required: yes
      - key: lost
        kind: number
        text: How many plants were lost?
        hint: Count each plant once.
        unit: plants
        least: 0
        whole: yes
        required: yes
        shown_if: {question: frost, is: yes}
      - key: story
        kind: long-text
        text: What happened, and what did you do?
        shown_if: {question: frost, is: yes}
      - key: tools
        kind: several-of
        text: Which tools are in use?
        options:
          - {key: spade, text: Spade}
          - {key: rake, text: Rake, hint: For leaves}
          - {key: hoe, text: Hoe}
  - title: The season
    questions:
      - key: visited
        kind: date
        text: When was the last walk round?
      - key: trust
        kind: scale
        text: How far do you trust these figures?
        required: yes
        options:
          - {key: not-at-all, text: Not at all}
          - {key: partly, text: Partly}
          - {key: fully, text: Fully}
      - key: motto
        kind: short-text
        text: In a few words
      - key: about-roses
        kind: long-text
        text: What should a reader know about the roses?
        about: roses
      - key: about-lawns
        kind: long-text
        text: What should a reader know about the lawns?
        about: lawns
"""


@pytest.fixture
def questionnaire(cast) -> SimpleNamespace:
    """Two versions of one text: care has answered last year's and begun this year's; police has not begun."""
    from sightline.assurance.questionnaire import commands

    keeper, lead = cast.board_manager, cast.agency_lead
    version = commands.keep_version(text=TEXT, by=keeper)
    earlier = commands.assign(
        lead.agency, version=version, label="Year 1", due_on=date(2025, 6, 5), about=["roses"], by=keeper
    )
    said = {
        "frost": "yes",
        "lost": "12",
        "story": "Too cold.",
        "tools": ["spade", "hoe"],
        "trust": "partly",
        "about-roses": "They came late.",
    }
    for key, value in said.items():
        commands.save_answer(earlier, question=key, value=value, seen=0, by=lead)
    commands.submit(earlier, by=lead)
    commands.accept(earlier, by=keeper)
    newer = commands.keep_version(text=TEXT.replace("late frost", "frost in May"), by=keeper)
    response = commands.assign(
        lead.agency,
        version=newer,
        label="Year 2",
        due_on=date(2026, 6, 5),
        about=["roses"],
        previous=earlier,
        by=keeper,
    )
    commands.save_answer(response, question="frost", value="yes", seen=0, by=lead)
    evidence = commands.add_evidence(
        response, question="frost", true_on=date(2026, 5, 12), note="Ice on the pond.", by=lead
    )
    other = commands.assign(
        cast.other_agency_lead.agency, version=newer, label="Year 2", due_on=date(2026, 6, 5), by=keeper
    )
    handed_in = commands.assign(
        lead.agency, version=newer, label="Year 3", due_on=date(2027, 6, 4), previous=earlier, by=keeper
    )
    for key, value in {"frost": "yes", "lost": "9", "trust": "fully"}.items():
        commands.save_answer(handed_in, question=key, value=value, seen=0, by=lead)
    commands.submit(handed_in, by=lead)
    return SimpleNamespace(
        handed_in=handed_in,
        version=version,
        newer=newer,
        earlier=earlier,
        response=response,
        evidence=evidence,
        other=other,
    )
