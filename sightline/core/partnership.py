"""A partnership's settings: one readable file, `partnership.toml`, checked as a whole.

Plain Python. Every mistake in the file is reported at once, each naming the table, the key, the value found
and what was expected, so that the file can be mended in one go.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sightline.clocks import CLOCKS, ClockError, Limit, validate_local
from sightline.core.policy import Kind
from sightline.core.retention import Rule, read_rules
from sightline.core.toml_table import Table

REGIONS = (
    "North East",
    "North West",
    "Yorkshire and The Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
)

AGENCY_KINDS: Mapping[str, str] = {
    "CSC": "Children's social care",
    "EH": "Early help and children's centres",
    "EDU": "Schools, colleges and other education",
    "HOU": "Housing",
    "PH": "Public health",
    "ASC": "Adult services",
    "LEG": "Legal services",
    "CSP": "Community safety",
    "YOS": "Youth offending service",
    "POL": "Police",
    "ICB": "Integrated care board",
    "CHS": "Acute or community health trust",
    "MHT": "Mental health trust and CAMHS",
    "GP": "General practices",
    "AMB": "Ambulance service",
    "PRO": "Probation",
    "CAF": "CAFCASS",
    "HO": "Home Office and border agency",
    "FIRE": "Fire and rescue",
    "COR": "Coroner",
    "VCS": "Voluntary sector",
    "FAI": "Faith bodies",
    "YP": "Young people's councils",
    "LAY": "Lay members",
    "OLA": "Other authorities",
    "INS": "Inspectorates",
    "DEM": "Scrutiny and cabinet",
}

SAFEGUARDING_PARTNERS = ("CSC", "ICB", "POL")
"""The kinds that hold the joint duty: Children Act 2004, section 16E (local authority, health, police)."""


class NotSettled(Exception):
    """The settings file is missing, cannot be read or says something that it must not."""


@dataclass(frozen=True)
class Authority:
    """The local authority whose area the partnership covers."""

    code: str
    ons_code: str
    name: str
    region: str


@dataclass(frozen=True)
class Contact:
    """Who looks after the installation, who answers questions about personal data, and where to ring the hub.

    `hub_telephone` is empty where the front line is off, or has no number of its own. `hub_team` is the name
    of the team that gets what is sent by the referral form; while it is empty the form is closed.
    """

    name: str
    email: str
    data_protection_email: str
    hub_telephone: str
    hub_team: str


@dataclass(frozen=True)
class Locality:
    """A part of the area that figures are broken down by."""

    key: str
    name: str


@dataclass(frozen=True)
class PartnerAgency:
    """An agency of the partnership; its kind is a key of `AGENCY_KINDS`."""

    code: str
    name: str
    kind: str
    safeguarding_partner: bool


@dataclass(frozen=True)
class Body:
    """A board, group or panel of the partnership, and the duty that it fulfils."""

    key: str
    name: str
    duty: str


@dataclass(frozen=True)
class Regimes:
    """From when each legal regime applied here, or None while it never has.

    A local safeguarding children board (Children Act 2004, section 13), multi-agency safeguarding
    arrangements (section 16E, running by 29 September 2019), and Working Together 2023.
    """

    lscb_from: date | None
    masa_from: date | None
    wt2023_from: date | None


@dataclass(frozen=True)
class Partnership:
    """Everything that one partnership settles for itself."""

    name: str
    example: bool
    authority: Authority
    contact: Contact
    localities: tuple[Locality, ...]
    statistical_neighbours: tuple[str, ...]
    agencies: tuple[PartnerAgency, ...]
    bodies: tuple[Body, ...]
    local_limits: Mapping[str, Limit]
    regimes: Regimes
    retention: Mapping[Kind, Rule]


DFE_CODE = re.compile(r"\d{3}")
ONS_CODE = re.compile(r"[EW]\d{8}")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"\+?[0-9][0-9 ]{2,18}[0-9]")
TEAM = re.compile(r".{1,200}")
A_TELEPHONE = "a telephone number of digits and spaces, such as '020 7946 0123'"


def read(path: Path) -> Partnership:
    """Read and check a settings file. Raises `NotSettled`, naming every mistake in it."""
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError:
        raise NotSettled(f"{path}: there is no such file; expected the partnership's settings") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotSettled(f"{path}: not a TOML file: {error}") from None
    partnership, errors = _partnership(content)
    if errors or partnership is None:
        raise NotSettled("\n".join([f"{path}: {len(errors)} to mend:", *(f"- {error}" for error in errors)]))
    return partnership


def _partnership(content: dict[str, Any]) -> tuple[Partnership | None, list[str]]:
    errors: list[str] = []
    top = Table("", content, errors)
    found = Partnership(
        name=top.text("name"),
        example=top.flag("example"),
        authority=_authority(top.table("authority")),
        contact=_contact(top.table("contact")),
        localities=tuple(_locality(table) for table in top.tables("localities")),
        statistical_neighbours=top.texts("statistical_neighbours", DFE_CODE, "three digits (DfE's code)"),
        agencies=tuple(_agency(table) for table in top.tables("agencies")),
        bodies=tuple(_body(table) for table in top.tables("bodies")),
        local_limits=_local_limits(top.table("local_limits", required=False)),
        regimes=_regimes(top.table("regimes")),
        retention=read_rules(top.table("retention", required=False)),
    )
    top.no_other_keys()
    _check_keys("localities", [locality.key for locality in found.localities], errors)
    _check_keys("agencies", [agency.code for agency in found.agencies], errors)
    _check_keys("bodies", [body.key for body in found.bodies], errors)
    _check_partners(found.agencies, errors)
    _check_regimes(found.regimes, errors)
    return (None if errors else found), errors


def _authority(table: Table) -> Authority:
    authority = Authority(
        code=table.text("code", DFE_CODE, "three digits (DfE's code)"),
        ons_code=table.text(
            "ons_code", ONS_CODE, "a letter and eight digits (ONS code), such as 'E09000008'"
        ),
        name=table.text("name"),
        region=table.choice("region", REGIONS),
    )
    table.no_other_keys()
    return authority


def _contact(table: Table) -> Contact:
    contact = Contact(
        name=table.text("name"),
        email=table.text("email", EMAIL, "an e-mail address"),
        data_protection_email=table.text("data_protection_email", EMAIL, "an e-mail address"),
        hub_telephone=table.optional("hub_telephone", TELEPHONE, A_TELEPHONE),
        hub_team=table.optional("hub_team", TEAM, "the name of a team"),
    )
    table.no_other_keys()
    return contact


def _locality(table: Table) -> Locality:
    locality = Locality(key=table.text("key", KEY, "a key in kebab-case"), name=table.text("name"))
    table.no_other_keys()
    return locality


def _agency(table: Table) -> PartnerAgency:
    agency = PartnerAgency(
        code=table.text("code", KEY, "a code in kebab-case"),
        name=table.text("name"),
        kind=table.choice("kind", tuple(AGENCY_KINDS)),
        safeguarding_partner=table.flag("safeguarding_partner"),
    )
    table.no_other_keys()
    return agency


def _body(table: Table) -> Body:
    body = Body(
        key=table.text("key", KEY, "a key in kebab-case"), name=table.text("name"), duty=table.text("duty")
    )
    table.no_other_keys()
    return body


def _local_limits(table: Table) -> Mapping[str, Limit]:
    limits: dict[str, Limit] = {}
    for key in table.names():
        text = table.text(key)
        if key not in CLOCKS:
            table.wrong(key, text, "the key of a clock ('sightline clocks list' shows them)")
            continue
        try:
            limit = Limit.parse(text)
            validate_local(CLOCKS[key], limit)
        except ClockError as error:
            table.wrong(key, text, str(error))
        else:
            limits[key] = limit
    return limits


def _regimes(table: Table) -> Regimes:
    regimes = Regimes(
        lscb_from=table.day("lscb_from"),
        masa_from=table.day("masa_from"),
        wt2023_from=table.day("wt2023_from"),
    )
    table.no_other_keys()
    return regimes


def _check_keys(name: str, keys: list[str], errors: list[str]) -> None:
    if not keys:
        errors.append(f"{name}: none found; expected at least one")
    for key in sorted({key for key in keys if key and keys.count(key) > 1}):
        errors.append(f"{name}: {key!r} stands there {keys.count(key)} times; expected each key once")


def _check_partners(agencies: tuple[PartnerAgency, ...], errors: list[str]) -> None:
    flagged = [agency for agency in agencies if agency.safeguarding_partner]
    for agency in flagged:
        if agency.kind and agency.kind not in SAFEGUARDING_PARTNERS:
            errors.append(
                f"agencies: {agency.code!r} of kind {agency.kind!r} cannot be a safeguarding partner; "
                f"expected one of {', '.join(SAFEGUARDING_PARTNERS)}"
            )
    for kind in SAFEGUARDING_PARTNERS:
        if kind not in {agency.kind for agency in flagged}:
            errors.append(f"agencies: no safeguarding partner of kind {kind!r}; expected at least one")


def _check_regimes(regimes: Regimes, errors: list[str]) -> None:
    days = [day for day in (regimes.lscb_from, regimes.masa_from, regimes.wt2023_from) if day]
    if days != sorted(days):
        errors.append("regimes: expected lscb_from before masa_from before wt2023_from")
