"""The invented borough: its codes belong to no real authority, its neighbours are real, published ones.

Its sizes follow a partnership of about 93,000 children under 18, which the figures of `rates` are for.
"""

from __future__ import annotations

from collections.abc import Mapping

NAME = "Addiscombe Vale"
CODE = "399"
"""A three-digit code that no authority has in DfE's published tables."""
ONS_CODE = "E09999999"
REGION = "London"

UNDER_18 = 93_000
"""Residents under 18 in the borough that the yearly figures of `rates` describe."""

LOCALITIES: Mapping[str, float] = {
    "North": 23.3,
    "South": 20.6,
    "East": 10.3,
    "West": 22.6,
    "Central": 23.2,
}
"""Localities, each with its share (%) of the children."""

SEXES: Mapping[str, float] = {"F": 48.9, "M": 51.1}
ETHNIC_GROUPS: Mapping[str, float] = {
    "white": 42.0,
    "mixed": 12.5,
    "asian": 20.5,
    "black": 21.5,
    "other": 3.5,
}
"""The shares (%) of the children by sex and by ethnic group."""

NEIGHBOURS = ("305", "308", "304", "302", "307", "310", "311", "312", "317", "320")
"""Outer London authorities with published figures, to be compared with."""

PLACED_HERE_BY = ("303", "305", "314", "315", "319", "308")
"""Authorities that, in this invention, place children in the borough."""

PLACED_AT = ("303", "305", "315", "319", "886", "936")
"""Authorities in which, in this invention, the borough's own children are placed."""

AGENCIES: Mapping[str, str] = {
    "CSC": "Addiscombe Vale Children's Services",
    "EH": "Addiscombe Vale Early Help and Children's Centres",
    "EDU": "Addiscombe Vale schools and colleges",
    "HOU": "Addiscombe Vale Housing",
    "PH": "Addiscombe Vale Public Health",
    "ASC": "Addiscombe Vale Adult Services",
    "LEG": "Addiscombe Vale Legal Services",
    "CSP": "Addiscombe Vale Community Safety Partnership",
    "YOS": "Addiscombe Vale Youth Offending Service",
    "POL": "Valeside Police",
    "ICB": "Valewater Integrated Care Board",
    "CHS": "Addiscombe Vale Community Health Trust",
    "MHT": "Valewater Mental Health Trust",
    "GP": "Addiscombe Vale general practices",
    "AMB": "Valeside Ambulance Service",
    "PRO": "Valeside Probation",
    "CAF": "Family courts advisory service",
    "FIRE": "Valeside Fire and Rescue",
    "VCS": "Vale Voluntary Forum",
    "FAI": "Vale Faiths Together",
    "YP": "Vale Youth Council",
    "LAY": "Lay members",
}

SCHOOLS: Mapping[str, str] = {
    "ORCHARD": "Vale Orchard Primary School",
    "QUARRY": "Vale Quarry Academy",
}
"""Schools that are agencies of their own, of the kind EDU: one refers well, one below the threshold."""

BODIES: tuple[tuple[str, str, str], ...] = (
    ("partnership", "Safeguarding children partnership", "coordinate, and ensure effectiveness"),
    ("executive", "Executive group", "the three safeguarding partners: set priorities and oversee the plan"),
    ("practice-review", "Practice review group", "decide on reviews, and assure that learning is embedded"),
    ("child-death", "Child death overview panel", "review every child's death"),
    ("quality", "Quality improvement group", "the assurance framework, the dataset and audits"),
    ("learning", "Learning and development group", "the training programme and its evaluation"),
    ("adolescents", "Vulnerable adolescents group", "missing and exploited children"),
    ("education", "Education group", "designated leads, schools' audits and referrals"),
    ("health", "Health group", "the health economy's safeguarding work"),
)


_SETTINGS = f"""\
name = "{NAME} Safeguarding Children Partnership"
example = true
statistical_neighbours = [{", ".join(f'"{code}"' for code in NEIGHBOURS)}]

[authority]
code = "{CODE}"
ons_code = "{ONS_CODE}"
name = "{NAME}"
region = "{REGION}"

[contact]
name = "The partnership's business unit"
email = "partnership@addiscombe-vale.example"
data_protection_email = "data.protection@addiscombe-vale.example"
hub_telephone = "020 7946 0123"
hub_team = "Front door hub"

[regimes]
lscb_from = 2006-04-01
masa_from = 2019-09-29
wt2023_from = 2023-12-15

[local_limits]
# How soon the front door answers, by the rating of the risk.
mash-response-red = "4 hours"
mash-response-amber = "24 hours"
mash-response-green = "72 hours"
# Visits in private fostering: every 5 weeks in the first year and every 10 later (statute: 6 and 12).
private-fostering-visit-first-year = "35 days"
private-fostering-visit-later-years = "70 days"
"""


def partnership_toml() -> str:
    """Write the settings file of the invented partnership (see `core.partnership`)."""
    parts = [_SETTINGS]
    for locality in LOCALITIES:
        parts.append(f'\n[[localities]]\nkey = "{locality.lower()}"\nname = "{locality}"\n')
    for code, name in {**AGENCIES, **SCHOOLS}.items():
        partner = str(code in {"CSC", "ICB", "POL"}).lower()
        kind = "EDU" if code in SCHOOLS else code
        parts.append(
            f'\n[[agencies]]\ncode = "{code.lower()}"\nname = "{name}"\nkind = "{kind}"\n'
            f"safeguarding_partner = {partner}\n"
        )
    for key, name, duty in BODIES:
        parts.append(f'\n[[bodies]]\nkey = "{key}"\nname = "{name}"\nduty = "{duty}"\n')
    return "".join(parts)
