"""Laws of the web application that no reviewer should have to remember. Each fails when it finds nothing."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from sightline.core.command import COMMANDS

ROOT = Path(__file__).parents[2]
SIGHTLINE = ROOT / "sightline"


def found(pattern: str, under: Path = SIGHTLINE) -> list[Path]:
    files = sorted(under.rglob(pattern))
    assert files, f"{pattern} under {under}: nothing was found, so nothing would be checked"
    return files


def our_models() -> list[type]:
    models = [model for model in apps.get_models() if model.__module__.startswith("sightline.")]
    assert models, "no model was found"
    return models


def test_no_template_carries_a_style_or_a_script_of_its_own():
    forbidden = re.compile(
        r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:|\|\s*safe", re.IGNORECASE
    )
    for file in found("jinja2/**/*.html"):
        assert not forbidden.search(file.read_text()), file


def test_every_page_is_written_in_the_frame():
    pages = [
        file
        for file in found("jinja2/**/*.html")
        if file.parent.name not in ("govuk", "mail", "panels")
        and file.name not in ("layout.html", "parts.html")
    ]
    for file in pages:
        text = file.read_text()
        assert text.startswith('{% extends "core/layout.html" %}'), file
        assert text.count("<h1") == 1, file
        assert "{% block title %}" in text, file


def test_pages_read_rows_only_through_visible_to():
    """But for guarded records, whose managers let nobody past the rule."""
    from sightline.core.trust.guarded import guarded_models

    guarded = {f"{model.__name__}.objects" for model in guarded_models()}
    assert guarded, "no guarded model was found"
    for file in [*found("pages/*.py"), *SIGHTLINE.rglob("pages.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in (
                "objects",
                "_base_manager",
                "_default_manager",
            ):
                line = ast.unparse(node)
                after = file.read_text().splitlines()[node.lineno - 1]
                is_safe = line in guarded or f"{line}.visible_to(" in after
                assert is_safe, f"{file}:{node.lineno}: {line} without visible_to"


def test_every_model_says_who_may_see_its_rows():
    for model in our_models():
        assert hasattr(model._default_manager._queryset_class, "visible_to"), model


def test_assurance_reaches_no_other_storey_by_a_string():
    forbidden = {"get_model", "get_models", "raw", "extra", "cursor", "RawSQL", "execute"}
    for file in found("*.py", SIGHTLINE / "assurance"):
        for node in ast.walk(ast.parse(file.read_text())):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            assert name not in forbidden, f"{file}:{node.lineno}: {name}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.fullmatch(r"(people|frontline|referral|linkage)\.[A-Z]\w+", node.value), file


def test_whatever_a_process_can_do_is_a_command():
    for file in found("commands.py"):
        module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        process = module.__name__.split(".")[-2]
        public = [
            node.name
            for node in ast.parse(file.read_text()).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        assert public, file
        for name in public:
            assert f"{process}.{name.replace('_', '-')}" in COMMANDS, f"{file}: {name} is no command"


MAY_LISTEN = {SIGHTLINE / "core/trust/apps.py"}
"""Row-level security is made after every migration; Django says when that was in no other way."""


def test_nothing_hides_in_signals():
    for file in set(found("*.py")) - MAY_LISTEN:
        assert "django.dispatch" not in file.read_text(), file
        assert "signals import" not in file.read_text(), file


def test_every_process_has_migrations():
    """Without the folder Django makes no tables for it, except in tests."""
    assert settings.PROCESSES
    for name in settings.PROCESSES:
        folder = ROOT / name.replace(".", "/") / "migrations"
        assert list(folder.glob("0*.py")), f"{folder}: add __init__.py and run make migrations"


@pytest.mark.django_db
def test_the_tables_are_as_the_models_say():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_markup_and_the_styles_are_of_one_release():
    from importlib.metadata import version

    package = (ROOT / "package.json").read_text()
    assert version("govuk-frontend-jinja").startswith("4.1."), (
        "see the port's table for the release it tracks"
    )
    assert '"govuk-frontend": "6.3.0"' in package
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_the_styles_carry_no_crown_no_crest_and_no_typeface_of_govuk():
    built = SIGHTLINE / "govuk/static/govuk/app.css"
    if not built.exists():
        pytest.skip("skipped: the styles are not built (make assets)")
    styles = built.read_text().lower()
    assert ".govuk-button" in styles
    assert not re.search(r"transport|crown|crest|url\(.?https?:", styles)
