"""What the timeline of a person says of the concerns about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.urls import reverse

from sightline.core.models import User
from sightline.core.process import Happened
from sightline.core.trust.models import Link
from sightline.frontline.concern.models import Concern


def timeline(user: User, dossiers: Collection[UUID]) -> Iterator[Happened]:
    """When the concerns in which a person is named were received and closed, of those the reader may see."""
    named = Link.objects.visible_to(user).filter(person_dossier__in=dossiers)
    concerns = Concern.objects.visible_to(user).filter(dossier__in=named.values("dossier"))
    for concern in concerns.select_related("dossier"):
        title, href = f"concern {concern.dossier.reference}", reverse("concern:concern", args=[concern.pk])
        yield Happened(concern.received_at, f"Received {title}", href=href)
        if concern.dossier.closed_at is not None:
            yield Happened(concern.dossier.closed_at, f"Closed {title}", href=href)
