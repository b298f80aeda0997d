"""What is told at the front door of the invented borough, and what the hub and its partners write.

Nobody here exists. `{name}` is the child's first name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """What somebody worries about: for children of which ages, of which kinds of harm, and in whose words."""

    youngest: int
    oldest: int
    worries: tuple[str, ...]
    narrative: str
    wishes: str = ""


STORIES: tuple[Story, ...] = (
    Story(0, 1, ("T02", "T17"), "{name} is not gaining weight. The mother sleeps badly and cries at visits."),
    Story(0, 3, ("T16",), "Officers came to a quarrel at home. {name} was in the room, in a cot."),
    Story(0, 4, ("T18",), "{name} came in wet clothes on four days. The home has no heating."),
    Story(0, 4, ("PHY",), "{name} has a bruise on the cheek. Two people explain it in two ways."),
    Story(0, 5, ("T17",), "The parent who collects {name} smelled of drink this week, twice."),
    Story(2, 5, ("T18", "T17"), "{name} missed three health checks, and nobody opens the door."),
    Story(3, 10, ("T16", "EMO"), "{name} told of shouting and broken plates at night.",
          "“I put my sister under the bed.”"),
    Story(4, 10, ("T18",), "{name} comes hungry and in the same shirt all week.",
          "“I want to eat at school every day.”"),
    Story(4, 11, ("PHY",), "{name} has a mark on the arm and says that an adult grabbed it.",
          "“Don't ring home.”"),
    Story(5, 11, ("EMO",), "{name} says that everything is their fault, and cries at the end of the day.",
          "“I want Mum to smile.”"),
    Story(5, 12, ("T19",), "{name} used words and drew pictures that a child of this age does not know.",
          "“It is a secret.”"),
    Story(6, 12, ("T17",), "{name} cares for a parent who is ill and comes late.",
          "“I'm good at cooking. I'm just tired.”"),
    Story(8, 15, ("T15",), "{name} talks at night to somebody who says that he is thirteen.",
          "“He is my friend.”"),
    Story(9, 16, ("T14",), "Others filmed {name} in the changing room and passed it on.",
          "“I want it deleted.”"),
    Story(10, 17, ("T28",), "{name} has cuts on both arms and wrote that nobody would notice.",
          "“It helps, that's all.”"),
    Story(11, 17, ("T12", "T13"), "{name} came back after two nights with a second telephone.",
          "“I owe them.”"),
    Story(12, 17, ("T11", "T13"), "{name} is collected by an older man in a car that nobody knows.",
          "“He looks after me.”"),
    Story(12, 17, ("EMO", "T16"), "{name} does not want to go home at weekends.",
          "“They only fight when I'm there.”"),
    Story(13, 17, ("T22",), "{name} repeats slogans and has begun to shut out old friends.",
          "“You wouldn't understand.”"),
    Story(14, 17, ("T26",), "{name} has lived with a friend's family since spring; the council was not told.",
          "“It's calmer here.”"),
    Story(0, 17, ("T18",), "The home of {name} has had no working lavatory for three weeks."),
    Story(0, 17, ("T16",), "A neighbour heard screams, and {name} was taken away in a car."),
    Story(5, 17, ("other",), "The family of {name} sleeps in one room and must be out by Friday.",
          "“I do homework in the bath.”"),
)  # fmt: skip
"""What is told; for every age there is more than one."""

PARENTS_TOLD = (
    "The mother was told, and agrees.",
    "Both parents were told at the school gate.",
    "The father was told by telephone; he did not like it.",
    "",
)
EARLY_HELP = (
    "The breakfast club, and two talks with the family.",
    "A family worker came four times, then nobody opened.",
    "",
)
ANSWERS: tuple[str, ...] = (
    "Known since last year. Came to every appointment but one.",
    "Two calls to the address in twelve months, both about noise.",
    "Attendance 91%. The family answers letters.",
    "Seen in the spring; nothing that worried us then.",
    "An older sister was on a plan, which ended three years ago.",
)
REASONS: dict[str, tuple[str, ...]] = {
    "no-further-action": (
        "The need is real and can be met by those who know the family already.",
        "What was told was looked into and does not show harm.",
    ),
    "early-help": (
        "Several needs that one worker with the family can help with; the parents agree.",
        "The family asks for help before it grows worse.",
    ),
    "assessment": (
        "What was told, with what partners know, points to harm if nobody finds out more.",
        "The third worry of this kind; the parents' account does not explain it.",
    ),
    "strategy-discussion": ("There is reasonable cause to suspect significant harm.",),
    "open-case": ("The child has a social worker, who needs to know today.",),
    "other-authority": ("The family moved last month; the other authority's front door has been rung.",),
}
ALTERNATIVES: dict[str, str] = {
    "below-threshold": "Your own pastoral help, and the early help advice line if it grows worse.",
    "insufficient-information": "Ring the consultation line and tell us what you have seen yourself.",
    "duplicate": "What you told stands with the earlier contact; its worker will ring you.",
    "wrong-area": "The front door of the area where the child lives; we have told them.",
    "no-consent": "Talk with the family once more; the advice line helps to prepare it.",
}
QUALITY: tuple[str, ...] = (
    "It was not clear what had happened, or when, or what the child said.",
    "What happened was clear. What the child says and what was tried was missing.",
    "Clear and complete, but for what the parents were told.",
    "Clear and complete, in the child's own words, and with what was tried before.",
)
"""What a referrer is told of a referral that scored 0, 1, 2 and 3."""

WITHOUT_CONSENT = "The child may come to harm if nobody acts, and asking would make it worse."
SCREENED = "Read with what is on record. Nothing suggests that it can wait longer than this."
ACKNOWLEDGED = "We have your referral. A manager decides by the end of the next working day."
DISSENT = "I would have gone to see the family: three worries in one year are a pattern."
SENT_BACK = "The child moved to another address last week: please look again at whose it is."
TAKEN_OVER = "Allocated; the family will hear from us this week."
QUESTION = "What do you know of the children and the adults of this household in the last two years?"
OFFERED = "Please take this on. The referral and what partners told us is with it."
AUTHORITY = "The authority to which the family moved"
