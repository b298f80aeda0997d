"""What was typed, as the fields of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sightline.core import local
from sightline.core.models import Agency, User
from sightline.core.trust.models import Link
from sightline.frontline.referral.pages.refer.entering import came
from sightline.frontline.referral.pages.refer.forms import CENSUS_SOURCES, ChildrenForm, PageForm
from sightline.frontline.referral.pages.refer.steps import filled_in
from sightline.frontline.referral.sending import Draft

NOBODY = "Somebody who gave no name"
UNNAMED = "Somebody whom the family must not learn of"
AS_TOLD = ("narrative", "when", "wishes", "early_help", "parents_told", "consent", "consent_reason")
ANONYMOUS = "9"


def as_contact(draft: Draft, user: User | None) -> dict[str, Any]:
    """What `send_referral` takes, of a form whose pages are all valid.

    `user`: whoever has an account and tells what they know themselves.
    """
    pages = filled_in(draft)
    for page in pages.values():
        page.is_valid()
    if draft.is_immediate:
        return {**_danger(pages["danger"].cleaned_data, user), **came(draft)}
    given = {name: value for page in pages.values() for name, value in page.cleaned_data.items()}
    concern: dict[str, Any] = {name: given[name] for name in AS_TOLD if given.get(name)}
    if given.get("has_assessment"):
        concern["has_early_help_assessment"] = given["has_assessment"] == "yes"
    if given.get("level_asked"):
        concern["level_asked"] = int(given["level_asked"])
    who, how = _referrer(draft, given, user)
    return {
        "told": _told(pages["children"], given),
        "concern": {**concern, **who},
        "referrer": how,
        "worries": given["worries"],
        **came(draft),
    }


def _told(children: PageForm, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The children first, each at the address that was told; then the adults."""
    assert isinstance(children, ChildrenForm)
    subjects = [{**one, "part": Link.Part.SUBJECT} for one in children.children]
    if given["address"]:
        subjects = [{**one, "address": given["address"]} for one in subjects or [{"part": Link.Part.SUBJECT}]]
    parents = [
        {"part": Link.Part.CARER, "given_names": given[name], "remarks": remarks}
        for name, remarks in (("mother", "Mother"), ("father", "Father"))
        if given[name]
    ]
    others = [{"part": Link.Part.OTHER, "remarks": given["others"]}] if given["others"] else []
    return [*subjects, *parents, *others]


def _referrer(
    draft: Draft, given: Mapping[str, Any], user: User | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Who made the contact, as everybody sees it who sees what was told; and how they are reached."""
    agency = user.agency if user else Agency.objects.filter(code=given.get("agency", "")).first()
    parts = (given["name"], given.get("role"), given.get("workplace") or (agency and agency.name))
    named = ", ".join(str(part) for part in parts if part)
    stays_unnamed = given["stays_unnamed"]
    kinds = {one.code: one.kind for one in local.partnership().agencies}
    of_agency = CENSUS_SOURCES.get(kinds.get(agency.code, ""), "") if agency else ""
    source = given.get("tie") or of_agency
    is_anonymous = draft.who != "professional" and not named and not source
    who = {
        "referrer": UNNAMED if stays_unnamed else (named or NOBODY)[:200],
        "agency": agency,
        "source": ANONYMOUS if is_anonymous else source,
    }
    how = {
        "role": (named if stays_unnamed else given.get("role", ""))[:200],
        "telephone": given["telephone"],
        "email": given["email"],
        "stays_unnamed": stays_unnamed,
    }
    return who, how


def _danger(given: Mapping[str, Any], user: User | None) -> dict[str, Any]:
    """Anything at all, and it goes at once."""
    child, place = given["child"], given["place"]
    name = given["referrer"] or (str(user) if user else "")
    told = [{"part": Link.Part.SUBJECT, "remarks": child, "address": place}] if child or place else []
    return {
        "told": told,
        "concern": {
            "narrative": given["narrative"] or "A child is in danger now. Nothing else was told.",
            "referrer": name or NOBODY,
            "agency": user.agency if user else None,
        },
        "referrer": {"telephone": given["telephone"]},
        "is_immediate": True,
    }
