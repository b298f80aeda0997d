"""How often things happen in the invented borough, and how that changes: the shape of a real partnership.

Yearly numbers are for a borough of `borough.UNDER_18` children. The shape (not the children) follows
published reports of a large outer London partnership: about 3,600 assessments a year, 72% of them within 45
working days and 70% without further action; 350 protection plans; 805 looked-after children, half of them
unaccompanied; 3,195 missing episodes a year; 20 to 29 private fostering arrangements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sightline.clocks.calendar import add_months
from sightline.example.chance import Mix

ENTRIES = 2_450
"""Children a year who are referred after a year or more without a referral."""
STOCK = 4_450
"""Children with an episode of need open on the first day, or open again later without being new."""
CONTACTS_ONLY = 6_200
"""Children a year whose contacts lead to no referral."""
EARLY_HELP = 590
"""Early help assessments a year."""
LEAVERS = 1_000
"""Care leavers aged under 25 who left care before the first day."""
MISSING_FROM_HOME = 620
"""Missing episodes a year of children who are not known to social care."""
MISSING_FROM_OTHERS = 760
"""Missing episodes a year of children whom other authorities look after in the borough."""

REFERRED_AGAIN = 0.40
"""Share of closed episodes that are followed by a new referral, at once or within two years or so."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the system: its share of first referrals and how many days before the first day such an
    episode must be looked for to be still open on it."""

    share: float
    run_in: int


PATHS: dict[str, Path] = {
    "no-further-action": Path(8.0, 1100),
    "assessed": Path(82.0, 1100),
    "support": Path(10.5, 3000),
    "disabled": Path(2.7, 3650),
    "protection": Path(11.0, 1460),
    "care": Path(6.2, 3650),
    "unaccompanied": Path(12.5, 1300),
}
AGAIN = Mix(
    {"no-further-action": 8.0, "assessed": 76.0, "support": 11.0, "protection": 13.0, "care": 2.0},
)
"""The paths that a second or later referral of a child takes."""

AGES: dict[str, Mix[tuple[float, float]]] = {
    "general": Mix({(-0.3, 0): 2, (0, 1): 7, (1, 5): 22, (5, 10): 29, (10, 16): 32, (16, 17.6): 8}),
    "protection": Mix({(-0.3, -0.02): 6, (0, 1): 10, (1, 5): 26, (5, 10): 30, (10, 16): 26, (16, 17): 2}),
    "care": Mix({(0, 1): 20, (1, 5): 20, (5, 10): 18, (10, 16): 34, (16, 17.5): 8}),
    "disabled": Mix({(0, 2): 30, (2, 6): 35, (6, 12): 35}),
    "unaccompanied": Mix({(13, 15): 8, (15, 16): 24, (16, 17): 42, (17, 17.8): 26}),
}
"""Age in years at the first referral."""

MALE = 0.51
MALE_UNACCOMPANIED = 0.86
DISABLED = 0.11
DISABILITY = Mix(
    {
        "LD": 30.0, "AUT": 30.0, "BEH": 20.0, "COMM": 18.0, "MOB": 11.0, "PC": 8.0, "CON": 4.0, "HAND": 4.0,
        "INC": 4.0, "HEAR": 4.0, "VIS": 4.0, "DDA": 10.0,
    }
)  # fmt: skip
ETHNICITY = Mix(
    {
        "WBRI": 31.0, "WIRI": 0.7, "WIRT": 0.3, "WROM": 0.5, "WOTH": 9.0, "MWBC": 7.0, "MWBA": 3.0,
        "MWAS": 2.5, "MOTH": 5.0, "AIND": 4.0, "APKN": 4.0, "ABAN": 1.0, "AOTH": 5.0, "BCRB": 9.0,
        "BAFR": 11.0, "BOTH": 4.0, "CHNE": 0.5, "OOTH": 2.0, "REFU": 0.3, "NOBT": 1.7,
    }
)  # fmt: skip
ETHNICITY_UNACCOMPANIED = Mix({"WOTH": 45.0, "AOTH": 22.0, "BAFR": 20.0, "OOTH": 12.0, "NOBT": 1.0})

SOURCE = Mix(
    {
        "6": 28.0, "2A": 20.0, "1A": 6.0, "1B": 2.0, "1C": 1.0, "1D": 2.0, "2B": 2.0, "3A": 2.0, "3B": 2.0,
        "3C": 1.0, "3D": 3.0, "3E": 5.0, "3F": 6.0, "4": 1.5, "5A": 3.5, "5B": 6.0, "5C": 4.0, "7": 3.0,
        "8": 4.0, "9": 3.0, "10": 1.0,
    }
)  # fmt: skip
NEED = Mix(
    {"N1": 56.0, "N2": 4.0, "N3": 3.0, "N4": 10.0, "N5": 15.0, "N6": 4.0, "N7": 0.5, "N8": 1.5, "N9": 1.0}
)
FACTOR = Mix(
    {
        "3B": 33.0, "3A": 8.0, "4B": 28.0, "4A": 16.0, "17A": 18.0, "16A": 14.0, "1B": 12.0, "2B": 12.0,
        "2A": 4.0, "18C": 10.0, "18B": 2.0, "19C": 4.0, "19B": 2.0, "14A": 7.0, "5A": 6.0, "5B": 3.0,
        "6A": 5.0, "6B": 5.0, "7A": 3.0, "8E": 0.4, "10A": 4.0, "11A": 3.0, "12A": 1.0, "13A": 3.0,
        "15A": 5.0, "20": 5.0, "22A": 0.7, "23A": 0.4, "24A": 3.0,
    }
)  # fmt: skip
ABUSE = Mix({"EMO": 42.0, "NEG": 40.0, "PHY": 11.0, "SAB": 5.0, "MUL": 2.0})

EARLY_HELP_BY = Mix(
    {
        "Primary school": 32.0, "Secondary school": 16.0, "Nursery": 5.0, "Early Help family support": 20.0,
        "Children's centre": 12.0, "Health visiting": 7.0, "School nursing": 3.0, "Housing": 2.0,
        "Voluntary sector": 3.0,
    }
)  # fmt: skip
"""Who completes early help assessments: 53% education, 32% early help and children's centres."""


@dataclass(frozen=True, slots=True)
class Stories:
    """What changes over the years from `first` to `until`, so that charts have something to find.

    Missing episodes rise, and step up in the last fifth. Return interviews in time fall for seven months and
    recover in the last five. In the last three months the Central hub slows. Plans of two years become rare.
    Demand rises a little every year; re-referrals stay as they are.
    """

    first: date
    until: date

    def _elapsed(self, day: date) -> float:
        return (day - self.first).days / max(1, (self.until - self.first).days)

    def demand(self, day: date) -> float:
        """Give referrals on `day` against the average of the years."""
        return 1 + 0.12 * (min(1.1, max(-0.6, self._elapsed(day))) - 0.5)

    def missing(self, day: date) -> float:
        """Give missing episodes on `day` against the average of the years."""
        elapsed = self._elapsed(day)
        return 1.34 if elapsed > 0.8 else 0.82 + 0.24 * max(0.0, elapsed)

    def assessed_in_time(self, started: date, locality: str) -> float:
        """Give the share of assessments authorised within 45 working days."""
        slow = locality == "Central" and add_months(self.until, -4) < started <= self.until
        return 0.40 if slow else 0.725

    def interviewed_in_time(self, found: date) -> float:
        """Give the share of return interviews held within 72 hours."""
        months = (self.until.year - found.year) * 12 + self.until.month - found.month
        if months > 11 or months < 0:
            return 0.76
        return 0.76 - 0.055 * (12 - months) if months >= 5 else 0.375 + 0.075 * (5 - months)

    def lasts_two_years(self, started: date) -> float:
        """Give the share of plans started on `started` that will last two years."""
        years = (started - self.first).days / 365.25
        return min(0.16, max(0.03, 0.045 - 0.046 * years))
