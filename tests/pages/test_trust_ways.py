"""The ways by which Django's queries have been seen to go past a rule that sits on a default manager.

Each is tried on a record that the reader may not see, and must give nothing, or refuse; and on one that they
may see, where what is read must be noted as a look, or refused.
"""

import re
from itertools import product
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.models import Count, F, Max, Subquery, Value
from django.db.models.functions import Concat, Upper
from django.test.utils import isolate_apps

from sightline.core import flow
from sightline.core.models import User
from sightline.core.policy import Section
from sightline.core.trust import checks
from sightline.core.trust.actor import NoActor, system_actor, unguarded
from sightline.core.trust.guarded import Guarded, Protected, Withheld, guarded_models
from sightline.core.trust.models import Dossier, Grant, Link
from sightline.core.trust.tripwire import PastTheRule
from sightline.frontline.referral.models import Concern, Contact, PoliceIntelligence, Told
from sightline.people.models import Person, Relationship
from tests.canaries import canary, found_in
from tests.invented_people import looking
from tests.invented_states import Standing, every_state

REFUSED = (Withheld, FieldError, PastTheRule, Dossier.DoesNotExist, Told.DoesNotExist, AttributeError)


@pytest.fixture
def states(front_line, cast) -> list[Standing]:
    return every_state(front_line, cast)


def of(states, state: str, kind: str = "contact") -> Standing:
    return next(one for one in states if one.state == state and one.case.kind == kind)


def sql(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def refreshed(record) -> object:
    record.refresh_from_db()
    return vars(record)


# What gives rows: over every record, of which the reader may see some.
OF_ROWS = {
    "all": lambda: Told.objects.all(),
    "base manager": lambda: Told._base_manager.all(),
    "default manager": lambda: Told._default_manager.all(),
    "iterator": lambda: Told.objects.iterator(),
    "in_bulk": lambda: Told.objects.in_bulk().values(),
    "only": lambda: Told.objects.only("family_name"),
    "defer": lambda: Told.objects.defer("family_name"),
    "union": lambda: Told.objects.all().union(Told.objects.all()),
    "or of two": lambda: Told.objects.all() | Told.objects.filter(family_name__startswith="Z"),
    "reverse and last": lambda: [
        Told.objects.order_by("pk").reverse()[0],
        Told.objects.order_by("pk").last(),
    ],
    "forward key": lambda: [vars(link.dossier) for link in Link.objects.all()],
    "forward key to another dossier": lambda: [names(link) for link in Link.objects.all()],
    "forward key of a relationship": lambda: [names(one) for one in Relationship.objects.all()],
    "select_related": lambda: [vars(one.dossier) for one in Told.objects.select_related("dossier")],
    "select_related to another dossier": lambda: [
        names(one) for one in Relationship.objects.select_related("person_dossier")
    ],
    "select_related without names": lambda: [names(one) for one in Link.objects.select_related()],
    "prefetch_related": lambda: [vars(one.dossier) for one in Told.objects.prefetch_related("dossier")],
    "prefetch_related to another dossier": lambda: [
        names(one) for one in Relationship.objects.prefetch_related("person_dossier")
    ],
    "prefetch through a reverse name": lambda: Dossier.objects.prefetch_related("told_set"),
    "join to another dossier": lambda: Relationship.objects.annotate(
        x=F("person_dossier__reference")
    ).values_list("x"),
    "values of dossier": lambda: Told.objects.values("dossier__reference", "dossier__kind"),
    "values of another dossier": lambda: Link.objects.values("person_dossier__reference"),
    "values": lambda: Told.objects.values("family_name"),
    "values_list": lambda: Told.objects.values_list("family_name", flat=True),
    "values of everything": lambda: Told.objects.values(),
    "values of an expression": lambda: Told.objects.values(x=Upper("family_name")),
    "annotated values": lambda: Told.objects.annotate(x=F("family_name")).values_list("x", flat=True),
    "annotated expression": lambda: Told.objects.annotate(x=Concat("family_name", Value("!"))).values("x"),
    "alias": lambda: Told.objects.alias(x=F("family_name")).annotate(y=F("x")).values_list("y"),
    "annotated twice": lambda: Told.objects.annotate(x=F("family_name")).annotate(y=F("x")).values_list("y"),
    "subquery": lambda: Contact.objects.annotate(
        x=Subquery(Told.objects.order_by().values("family_name")[:1])
    ).values("x"),
    "dates": lambda: [f"{day:%-d %B %Y}" for day in Told.objects.dates("born_on", "day")],
    "aggregate": lambda: [Told.objects.aggregate(Max("family_name"))],
    "aggregate of an annotation": lambda: [Told.objects.annotate(x=F("family_name")).aggregate(Max("x"))],
    "grouped": lambda: Told.objects.values("dossier").annotate(x=Max("family_name")).values("x"),
    "aggregate from the root": lambda: [Dossier.objects.aggregate(Max("told__family_name"))],
    "aggregate from a grant": lambda: [Grant.objects.aggregate(Max("dossier__told__family_name"))],
    "raw": lambda: Told.objects.raw("SELECT * FROM referral_told"),
    "raw of the base manager": lambda: Told._base_manager.raw("SELECT * FROM referral_told"),
    "cursor": lambda: sql("SELECT family_name FROM referral_told"),
    "cursor, quoted": lambda: sql('SELECT "family_name" FROM "referral_told"'),
    "cursor, after a comment": lambda: sql("/* x */ SELECT family_name FROM referral_told"),
    "cursor, after a line of comment": lambda: sql("-- x\nSELECT family_name FROM referral_told"),
    "cursor, upper case": lambda: sql("SELECT FAMILY_NAME FROM REFERRAL_TOLD"),
    "cursor, in brackets": lambda: sql("SELECT * FROM (SELECT family_name FROM referral_told) AS x"),
    "cursor, with": lambda: sql("WITH x AS (SELECT family_name FROM referral_told) SELECT * FROM x"),
    "queryset by hand": lambda: models.QuerySet(Told),
    "manager by hand": lambda: by_hand(models.Manager()),
    "extra": lambda: Told.objects.extra(select={"x": "family_name"}).values_list("x"),
}


def by_hand(manager) -> object:
    manager.model = Told
    return manager.all()


def names(one) -> object:
    """The cover of the dossier that a row leads to, as a page would name it."""
    other = one.person_dossier
    return f"{other.reference} {other.kind}" if other else ""


def told_by(one) -> str:
    return repr(vars(one)) if isinstance(one, models.Model) else repr(one)


@pytest.mark.parametrize("part", ["hub_worker", "designated_lead"])
def test_no_way_leads_past_the_rule_or_past_the_log(part, states, front_line):
    user = getattr(front_line, part)
    hidden = {one.dossier.reference for one in states} - seen_by(user)
    numbers = {one.dossier.pk: one.number for one in states}
    assert hidden
    wrong, refused = {}, []
    for way, ask in OF_ROWS.items():
        with looking(user) as looks:
            try:
                with transaction.atomic():
                    text = "\n".join(told_by(one) for one in ask())
            except REFUSED:
                refused.append(way)
                continue
        noted = {(numbers[key], section) for key, sections in looks.items() for section in sections}
        if unnoted := found_in(text) - noted:
            wrong[way] = f"read and not noted: {unnoted}"
        if covers := [reference for reference in hidden if reference in text]:
            wrong[way] = f"the covers of hidden records: {covers}"
    print(f"\n{part}: {len(OF_ROWS)} ways, {len(refused)} of them refused, {len(wrong)} wrong")
    assert wrong == {}, sorted(wrong)
    assert len(refused) < len(OF_ROWS), "every way is refused: nothing was read"


def seen_by(user) -> set[str]:
    with looking(user):
        return set(Dossier.objects.values_list("reference", flat=True))


# What tells by yes or no, or by a number, of a hidden record.
ORACLES = {
    "filter": lambda one: Told.objects.filter(family_name=canary(one.number, Section.IDENTITY)).exists(),
    "count": lambda one: Told.objects.filter(dossier=one.dossier).count(),
    "key": lambda one: Contact.objects.filter(pk=one.record.pk).exists(),
    "annotated count": lambda one: bool(
        Told.objects.filter(dossier=one.dossier).values("dossier").annotate(n=Count("pk"))
    ),
    "exclude": lambda one: Told.objects.count() - Told.objects.exclude(dossier=one.dossier).count(),
    "contains": lambda one: one.dossier in Dossier.objects.all(),
    "filter on another's cover": lambda one: Link.objects.filter(
        person_dossier__reference=f"P26-{one.number - 1:04d}"
    ).exists(),
    "restriction of another's cover": lambda one: Relationship.objects.filter(
        person_dossier__restriction="sealed"
    ).exists(),
    "update": lambda one: Told.objects.filter(dossier=one.dossier).update(address="x"),
    "delete": lambda one: Told.objects.filter(dossier=one.dossier).delete()[0],
}


def test_no_question_tells_of_a_hidden_record(states, front_line):
    told = []
    for way, state in product(ORACLES, ("foreign", "sealed, by team", "excluded", "expired", "not yet")):
        with looking(front_line.hub_worker):
            try:
                with transaction.atomic():
                    told += [(way, state)] if ORACLES[way](of(states, state)) else []
            except REFUSED:
                continue
    assert told == []


def test_a_record_that_was_read_by_another_is_not_read_again(states, front_line):
    hidden = of(states, "foreign")
    with unguarded("the tests"):
        told = Told.objects.get(dossier=hidden.dossier)
        contact = Contact.objects.get(pk=hidden.record.pk)
    with looking(front_line.hub_worker):
        with pytest.raises(Told.DoesNotExist):
            told.refresh_from_db()
        with pytest.raises(Dossier.DoesNotExist):
            assert contact.dossier.reference
        rows = Told.objects.all()
    with pytest.raises(NoActor):
        list(rows)


def test_a_query_made_by_the_software_gives_a_person_nothing(states, front_line):
    with unguarded("the tests"):
        rows, bare = Told.objects.all(), Contact.objects.values_list("state")
    with looking(front_line.hub_worker):
        for query in (rows, bare):
            with pytest.raises(PastTheRule):
                list(query)


def test_what_a_job_does_is_told_and_ends_with_it(states):
    with system_actor("the tests"):
        assert Told.objects.count() > 10
    with pytest.raises(NoActor):
        Told.objects.count()


def test_a_reason_is_kept_in_a_section_and_not_in_the_log(states, front_line):
    contact = of(states, "own").record
    with looking(front_line.hub_manager):
        with pytest.raises(TypeError, match="section"):
            flow.move(contact, Contact.States.SCREENED, front_line.hub_manager, reason="Her aunt took her in")
        assert Contact.objects.get(pk=contact.pk).state == Contact.States.RECEIVED


# The shape of the tables.


def test_the_tables_as_they_are_have_the_right_shape():
    assert checks.protected_tables_have_the_right_shape(None) == []
    assert checks.the_rule_is_whole(None) == []


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("SECTIONS", "SECTIONS, in core/policy.py"),
        ("REACH", "REACH, in core/policy.py"),
        ("PREFIXES", "PREFIXES, in core/trust/dossiers.py"),
        ("KINDS", "KINDS, in core/retention.py"),
    ],
)
def test_what_a_new_process_forgot_to_say_stops_the_start_and_is_told_where(table, where, monkeypatch):
    (first, *_) = said = dict(getattr(checks, table))
    del said[first]
    monkeypatch.setattr(checks, table, said)
    (error,) = checks.the_rule_is_whole(None)
    assert error.msg == f"The policy does not say {str(first)!r}."
    assert where in error.hint


def test_to_find_no_protected_table_stops_the_start(monkeypatch):
    monkeypatch.setattr(checks, "guarded_models", list)
    assert [error.id for error in checks.protected_tables_have_the_right_shape(None)] == ["sightline.E010"]


def test_a_key_that_leads_up_or_back_stops_the_start():
    with isolate_apps("sightline.people", "sightline.frontline.referral", "sightline.core.trust"):

        class Upward(Protected):
            section = Section.IDENTITY
            dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
            intelligence = models.ForeignKey(PoliceIntelligence, models.PROTECT, related_name="+")

            class Meta(Protected.Meta):
                app_label = "people"

        class Backward(Protected):
            section = Section.POLICE_INTELLIGENCE
            dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
            told = models.ForeignKey(Told, models.PROTECT)

            class Meta(Protected.Meta):
                app_label = "people"

        class Bare(Protected):
            section = Section.IDENTITY
            dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
            objects = models.Manager()

            class Meta:
                app_label = "people"

        found = [{error.id for error in checks._wrong_with(model)} for model in (Upward, Backward, Bare)]
    assert found == [{"sightline.E013"}, {"sightline.E012"}, {"sightline.E011"}]


def test_grants_and_exclusions_are_read_by_the_trust_plane_alone():
    """They are not guarded, and a join from them would tell of the dossiers that they name.

    A process asks `dossiers` of them, by the key of a record or for one's own. The example stores its rows
    in bulk.
    """
    example = {"config/cli/demo_contacts_stored.py"}
    sightline = Path(checks.__file__).parents[2]
    names = re.compile(r"\b(Grant|Exclusion)\.objects\b")
    using = {
        str(file.relative_to(sightline)) for file in sightline.rglob("*.py") if names.search(file.read_text())
    }
    assert len(using) > 3, "no place was found"
    assert {place for place in using if not place.startswith("core/trust/")} == example


def test_every_key_into_the_plane_is_hidden():
    into = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and issubclass(field.related_model, Guarded)
    ]
    assert len(into) > 10, "no key into the plane was found"
    assert [str(field) for field in into if not field.remote_field.hidden] == []
    assert {type(model._base_manager) for model in guarded_models()} == {type(Told.objects)}


def test_what_the_software_reads_for_itself_is_in_few_places():
    """`unguarded` leaves no event: pages of a process have no need of it."""
    root = Path(checks.__file__).parents[2]
    using = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if " unguarded(" in file.read_text() and file.name != "actor.py"
    }
    assert using, "no place was found"
    processes = {place for place in using if not place.startswith("config/cli/demo_")}
    assert {place.split("/")[0] for place in processes} <= {"core", "people", "frontline"}, using
    assert not [place for place in using if "/pages/" in place and not place.startswith("core/trust")], using


def test_nobody_is_left_out_of_these_tests(states, front_line):
    assert User.objects.count() > 10
    with looking(front_line.hub_worker):
        assert Person.objects.count() == 6
        assert Concern.objects.count() > 6
