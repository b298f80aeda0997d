"""People and what is known of them. Each person has a dossier; what is known hangs off it, by section."""

from sightline.people.models.people import (
    Address,
    EarlierDetails,
    Ending,
    Household,
    Identifier,
    OtherName,
    Person,
    PersonKey,
    ProtectedAddress,
    Relationship,
)

__all__ = [
    "Address",
    "EarlierDetails",
    "Ending",
    "Household",
    "Identifier",
    "OtherName",
    "Person",
    "PersonKey",
    "ProtectedAddress",
    "Relationship",
]
