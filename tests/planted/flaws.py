"""More than thirty flaws, as somebody might make them by mistake, each with the tests that should catch it.

`old` must stand in the file exactly once, so that a flaw whose ground has changed is noticed and not passed.
"""

from dataclasses import dataclass

TRUST = "sightline/core/trust"
RULE, WAYS, LOOKS = (f"tests/pages/test_trust_{name}.py" for name in ("rule", "ways", "looks"))
CANARIES, WORLDS = "tests/pages/test_trust_canaries.py", "tests/pages/test_trust_worlds.py"
CANARY = f"{CANARIES}::test_nobody_is_shown_what_is_withheld_from_them"
MATRIX = "tests/pages/test_access.py::test_a_page_opens_for_those_who_need_it_and_does_not_exist_for_others"
NO_PURPOSE = "tests/pages/test_access.py::test_a_page_about_people_opens_once_the_session_has_a_purpose"
GLASS, KEPT = "tests/pages/test_glass.py", "tests/pages/test_kept.py"
CELLS = f"{RULE}::test_every_cell_is_as_the_truth_table_says"
ROWS = f"{WAYS}::test_no_way_leads_past_the_rule_or_past_the_log"
QUESTIONS = f"{WAYS}::test_no_question_tells_of_a_hidden_record"
PLACES = f"{WAYS}::test_every_key_into_the_plane_is_hidden"
ONE_EVENT = f"{LOOKS}::test_a_page_leaves_one_event_for_each_dossier_that_it_shows"
NOT_SHOWN = f"{LOOKS}::test_what_cannot_be_recorded_is_not_shown"
TWICE = "tests/pages/test_front_door_reliability.py::test_a_form_that_is_sent_twice_is_done_once_and_says_so"
CONTACT_PAGE = "sightline/frontline/referral/pages/contact.py"
CONTACT_LIST = "sightline/frontline/referral/pages/contacts.py"


@dataclass(frozen=True)
class Flaw:
    """One change to one file; on it one of `tests` should fail. `imports`: what the change needs."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    imports: str = ""


FLAWS = (
    Flaw(
        "whoever sees a record reads what another has typed and not sent",
        f"{TRUST}/guarded.py",
        "if model.only_of and not isinstance(actor, Unguarded):",
        "if model.only_of and actor is None:",
        (f"{KEPT}::test_nobody_else_reads_it",),
    ),
    Flaw(
        "a text is kept under another's name",
        f"{TRUST}/keeping.py",
        "return place if place.user == request.user.pk else None",
        "return place",
        (f"{KEPT}::test_nobody_keeps_a_text_in_a_form_that_does_not_open_for_them",),
    ),
    Flaw(
        "the filter is dropped from the managers",
        f"{TRUST}/guarded.py",
        "        return rows.filter(seen)\n",
        "        return rows\n",
        (CELLS,),
    ),
    Flaw(
        "exclusions do not count",
        f"{TRUST}/access.py",
        'return f"({is_granted} AND {is_not_excluded})", [*by_grants, *by_exclusions]',
        'return f"({is_granted})", by_grants',
        (CELLS,),
    ),
    Flaw(
        "an exclusion that has ended counts",
        f"{TRUST}/access.py",
        "excluded = Exclusion.objects.live(now).filter(dossier_id=dossier, user=viewer.user)",
        "excluded = Exclusion.objects.filter(dossier_id=dossier, user=viewer.user)",
        (CELLS,),
    ),
    Flaw(
        "expired grants count",
        f"{TRUST}/access.py",
        "Grant.objects.live(now)\n        .filter(by_name | by_team)",
        "Grant.objects.filter(by_name | by_team)",
        (CELLS,),
    ),
    Flaw(
        "grants count before they begin",
        f"{TRUST}/grants.py",
        "return self.filter(Q(until_at=None) | Q(until_at__gt=moment), from_at__lte=moment)",
        "return self.filter(Q(until_at=None) | Q(until_at__gt=moment))",
        (CELLS,),
    ),
    Flaw(
        "teams count on a restricted record",
        f"{TRUST}/access.py",
        "by_team = Q(team_id__in=viewer.user.team_ids, dossier__restriction=OPEN)",
        "by_team = Q(team_id__in=viewer.user.team_ids)",
        (CELLS,),
    ),
    Flaw(
        "the purpose of the session is ignored",
        f"{TRUST}/access.py",
        ".filter(level__gte=level, purpose=viewer.purpose, dossier__kind__in=kinds)",
        ".filter(level__gte=level, dossier__kind__in=kinds)",
        (CELLS,),
    ),
    Flaw(
        "a role gives its reach for every purpose",
        f"{TRUST}/actor.py",
        "if self.purpose in REACH[role].purposes:",
        "if self.purpose is not None:",
        (CELLS,),
    ),
    Flaw(
        "the ceiling of the role is ignored",
        f"{TRUST}/access.py",
        "kinds = [kind for kind, ceiling in viewer.reach.items() if ceiling >= level]",
        "kinds = list(viewer.reach)",
        (CELLS,),
    ),
    Flaw(
        "the level of the grant is ignored",
        f"{TRUST}/access.py",
        ".filter(level__gte=level, purpose=viewer.purpose, dossier__kind__in=kinds)",
        ".filter(purpose=viewer.purpose, dossier__kind__in=kinds)",
        (CELLS,),
    ),
    Flaw(
        "police intelligence opens a level too early",
        "sightline/core/policy.py",
        "Section.POLICE_INTELLIGENCE: Level.FULL,",
        "Section.POLICE_INTELLIGENCE: Level.CONTRIBUTE,",
        (CELLS,),
    ),
    Flaw(
        "a role reaches a kind that is not its own",
        "sightline/core/policy.py",
        "Role.DESIGNATED_OFFICER: _reach(person=_PART, contact=_STUB, allegation=_FULL),",
        "Role.DESIGNATED_OFFICER: _reach(person=_PART, contact=_RECEIPT, allegation=_FULL),",
        (CELLS,),
    ),
    Flaw(
        "the base manager is not guarded",
        f"{TRUST}/guarded.py",
        '        base_manager_name = "objects"\n',
        "",
        (PLACES, f"{WAYS}::test_the_tables_as_they_are_have_the_right_shape"),
    ),
    Flaw(
        "a key can be followed backwards",
        f"{TRUST}/models/dossiers.py",
        'person_dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")',
        "person_dossier = models.ForeignKey(Dossier, models.PROTECT)",
        (PLACES, f"{WAYS}::test_the_tables_as_they_are_have_the_right_shape"),
    ),
    Flaw(
        "nobody checks whether a key leads upwards",
        f"{TRUST}/checks.py",
        "if needed_for(target) > needed_for(model):",
        "if needed_for(target) < needed_for(model):",
        (f"{WAYS}::test_a_key_that_leads_up_or_back_stops_the_start",),
    ),
    Flaw(
        "bare values are given",
        f"{TRUST}/guarded.py",
        "        self._refuse_personal((*named, *expressions.values()))\n",
        "",
        (ROWS,),
    ),
    Flaw(
        "what an annotation holds may be read bare",
        f"{TRUST}/guarded.py",
        "is_plain = all(_is_plain(column) for column in _columns(self.query.annotations[root]))",
        "is_plain = True",
        (ROWS,),
    ),
    Flaw(
        "a join leads to the cover of another's dossier",
        f"{TRUST}/guarded.py",
        "for alias, join in self.alias_map.items() if self.alias_refcount.get(alias))",
        "for alias, join in self.alias_map.items() if alias is None)",
        (ROWS, QUESTIONS),
    ),
    Flaw(
        "the tripwire is off",
        f"{TRUST}/tripwire.py",
        "    if named:\n        _check(sql, named)",
        "    if named and False:\n        _check(sql, named)",
        (ROWS,),
    ),
    Flaw(
        "the tripwire takes a comment for no statement",
        f"{TRUST}/binding.py",
        '    r"(\\s|\\(|--[^\\n]*\\n|/\\*.*?\\*/)*"\n',
        '    r"(\\s|\\()*"\n',
        (ROWS,),
    ),
    Flaw(
        "nobody behind a read is taken for the software",
        f"{TRUST}/actor.py",
        "    if acting is None:\n        raise NoActor(",
        '    if acting is None:\n        return Unguarded("nobody")\n        raise NoActor(',
        ("tests/pages/test_trust.py", WAYS),
    ),
    Flaw(
        "a page reads by a query that the rule does not reach",
        CONTACT_PAGE,
        'list(model.objects.visible_to(user).filter(**of_it).select_related("added_by")) if is_whole else []',
        'unguarded("a page")(lambda model: list(model.objects.filter(**of_it)))(model)',
        (f"{CANARY}[designated_lead]",),
        "from sightline.core.trust.actor import unguarded\n",
    ),
    Flaw(
        "what an agency answered is shown to whoever was only asked",
        "sightline/frontline/referral/pages/checks.py",
        "for one in Answer.objects.visible_to(user).filter(request__in=list(told))}",
        "for one in unguarded('a page')(lambda: list(Answer.objects.filter(request__in=list(told))))()}",
        (f"{CANARY}[designated_lead]",),
        "from sightline.core.trust.actor import unguarded\n",
    ),
    Flaw(
        "a form that is sent twice is done twice",
        "sightline/frontline/referral/standing.py",
        "    if mine and all(",
        "    if not mine and all(",
        (f"{TWICE}[add_intelligence]",),
    ),
    Flaw(
        "a list counts what it does not show",
        CONTACT_LIST,
        "    rows = _rows(user, list(page))\n",
        "    rows = _rows(user, list(page))\n"
        '    page.paginator.count = unguarded("a page")(Contact.objects.count)()\n',
        (f"{WORLDS}::test_what_may_not_be_seen_changes_nothing",),
        "from sightline.core.trust.actor import unguarded\n",
    ),
    Flaw(
        "what was read is not noted",
        f"{TRUST}/guarded.py",
        "        note(getattr(found, cls.dossier_column), cls.section)\n",
        "",
        ("tests/pages/test_trust.py", ONE_EVENT),
    ),
    Flaw(
        "looks are not written",
        f"{TRUST}/middleware.py",
        "            _record(request, looker, looks)\n",
        "            pass\n",
        (ONE_EVENT,),
    ),
    Flaw(
        "a page is shown also where its look could not be written",
        f"{TRUST}/middleware.py",
        "            return not_recorded(request)\n",
        "            return response\n",
        (NOT_SHOWN,),
    ),
    Flaw(
        "a look does not say its sections",
        f"{TRUST}/middleware.py",
        'detail={"sections": sorted(sections), **told}',
        'detail={"sections": [], **told}',
        (ONE_EVENT,),
    ),
    Flaw(
        "a job reads without an event",
        f"{TRUST}/actor.py",
        '    record_event("system:read", System(reason), '
        'detail={"dossiers": len(looks), "sections": sections})\n',
        "    _ = sections\n",
        (f"{LOOKS}::test_a_job_says_that_it_read_and_how_much",),
    ),
    Flaw(
        "a withheld record is refused, instead of being none",
        "sightline/core/opening.py",
        "                raise Http404\n",
        "                return HttpResponseNotAllowed(methods)\n",
        (f"{MATRIX}[referral:contact]",),
    ),
    Flaw(
        "a session needs no purpose",
        f"{TRUST}/middleware.py",
        "has_purpose = page is None or page.plane is not Plane.FRONT_LINE or purpose_of(request) is not None",
        "has_purpose = True",
        (NO_PURPOSE,),
    ),
    Flaw(
        "broken glass asks for no second factor",
        "sightline/core/policy.py",
        '"trust:break-glass": Page(Plane.FRONT_LINE, Permission.BREAK_GLASS, step_up=True),',
        '"trust:break-glass": Page(Plane.FRONT_LINE, Permission.BREAK_GLASS),',
        (GLASS,),
    ),
    Flaw(
        "broken glass never mends",
        f"{TRUST}/commands.py",
        "    dossiers.give(dossier, me, level, Source.BREAK_GLASS, by=by, until=until)\n",
        "    dossiers.give(dossier, me, level, Source.BREAK_GLASS, by=by)\n",
        (GLASS,),
    ),
    Flaw(
        "the glass breaks on a sealed record",
        f"{TRUST}/glass.py",
        "if found is None or found.restriction == Dossier.Restriction.SEALED:",
        "if found is None:",
        (GLASS,),
    ),
    Flaw(
        "the reason of broken glass goes into the log",
        f"{TRUST}/commands.py",
        '@command(Permission.BREAK_GLASS, detail=("category",))',
        '@command(Permission.BREAK_GLASS, detail=("category", "reason"))',
        (GLASS,),
    ),
    Flaw(
        "who looked is open to who sees less than the whole record",
        f"{TRUST}/covers.py",
        "if level is not Level.FULL and not user.may(Permission.REVIEW_ACCESS):",
        "if level is None and not user.may(Permission.REVIEW_ACCESS):",
        ("tests/pages/test_looked.py",),
    ),
    Flaw(
        "the reason of a move goes into the log",
        "sightline/core/flow.py",
        'if reason and hasattr(obj, "lets"):',
        "if reason and obj is None:",
        (f"{WAYS}::test_a_reason_is_kept_in_a_section_and_not_in_the_log",),
    ),
)

FEW = (
    "exclusions do not count",
    "a join leads to the cover of another's dossier",
    "what was read is not noted",
    "a job reads without an event",
    "broken glass never mends",
)
"""Those that are planted on every push: one of each family, caught by tests that are quick."""
