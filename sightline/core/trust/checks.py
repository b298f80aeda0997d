"""What must hold of every protected table before the application starts; each check fails on finding none.

A guarded manager alone is not enough: a join, a count or a key in the wrong direction would go past it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db import models

from sightline.core.permissions import ROLES, Permission
from sightline.core.policy import NEEDS, REACH, SEALED_SECTIONS, SECTIONS, Kind, Section
from sightline.core.retention import KINDS
from sightline.core.trust.dossiers import PREFIXES
from sightline.core.trust.guarded import Guarded, GuardedManager, Protected, guarded_models, needed_for
from sightline.core.trust.models import Dossier


@register
def protected_tables_have_the_right_shape(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every table below a dossier is guarded by both managers, and no key leads where the rule does not."""
    protected = [model for model in guarded_models() if issubclass(model, Protected)]
    if not protected:
        return [Error("No protected table was found, so none was checked.", id="sightline.E010")]
    found = [error for model in guarded_models() for error in _wrong_with(model)]
    return [*found, *_keys_into_the_plane()]


@register
def the_rule_is_whole(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every section, kind and role of the front line is told of wherever it must be."""
    nobody_has = {one for one in NEEDS if not any(one in card.permissions for card in ROLES.values())}
    of_front_line = {role for role, card in ROLES.items() if Permission.USE_FRONT_LINE in card.permissions}
    missing = {
        "the level of the section in SECTIONS, in core/policy.py": {*Section} - {*SECTIONS},
        "the ceilings of the role in REACH, in core/policy.py": of_front_line - {*REACH},
        "the letter of the kind in PREFIXES, in core/trust/dossiers.py": {*Kind} - {*PREFIXES},
        "what the kind is called in KINDS, in core/retention.py": {*Kind} - {*KINDS},
        "in core/permissions.py which roles have the permission that NEEDS names": nobody_has,
    }
    return [
        Error(f"The policy does not say {str(what)!r}.", hint=f"Say {where}.", id="sightline.E015")
        for where, those in missing.items()
        for what in sorted(those)
    ]


@register
def sealed_sections_hold_no_plain_text(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Whatever is written into a sealed section is sealed."""
    models_of = [model for model in guarded_models() if model.section in SEALED_SECTIONS]
    if missing := SEALED_SECTIONS - {model.section for model in models_of}:
        return [Error(f"No table of {sorted(missing)} was found, so none was checked.", id="sightline.E016")]
    return [
        Error(f"{model._meta.label}.{field.name} is plain text in a sealed section.", id="sightline.E017")
        for model in models_of
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]


def _wrong_with(model: type[Guarded]) -> Iterator[CheckMessage]:
    name = model._meta.label
    for manager in (model._default_manager, model._base_manager):
        if not isinstance(manager, GuardedManager):
            yield Error(f"{name} can be read past the rule: {manager!r}.", id="sightline.E011", obj=model)
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.ManyToManyField):
            yield from _wrong_with_key(model, field)


def _wrong_with_key(model: type[Guarded], field: Any) -> Iterator[CheckMessage]:
    target = field.related_model
    if not issubclass(target, Guarded):
        return
    if field.remote_field.related_name != "+":
        yield Error(
            f"{model._meta.label}.{field.name} can be followed backwards, past the rule.",
            hint='Give it related_name="+".',
            id="sightline.E012",
            obj=model,
        )
    if needed_for(target) > needed_for(model):
        yield Error(
            f"{model._meta.label}.{field.name} leads from a lower section to a higher one.",
            id="sightline.E013",
            obj=model,
        )


def _keys_into_the_plane() -> Iterator[CheckMessage]:
    """No table outside the plane names a record in it but the grants and exclusions, which name dossiers."""
    for model in apps.get_models():
        if issubclass(model, Guarded):
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey) or not issubclass(field.related_model, Guarded):
                continue
            is_ours = model._meta.app_label == Dossier._meta.app_label and field.related_model is Dossier
            if not is_ours or not field.remote_field.hidden:
                yield Error(
                    f"{model._meta.label}.{field.name} leads into the plane of identified people.",
                    id="sightline.E014",
                    obj=model,
                )
