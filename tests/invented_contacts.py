"""Contacts taken as far as a test needs them, by the commands that people use."""

from django.utils import timezone

from sightline.core.audit import System

BY = System("the tests")


def thresholds_in_force():
    """The version of the thresholds in force; one is written where there is none."""
    from sightline.frontline.threshold import commands
    from sightline.frontline.threshold.models import Level, Version

    if found := Version.objects.in_force():
        return found
    version, today = commands.draft_version(title="In force", by=BY), timezone.localdate()
    for level in Level:
        commands.change_text(version, level=level, name=level.label, descriptor=level.label, by=BY)
    commands.consult(version, by=BY)
    commands.approve(version, body="executive", approved_on=today, effective_from=today, by=BY)
    return version


def screen(contact, rating="amber"):
    """Give a contact its first rating."""
    from sightline.frontline.referral import gathering

    gathering.screen(contact, rating=rating, words="Seen by the hub", by=BY)


def decide(contact, outcome="no-further-action"):
    """Screen a contact, if nobody has, and decide it."""
    from sightline.frontline.referral import deciding

    thresholds_in_force()
    if contact.state == "received":
        screen(contact)
    why = "below-threshold" if outcome == "no-further-action" else ""
    deciding.decide(contact, outcome=outcome, level=2, reasons="As told", not_accepted=why, by=BY)


def tell(contact):
    """Tell the referrer what was decided, which was no further action unless it is decided already."""
    from sightline.frontline.referral import deciding

    if contact.state in ("received", "screened", "gathering"):
        decide(contact)
    deciding.tell(contact, words="No further action", alternative="Early help", by=BY)


def close(contact):
    """Decide a contact, tell its referrer and close it."""
    from sightline.frontline.referral import commands

    tell(contact)
    commands.close_contact(contact, by=BY)
