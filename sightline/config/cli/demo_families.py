"""The invented children of the demo, their families, and the contacts that were raised about them.

Nobody here exists. Names are of many origins, as they are in a borough; ages count back from today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

ENGAGED, NOT_CONTACTED = "engaged", "identified-not-contacted"
AWAY, UNKNOWN, UNSAFE = "whereabouts-unknown", "unidentified", "unsafe-to-contact"


@dataclass(frozen=True)
class Child:
    """A child of the demo; `age` of None is a child who is not born yet, expected in `expected_in` days."""

    given_names: str
    sex: str
    age: int | None
    birthday: tuple[int, int] = (1, 1)
    expected_in: int = 0

    def known(self, family_name: str, today: date) -> dict[str, object]:
        """What the child's record holds."""
        if self.age is None:
            expected = today + timedelta(days=self.expected_in)
            return {"family_name": family_name, "expected_on": expected}
        month, day = self.birthday
        is_ahead = (month, day) > (today.month, today.day)
        born = date(today.year - self.age - is_ahead, month, day)
        return {
            "given_names": self.given_names,
            "family_name": family_name,
            "born_on": born,
            "sex": self.sex,
        }


@dataclass(frozen=True)
class Adult:
    """Somebody who matters to the children of a family: `kind` and `contact` as relationships store them."""

    kind: str
    name: str
    contact: str = ENGAGED
    lives_there: bool | None = None
    reason: str = ""
    has_responsibility: bool | None = None


@dataclass(frozen=True)
class Family:
    """Children who live together, where, and who matters to them."""

    key: str
    name: str
    children: Sequence[Child]
    adults: Sequence[Adult]
    lines: str
    postcode: str
    language: str = "English"
    protected: str = ""
    """An address that must be kept from somebody: where they are now, in place of `lines`."""
    keep_from: str = ""


@dataclass(frozen=True)
class Told:
    """A contact of the demo: the child it is about, who raised it, what was told, and what followed."""

    family: str
    child: int
    sender: str
    days_ago: int
    narrative: str
    wishes: str = ""
    allocated: str = ""
    outcome: str = ""
    intelligence: str = ""
    restriction: str = ""
    excluded: str = ""
    invited: Sequence[tuple[str, int]] = field(default_factory=tuple)
    """Accounts that were let in besides, and up to which level."""


def _mother(name: str, **more: object) -> Adult:
    return Adult("mother", name, lives_there=True, has_responsibility=True, **more)  # type: ignore[arg-type]


def _father(name: str, contact: str = ENGAGED, *, home: bool = True, reason: str = "") -> Adult:
    return Adult("father", name, contact, home, reason, has_responsibility=home or None)


FAMILIES: Sequence[Family] = (
    Family(
        "okafor-lind",
        "Okafor-Lind",
        [Child("Amira", "female", 9, (3, 14)), Child("Noah", "male", 6, (11, 2))],
        [
            _mother("Ngozi Okafor-Lind"),
            _father("Erik Lind", UNSAFE, home=False, reason="Bail conditions: no contact with the mother"),
            Adult("grandparent", "Adaeze Okafor"),
        ],
        "7 Quarry Rise, Addiscombe Vale",
        "AV4 2QR",
        protected="Room 5, Fernside House, Addiscombe Vale, AV7 9FH",
        keep_from="Erik Lind, the children's father, and his brothers",
    ),
    Family(
        "demirci",
        "Demirci",
        [Child("Elif", "female", 4, (5, 21)), Child("Deniz", "male", 4, (5, 21))],
        [_mother("Selin Demirci"), _father("Murat Demirci")],
        "Flat 3, 22 Mill Lane, Addiscombe Vale",
        "AV1 3ML",
        "Turkish",
    ),
    Family(
        "hartwell",
        "Hartwell",
        [Child("", "unknown", None, expected_in=70)],
        [
            _mother("Jodie Hartwell"),
            Adult(
                "father",
                "",
                UNKNOWN,
                reason="Asked on two visits: the mother does not wish to name him",
            ),
        ],
        "14 Weir Court, Addiscombe Vale",
        "AV2 8WC",
    ),
    Family(
        "nowicki",
        "Nowicki",
        [Child("Zofia", "female", 14, (9, 30)), Child("Antoni", "male", 11, (1, 17))],
        [
            _mother("Beata Nowicka"),
            _father(
                "Piotr Nowicki",
                AWAY,
                home=False,
                reason="Left in spring; letters to his last address came back",
            ),
        ],
        "51 Station Parade, Addiscombe Vale",
        "AV3 1SP",
        "Polish",
    ),
    Family(
        "rahman",
        "Rahman",
        [Child("Tahmid", "male", 2, (7, 8))],
        [
            _mother("Nusrat Rahman"),
            _father("Imran Rahman"),
            Adult("grandparent", "Salma Rahman", lives_there=True),
        ],
        "9 Larch Close, Addiscombe Vale",
        "AV5 6LC",
        "Bengali",
    ),
    Family(
        "pryce",
        "Pryce",
        [
            Child("Carys", "female", 15, (2, 3)),
            Child("Iwan", "male", 12, (8, 19)),
            Child("Nia", "female", 8, (4, 25)),
        ],
        [
            _mother("Bethan Pryce"),
            _father(
                "Gareth Pryce",
                NOT_CONTACTED,
                home=False,
                reason="Lives in the next borough; to be rung this week",
            ),
            Adult("partner", "Wayne Tolland", lives_there=True),
        ],
        "30 Foundry Street, Addiscombe Vale",
        "AV1 9FS",
    ),
    Family(
        "mbeki-stone",
        "Mbeki-Stone",
        [Child("Lwazi", "male", 16, (12, 11))],
        [Adult("male-carer", "Themba Mbeki-Stone", lives_there=True, has_responsibility=True)],
        "2 Chapel View, Addiscombe Vale",
        "AV6 4CV",
    ),
    Family(
        "castellan",
        "Castellan",
        [Child("Rosa", "female", 1, (6, 1)), Child("Inés", "female", 3, (10, 12))],
        [_mother("Marisol Castellan"), _father("Diego Castellan")],
        "88 Harbour Way, Addiscombe Vale",
        "AV2 5HW",
        "Spanish",
    ),
    Family(
        "sandhu",
        "Sandhu",
        [Child("Jasleen", "female", 13, (3, 29)), Child("Arjan", "male", 10, (9, 9))],
        [_mother("Harpreet Sandhu"), _father("Balraj Sandhu")],
        "17 Orchard Gardens, Addiscombe Vale",
        "AV4 7OG",
        "Punjabi",
    ),
    Family(
        "ferrow",
        "Ferrow",
        [Child("Tyler", "male", 7, (5, 5)), Child("Skye", "female", 5, (12, 24))],
        [
            _mother("Kelly Ferrow"),
            Adult("father", "", UNKNOWN, reason="Not on the birth certificate; grandmother will ask"),
            Adult("grandparent", "Maureen Ferrow"),
        ],
        "Flat 12, Beacon Tower, Addiscombe Vale",
        "AV3 3BT",
    ),
    Family(
        "tesfaye",
        "Tesfaye",
        [Child("Selam", "female", 12, (1, 7)), Child("Yonas", "male", 9, (1, 19))],
        [
            _mother("Hiwot Tesfaye"),
            _father("Daniel Tesfaye", NOT_CONTACTED, home=False, reason="Works away until May"),
        ],
        "40 Canal Walk, Addiscombe Vale",
        "AV7 1CW",
        "Amharic",
    ),
    Family(
        "lisowska-grey",
        "Lisowska-Grey",
        [Child("Oskar", "male", 3, (2, 28))],
        [
            _mother("Magda Lisowska-Grey"),
            Adult("partner", "Dean Grey", lives_there=True),
            Adult("father", "", UNKNOWN, reason="The mother is not sure who he is"),
        ],
        "6 Tannery Yard, Addiscombe Vale",
        "AV5 2TY",
    ),
    Family(
        "chukwu-bell",
        "Chukwu-Bell",
        [
            Child("Kezia", "female", 11, (6, 16)),
            Child("Micah", "male", 8, (7, 27)),
            Child("Josiah", "male", 5, (3, 2)),
        ],
        [_mother("Precious Chukwu-Bell"), _father("Andrew Bell")],
        "25 Priory Road, Addiscombe Vale",
        "AV6 8PR",
    ),
)

CONTACTS: Sequence[Told] = (
    Told(
        "okafor-lind",
        0,
        "school-lead",
        1,
        "On Thursday morning Amira came to school in yesterday's clothes and without lunch. At break "
        "she told her "
        "teacher that Dad had found the new house and banged on the door in the night, and that Mum "
        "was hurt on "
        "the arm. Her mother did not answer the phone until noon; she then said it was nothing.",
        "“I don't want Dad to know where we sleep. I want Noah to have his own bed again.”",
        allocated="hub-worker",
        intelligence="Two calls to the old address in May, one arrest for assault. Bail until 14 January: "
        "not to go near the mother. His brother asks neighbours where she has gone.",
        invited=[("health-nurse", 3)],
    ),
    Told(
        "demirci",
        0,
        "health-nurse",
        2,
        "Both twins missed three appointments for their hearing. At the door the father said they were "
        "well. They "
        "do not speak yet.",
        "Elif pointed at the toys and smiled.",
    ),
    Told(
        "hartwell",
        0,
        "health-nurse",
        3,
        "The mother is 30 weeks pregnant and booked late. Two older children live with their aunt. She "
        "sleeps on "
        "a friend's sofa.",
    ),
    Told(
        "nowicki",
        0,
        "school-lead",
        4,
        "Zofia was missing overnight twice in a fortnight and came back with a new phone. She is "
        "collected from "
        "school by a man in a white van whom she calls her cousin.",
        "“He's nice to me. You'd all just stop it.”",
        allocated="hub-manager",
        restriction="restricted",
        intelligence="The van belongs to a man who was questioned about two other girls. "
        "Do not tell the family.",
    ),
    Told(
        "rahman",
        0,
        "social-worker",
        5,
        "A neighbour rang: shouting every evening, and the little boy alone in the garden at dusk.",
        outcome="Visited the same day. The grandmother watches him from the kitchen; the shouting was the "
        "television. The family wants help with housing and gets it. No further action.",
    ),
    Told(
        "pryce",
        0,
        "school-lead",
        6,
        "Carys has marks on her lower arm that she hides. She says that her mother's partner calls her "
        "names.",
        "“I'm fine when he's not there.”",
        allocated="hub-worker",
        excluded="early-help",
    ),
    Told(
        "mbeki-stone",
        0,
        "police-unit",
        7,
        "Lwazi was stopped at night with a younger boy, neither with a reason to be there. His uncle "
        "came for him "
        "at once and was worried.",
        "He wants to go back to boxing.",
        outcome="The family works with early help. The boxing club has a place for him from next week.",
    ),
    Told(
        "castellan",
        0,
        "health-nurse",
        8,
        "Rosa has not gained weight since her last visit. Her mother cries when she is asked how she is.",
    ),
    Told(
        "sandhu",
        0,
        "social-worker",
        9,
        "A member of staff of a partner agency is close to this family. Jasleen has said that she is to be "
        "married in the summer and must tell nobody.",
        "“If they know that I told, I am gone.”",
        allocated="hub-manager",
        restriction="sealed",
    ),
    Told(
        "ferrow",
        0,
        "school-lead",
        10,
        "Tyler eats whatever the others leave. His sister is collected late three days a week.",
        "“Nan's house has dinners.”",
    ),
    Told(
        "tesfaye",
        1,
        "school-lead",
        12,
        "Yonas came with a bruise on his cheek. He and his sister each said that he fell off the "
        "climbing frame; "
        "a playground worker saw it.",
        "“I jumped too far.”",
        outcome="The school saw it happen. His mother was told why you asked. No further action.",
    ),
    Told(
        "lisowska-grey",
        0,
        "police-unit",
        15,
        "Officers were called to an argument. Oskar slept through it. No injuries; his mother asked "
        "her partner "
        "to leave, and he did.",
        intelligence="One earlier call, in another borough, with another partner.",
    ),
)
