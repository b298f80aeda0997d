"""What a worker does for contacts: e-mails to referrers without an account."""

from __future__ import annotations

from sightline.core.jobs import job
from sightline.core.trust.actor import system_actor
from sightline.frontline.referral.models import Feedback, Referrer
from sightline.frontline.referral.news import news_of


@job("referral.tell-referrer")
def tell_referrer(key: str) -> None:
    """Send a referrer word that there is news; of a record that was disposed of meanwhile, nothing."""
    with system_actor("telling a referrer that there is news"):
        said = Feedback.objects.select_related("dossier").filter(pk=key).first()
        referrer = said and Referrer.objects.filter(dossier=said.dossier).exclude(email="").first()
    if said and referrer:
        news_of(said.dossier.reference, referrer.email).send()
