"""What a contact at the front door consists of, section by section."""

from sightline.frontline.referral.models.contact import (
    Channel,
    Concern,
    Contact,
    Rating,
    Referrer,
    Told,
    Worry,
)
from sightline.frontline.referral.models.deciding import (
    NOT_ACCEPTED,
    OUTCOMES,
    Decision,
    Dissent,
    Feedback,
    HandOver,
    HandOverWords,
    NotAccepted,
    Outcome,
)
from sightline.frontline.referral.models.gathering import (
    Answer,
    PoliceIntelligence,
    ProtectedLocation,
    Question,
    Request,
    Screening,
)
from sightline.frontline.referral.models.sending import ReceiptLink, Unsent

__all__ = [
    "NOT_ACCEPTED",
    "OUTCOMES",
    "Answer",
    "Channel",
    "Concern",
    "Contact",
    "Decision",
    "Dissent",
    "Feedback",
    "HandOver",
    "HandOverWords",
    "NotAccepted",
    "Outcome",
    "PoliceIntelligence",
    "ProtectedLocation",
    "Question",
    "Rating",
    "ReceiptLink",
    "Referrer",
    "Request",
    "Screening",
    "Told",
    "Unsent",
    "Worry",
]
