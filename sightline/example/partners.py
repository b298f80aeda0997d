"""What the partner agencies send: rows of our own templates, by the template's column keys.

All but private fostering scale with the borough. Private fostering keeps the 20 to 29 arrangements that a
large borough reports, since a quarter of them would tell nothing month by month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from sightline.clocks.calendar import add_months, add_working_days
from sightline.example import borough, rates
from sightline.example.chance import Mix, between, events, lasting, stream
from sightline.example.days import DAY, birthday, month_starts, working_day_from
from sightline.example.mess import Row
from sightline.example.missing import go_missing
from sightline.example.record import Child, Missing, seen
from sightline.example.world import World

_SECTOR = Mix(
    {
        "education": 44, "early-years": 12, "social-care": 9, "foster": 11, "health": 6, "transport": 4,
        "faith": 3, "voluntary": 5, "other": 6,
    }
)  # fmt: skip
_TOLD_BY = Mix({"education": 42, "police": 14, "social-care": 18, "early-years": 10, "health": 7, "other": 9})
_OUTCOME = Mix({"substantiated": 38, "unsubstantiated": 36, "unfounded": 16, "false": 7, "malicious": 3})
_COURSES: dict[tuple[str, str], int] = {
    ("Level 3 safeguarding", "3"): 262,
    ("Learning from serious case reviews", "2"): 244,
    ("Partnership conference", "refresher"): 186,
    ("Parents in prison", "2"): 83,
    ("Prevent", "1"): 81,
    ("Fabricated or induced illness", "3"): 77,
    ("Exploitation", "2"): 60,
    ("Domestic abuse and sexual violence", "2"): 56,
    ("Private fostering", "2"): 47,
    ("Domestic abuse and honour-based violence", "3"): 29,
    ("Systemic practice", "3"): 29,
    ("Exploitation and gangs", "2"): 24,
    ("Engaging fathers and other men", "2"): 21,
    ("Child trafficking", "2"): 20,
    ("Introduction to safeguarding", "online"): 1600,
}
"""Attendances a year by course and level."""
_ATTENDS = Mix(
    {
        "EDU": 38,
        "CSC": 18,
        "EH": 10,
        "CHS": 12,
        "VCS": 8,
        "MHT": 3,
        "POL": 3,
        "HOU": 3,
        "ICB": 2,
        "PRO": 1,
        "YOS": 2,
    }
)
_TEAMS = {"Assessment": 60, "Children in Need": 80, "Child Protection": 50, "Children Looked After": 60}
"""Established posts by team."""
_RETURNS = ("multi-agency dataset", "section-11 self-assessment")
_SPLIT_FOR = 24
"""For how many months the police return attendance at initial and review conferences apart."""
_LATE = "MHT"
"""The agency whose returns come late from the second year on."""
_DEATH = Mix({"8": 34, "7": 22, "5": 8, "10": 8, "3": 6, "9": 6, "4": 6, "6": 6, "2": 3, "1": 1})


def about(child: Child) -> Row:
    """Give the columns of a child that all lists about children share."""
    return {
        "child_id": child.id, "born_on": child.born, "sex": child.sex, "ethnicity": child.ethnicity,
        "is_disabled": bool(child.disabilities), "is_uasc": child.is_uasc, "locality": child.locality,
    }  # fmt: skip


def missing_row(episode: Missing, taken: date) -> Row:
    """Give the police's line on an episode, as it stood on the day the list was taken."""
    told = datetime.combine(taken, time(9))
    held = episode.held_at if episode.held_at and episode.held_at <= told else None
    found = episode.found_at if episode.found_at <= told else None
    return {
        "reported_at": episode.reported_at, "found_at": found, "kind": "M" if episode.is_missing else "A",
        "missing_from": episode.missing_from, "risk": episode.risk,
        "responsible_authority": episode.authority, "was_offered": episode.offered if found else None,
        "was_accepted": episode.accepted if found else None, "held_at": held,
    }  # fmt: skip


def missing_elsewhere(world: World) -> Iterator[tuple[Row, Missing]]:
    """Give the episodes of children whom other authorities look after in the borough, by police reference."""
    yearly = 4.6
    for number in range(round(rates.MISSING_FROM_OTHERS / yearly * world.scale)):
        rng = stream(world.seed, "elsewhere", number)
        born = between(rng, add_months(world.first, -15 * 12), add_months(world.first, -9 * 12))
        known = {
            "police_id": f"M{number:06d}", "born_on": born, "sex": rng.choice("MMF"),
            "ethnicity": rates.ETHNICITY.draw(rng), "is_disabled": rng.random() < 0.15, "is_uasc": False,
            "locality": rng.choice(list(borough.LOCALITIES)),
        }  # fmt: skip
        last = min(world.horizon, birthday(born, 18))
        authority = rng.choice(borough.PLACED_HERE_BY)
        for episode in go_missing(
            rng, world.stories, world.first, last, yearly, "other-authority-care", authority
        ):
            yield known, episode


def allegations(world: World, first: date, last: date, taken: date) -> Iterator[Row]:
    """Contacts with the designated officer: the year's own, and referrals not concluded before it."""
    for number in range(round(300 * world.scale * world.years)):
        rng = stream(world.seed, "allegation", number)
        contacted = working_day_from(between(rng, world.first, world.until))
        is_referral = rng.random() < 0.46
        concluded = contacted + _until_outcome(rng, is_referral)
        row = {
            "allegation": f"DO-{number:05d}",
            "contacted_on": contacted,
            "employer_aware_on": contacted - rng.choice((0, 0, 0, 1, 1, 3, 8)) * DAY,
            "is_referral": is_referral,
            "had_strategy_meeting": is_referral and rng.random() < 0.62,
            "employer_sector": _SECTOR.draw(rng),
            "referrer_sector": _TOLD_BY.draw(rng),
            "outcome": _OUTCOME.draw(rng) if is_referral and concluded <= taken else None,
            "concluded_on": seen(concluded, taken) if is_referral else None,
        }
        if (
            contacted <= last
            and (not is_referral or concluded >= first)
            and (is_referral or contacted >= first)
        ):
            yield row


def _until_outcome(rng: Random, is_referral: bool) -> timedelta:
    if not is_referral:
        return timedelta(0)
    return lasting(rng, 18) if rng.random() < 0.76 else lasting(rng, 90)


def private_fostering(world: World, first: date, last: date, taken: date) -> Iterator[Row]:
    """Arrangements that stood in the year, a row a visit since the notice."""
    count = round(31 * max(1.0, world.scale) * (world.years + 2))
    begin = add_months(world.first, -24)
    for number in range(count):
        rng = stream(world.seed, "private-fostering", number)
        # Spread evenly, so that the stock stays in its range and each month tells of chance alone.
        share = (number + rng.random()) / count
        notified = working_day_from(begin + timedelta(days=int(share * (world.until - begin).days)))
        started = notified - timedelta(days=rng.randrange(-20, 40))
        ended = max(notified, started) + lasting(rng, 270, 4)
        born = between(rng, add_months(started, -15 * 12), add_months(started, -5 * 12))
        child = Child(
            f"1{number:06d}", rng.choice("MF"), born, rates.ETHNICITY.draw(rng), (), "",
            rng.choice(list(borough.LOCALITIES)),
        )  # fmt: skip
        arrangement = {
            **about(child), "notified_on": notified, "started_on": started, "ended_on": seen(ended, taken),
            "suitability": rng.choice(("suitable", "suitable", "suitable", "requirements", "pending")),
        }  # fmt: skip
        visits = list(_visits(rng, notified, min(ended, taken)))
        if started <= last and notified <= last and ended >= first:
            for visit, is_alone in visits:
                yield {**arrangement, "visited_on": visit, "was_seen_alone": is_alone}
            if not visits:
                yield arrangement


def _visits(rng: Random, notified: date, last: date) -> Iterator[tuple[date, bool]]:
    on_time = rng.random() < 0.8
    day = add_working_days(notified, rng.randrange(1, 8) if on_time else rng.randrange(8, 16))
    while day <= last:
        yield day, rng.random() < 0.9
        every = 35 if (day - notified).days < 365 else 70
        day = working_day_from(day + timedelta(days=every - rng.randrange(9)))
        if rng.random() < 0.1:
            day += timedelta(days=14)


def child_deaths(world: World, first: date, last: date, taken: date) -> Iterator[Row]:
    """The year's deaths, with the panel's review where it was done by `taken`."""
    for number in range(round(26 * world.scale * world.years)):
        rng = stream(world.seed, "death", number)
        died = between(rng, world.first, world.until)
        age = timedelta(days=rng.choice((0, 1, 3, 20, 60, 200, 900, 2500, 5500)))
        is_expected = rng.random() < 0.6
        reviewed = died + lasting(rng, 165, 8)
        is_done = reviewed <= taken
        row = {
            "case_id": f"CD{number:05d}", "born_on": died - age, "sex": rng.choice("MMF"),
            "ethnicity": rates.ETHNICITY.draw(rng), "is_disabled": is_expected and rng.random() < 0.4,
            "is_uasc": False, "locality": rng.choice(list(borough.LOCALITIES)), "died_on": died,
            "notified_on": died + rng.choice((0, 1, 1, 2, 4)) * DAY, "reviewed_on": seen(reviewed, taken),
            "is_expected": is_expected, "category": _DEATH.draw(rng) if is_done else None,
            "is_modifiable": rng.random() < 0.3 if is_done else None,
        }  # fmt: skip
        if first <= died <= last:
            yield row


def training(world: World, first: date, last: date, _: date) -> Iterator[Row]:
    """The year's attendances at courses."""
    staff = max(20, round(2300 * world.scale))
    for month in month_starts(first, last):
        rng = stream(world.seed, "training", month)
        for (course, level), yearly in _COURSES.items():
            held = add_working_days(month, rng.randrange(1, 19))
            season = 0.3 if month.month == 8 else 1.06
            many = min(staff, events(rng, yearly * world.scale / 12 * season))
            for person in rng.sample(range(staff), many):
                yield {
                    "attended_on": held, "person": f"T{person:05d}", "course": course, "level": level,
                    "agency": _ATTENDS.draw(stream(world.seed, "attendee", person)),
                    "has_completed": rng.random() < 0.96,
                }  # fmt: skip


def workforce(world: World, first: date, last: date, _: date) -> Iterator[Row]:
    """The year's months of each team."""
    for month in month_starts(first, last):
        for team, full in _TEAMS.items():
            rng = stream(world.seed, "workforce", month, team)
            posts = max(5.0, round(full * world.scale, 1))
            # Vacancies fall slowly over the years, as agency workers are made permanent.
            share = 0.24 - 0.06 * (month - world.first).days / max(1, (world.until - world.first).days)
            vacant = round(posts * (share + rng.uniform(-0.03, 0.03)), 1)
            holders = round(posts * 0.85)
            yield {
                "stood_on": f"{month:%Y-%m}", "agency": "CSC", "team": team, "established_posts": posts,
                "vacant_posts": vacant, "agency_workers": round(vacant * rng.uniform(0.7, 0.95), 1),
                "starters": events(rng, posts * 0.016), "leavers": events(rng, posts * 0.014),
                "converted": events(rng, posts * 0.004), "case_holders": holders,
                "above_ceiling": min(holders, events(rng, holders * 0.17)),
            }  # fmt: skip


def agency_returns(world: World, first: date, last: date, taken: date) -> Iterator[Row]:
    """What was asked of the agencies in the year: the hub's and the police's monthly figures, and returns."""
    for month in month_starts(first, last):
        yield _front_door(world, month)
        yield from _attendance(world, month)
    for start in [month for month in month_starts(first, last) if month.month % 3 == 1]:
        end = add_months(start, 3) - DAY
        due = add_working_days(end, 20)
        for agency in ("CSC", "EH", "EDU", "HOU", "PH", "POL", "ICB", "CHS", "MHT", "PRO", "VCS"):
            for item in _RETURNS if start.month == 1 else _RETURNS[:1]:
                rng = stream(world.seed, "return", agency, start, item)
                late = agency == _LATE and (start - world.first).days > 365
                came = due + timedelta(days=rng.randrange(12, 60) if late else -rng.randrange(12))
                received = seen(came, taken) if rng.random() > (0.25 if late else 0.02) else None
                yield {
                    "agency": agency, "item": item, "period_start": start, "period_end": end, "due_on": due,
                    "received_on": received,
                    "is_complete": rng.random() < (0.6 if late else 0.93) if received else None,
                    "numerator": None, "denominator": None,
                }  # fmt: skip


def _front_door(world: World, month: date) -> Row:
    """Give the hub's monthly figure: contacts decided within one working day. The last March is slow."""
    rng = stream(world.seed, "front-door", month)
    contacts = events(rng, 1050 * world.scale)
    is_slow = (month.year, month.month) == (world.until.year, world.until.month)
    decided = sum(rng.random() < (0.71 if is_slow else 0.9) for _ in range(contacts))
    end = add_months(month, 1) - DAY
    due = add_working_days(end, 10)
    return {
        "agency": "CSC", "item": "decision-in-one-working-day", "period_start": month,
        "period_end": end, "due_on": due, "received_on": due - DAY * rng.randrange(5), "is_complete": True,
        "numerator": decided, "denominator": contacts,
    }  # fmt: skip


def _attendance(world: World, month: date) -> Iterator[Row]:
    """Give the police's monthly attendance at conferences: of the last two years also by kind.

    They come to nearly every initial conference and, by agreement, to few reviews, so that the headline tells
    of neither.
    """
    rng = stream(world.seed, "attendance", month)
    initial, review = (max(1, events(rng, yearly * world.scale / 12)) for yearly in (430, 860))
    came_first, came_again = (
        sum(rng.random() < share for _ in range(invited))
        for invited, share in ((initial, 0.95), (review, 0.35))
    )
    end = add_months(month, 1) - DAY
    due = add_working_days(end, 10)
    counts = {"": (came_first + came_again, initial + review)}
    if add_months(month, _SPLIT_FOR) > world.until:
        counts |= {"-initial": (came_first, initial), "-review": (came_again, review)}
    for kind, (came, invited) in counts.items():
        yield {
            "agency": "POL", "item": f"conference-attendance{kind}", "period_start": month,
            "period_end": end, "due_on": due, "received_on": due - DAY * rng.randrange(5),
            "is_complete": True, "numerator": came, "denominator": invited,
        }  # fmt: skip


def population(world: World, first: date, last: date, _: date) -> Iterator[Row]:
    """Residents under 18 in the middle of each year, whole, by locality, by sex and by ethnic group."""
    total = borough.UNDER_18 * world.scale
    for stood in (date(year, 6, 30) for year in range(first.year, last.year + 1)):
        if not first <= stood <= last:
            continue
        residents = round(total * (1 + 0.004 * (stood.year - world.first.year)))
        yield {"stood_on": stood, "residents": residents}
        for locality, share in borough.LOCALITIES.items():
            yield {"stood_on": stood, "locality": locality, "residents": round(residents * share / 100)}
        for sex, share in borough.SEXES.items():
            yield {"stood_on": stood, "sex": sex, "residents": round(residents * share / 100)}
        for group, share in borough.ETHNIC_GROUPS.items():
            yield {"stood_on": stood, "ethnic_group": group, "residents": round(residents * share / 100)}


PARTNER_LISTS: dict[str, Callable[[World, date, date, date], Iterator[Row]]] = {
    "allegations": allegations,
    "private-fostering": private_fostering,
    "child-deaths": child_deaths,
    "training": training,
    "workforce": workforce,
    "agency-returns": agency_returns,
    "population": population,
}
