"""The rule, cell by cell: what the guarded managers give, against a truth table that was written apart."""

from datetime import timedelta
from itertools import product
from random import Random

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.core.models import RoleAssignment, Team, TeamMember, User
from sightline.core.permissions import Role
from sightline.core.policy import Kind, Level, Purpose, Section
from sightline.core.trust.access import level_of
from sightline.core.trust.actor import Viewer, acting, system_actor
from sightline.core.trust.models import Dossier, Exclusion, Grant
from tests.canaries import filled, section_models
from tests.oracle import CEILINGS, KINDS, LEVELS, NEEDED, Case, sees
from tests.pages.times import span

RESTRICTIONS = ("open", "restricted", "sealed")
TIMES = ("live", "ended", "not-yet")
EXCLUSIONS = ("none", "live", "ended", "not-yet")
PURPOSES = ("protect", "quality", "request")


def cases() -> list[Case]:
    """Every state of a dossier before me; before others, those that could be taken for mine."""
    mine = [
        Case("", None, *state)
        for state in product(KINDS, RESTRICTIONS, ("me", "my-team"), LEVELS, TIMES, EXCLUSIONS[:3], PURPOSES)
    ]
    others = [
        Case("", None, kind, restriction, holder, exclusion=exclusion)
        for kind, restriction, holder, exclusion in product(
            KINDS, RESTRICTIONS, ("else", "other-team"), EXCLUSIONS
        )
    ]
    late = [
        Case("", None, kind, exclusion=exclusion) for kind in KINDS for exclusion in ("not-yet", "of-else")
    ]
    return mine + others + late


@pytest.fixture
def me(db) -> User:
    return User.objects.create(email="me@example.org", name="Me", password=make_password(None))


@pytest.fixture
def world(me) -> dict[Case, Dossier]:
    """A dossier for each case, with a row in one table of each section."""
    somebody = User.objects.create(email="else@example.org", name="Else", password=make_password(None))
    teams = {name: Team.objects.create(name=name) for name in ("my-team", "other-team", "left")}
    today = timezone.localdate()
    TeamMember.objects.create(team=teams["my-team"], user=me, from_on=today)
    TeamMember.objects.create(
        team=teams["other-team"],
        user=me,
        from_on=today - timedelta(days=9),
        until_on=today - timedelta(days=1),
    )
    made = {
        case: Dossier(kind=case.kind, restriction=case.restriction, reference=f"T-{number}")
        for number, case in enumerate(cases())
    }
    holders = {"me": {"user": me}, "else": {"user": somebody}}
    with system_actor("the tests"):
        Dossier.objects.bulk_create(made.values(), batch_size=500)
        Grant.objects.bulk_create(
            Grant(
                dossier=dossier,
                **holders.get(case.holder) or {"team": teams[case.holder]},
                level=Level[case.level.upper()],
                purpose=case.purpose,
                source=Grant.Source.INVITATION,
                **span(case.time),
            )
            for case, dossier in made.items()
        )
        Exclusion.objects.bulk_create(
            Exclusion(
                dossier=dossier,
                user=somebody if case.exclusion == "of-else" else me,
                reason=Exclusion.Reason.RISK,
                **span("live" if case.exclusion == "of-else" else case.exclusion),
            )
            for case, dossier in made.items()
            if case.exclusion != "none"
        )
        for model in models_by_section().values():
            if model is not Dossier:
                rows = [filled(model, dossier, 1) for dossier in made.values()]
                for row in rows:
                    row.dossier_id = row.dossier.pk
                store(model, rows)
    return made


def store(model, rows) -> None:
    """Store rows, one by one where a column must be sealed as it is saved."""
    if any(type(field).__name__ == "SealedText" for field in model._meta.concrete_fields):
        for field in model._meta.concrete_fields:
            if type(field).__name__ == "SealedText":
                for row in rows:
                    row.__dict__[field.attname] = b""
    model.objects.bulk_create(rows, batch_size=500)


def models_by_section() -> dict[Section, type]:
    """A table for each section; it need not hold anything but a dossier's key."""
    found = {Section.OUTLINE: Dossier}
    for model in section_models():
        needs = [f for f in model._meta.concrete_fields if f.is_relation and not f.null]
        if len(needs) == 1:
            found.setdefault(model.section, model)
    return found


def as_role(me: User, role: str) -> User:
    """Me, with this role alone."""
    RoleAssignment.objects.filter(user=me).delete()
    if role:
        RoleAssignment.objects.create(user=me, role=role, from_on=timezone.localdate())
    return User.objects.get(pk=me.pk)


def test_the_truth_table_knows_what_the_policy_knows():
    told = "type it into tests/oracle.py as well, from what people need and not from the policy: {}"
    assert set(CEILINGS) == {*Role, ""}, told.format("the role, with its CEILINGS")
    assert set(KINDS) == set(Kind), told.format("the kind of dossier, with the CEILINGS of the roles")
    assert set(NEEDED) == set(Section), told.format("the section, with the level NEEDED")
    assert len(set(models_by_section())) >= 5, "sections without a table: nothing would be checked"


def test_every_cell_is_as_the_truth_table_says(me, world):
    checked = seen = 0
    wrong = []
    for role, session in product(CEILINGS, (None, *PURPOSES)):
        viewer = Viewer(as_role(me, role), Purpose(session) if session else None)
        for section, model in models_by_section().items():
            with acting(viewer):
                given = set(model.objects.values_list(model.dossier_column, flat=True))
            for case, dossier in world.items():
                is_open = sees(whole(case, role, session), section)
                checked += 1
                seen += is_open
                if is_open != (dossier.pk in given):
                    wrong.append((whole(case, role, session), section))
    print(f"\n{connection.vendor}: {checked} cells of the truth table, {seen} open, {len(wrong)} wrong")
    assert checked > 1_000_000
    assert seen > 5_000
    assert wrong == [], wrong[:5]


def test_a_level_is_the_highest_at_which_a_section_would_open(me, world):
    """`level_of` decides about commands: it must agree with the managers, which decide about rows."""
    random = Random(4)
    every = list(world.items())
    hopeful = [(case, of) for case, of in every if case.time == "live" and case.exclusion != "live"]
    checked = positive = 0
    for role, session in product(CEILINGS, ("protect", "quality")):
        viewer = Viewer(as_role(me, role), Purpose(session))
        for case, dossier in [*random.sample(every, 10), *random.sample(hopeful, 20)]:
            opened = [level for level in LEVELS if sees_at(whole(case, role, session), level)]
            with acting(viewer):
                level = level_of(dossier.pk)
            assert (level.name.lower() if level else None) == (opened[-1] if opened else None), case
            checked += 1
            positive += bool(opened)
    print(f"\n{connection.vendor}: {checked} levels, {positive} of them above nothing")
    assert positive > 40


def test_of_two_grants_the_higher_one_counts_and_each_of_two_roles_brings_its_own(me, world):
    two = next(d for case, d in world.items() if case == Case("", None, "contact", level="receipt"))
    Grant.objects.create(dossier=two, user=me, level=Level.FULL, purpose="protect", source="allocation")
    viewer = Viewer(as_role(me, "hub-worker"), Purpose.PROTECT)
    with acting(viewer):
        assert level_of(two.pk) is Level.FULL
    both = as_role(me, "designated-lead")
    RoleAssignment.objects.create(user=me, role="hub-manager", from_on=timezone.localdate())
    quality = Viewer(both, Purpose.QUALITY)
    assert quality.user.roles == {"designated-lead", "hub-manager"}
    with acting(quality):  # the designated lead's reach does not hold for this purpose
        given = set(Dossier.objects.filter(kind="allegation").values_list("pk", flat=True))
    assert given == set()


def test_who_may_not_sign_in_sees_nothing(me, world):
    closed = as_role(me, "hub-manager")
    closed.is_active = False
    with acting(Viewer(closed, Purpose.PROTECT)):
        assert not Dossier.objects.exists()
    with acting(Viewer(as_role(me, "hub-manager"), Purpose.PROTECT)):
        assert Dossier.objects.exists()


def whole(case: Case, role: str, session: str | None) -> Case:
    return Case(role, session, *list(vars(case).values())[2:])


def sees_at(case: Case, level: str) -> bool:
    section = {
        "stub": "outline",
        "receipt": "identity",
        "contribute": "family",
        "full": "police-intelligence",
    }
    return sees(case, section[level])


def test_a_page_that_is_only_read_asks_once_how_far_its_reader_sees(world, me):
    dossier, worker = next(iter(world.values())), as_role(me, "hub-worker")
    for levels, statements in ((None, 3), ({}, 0)):
        with acting(Viewer(worker, Purpose.PROTECT, levels=levels)):
            seen = level_of(dossier.pk)
            with CaptureQueriesContext(connection) as asked:
                assert [level_of(dossier.pk) for _ in range(3)] == [seen] * 3
        assert len(asked) == statements
