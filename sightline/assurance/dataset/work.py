"""The work that waits in the dataset: loads that were read, and wait for somebody's decision."""

from __future__ import annotations

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from sightline.assurance.dataset.models import Load
from sightline.core.permissions import Permission
from sightline.core.work import Link, Work

WORK = (
    Work(
        key="load-to-decide",
        title="Loads to decide about",
        doing=Link("Decide about", "dataset:load"),
        looking=Link("See", "dataset:load"),
        permission=Permission.KEEP_DATASET,
        waiting=lambda user: Load.objects.visible_to(user).filter(
            state=Load.States.READ, asked=Load.Asked.NOTHING
        ),
        about=Concat(
            Value("load "),
            Cast(F("pk"), TextField()),
            Value(" from "),
            Coalesce(F("agency__name"), Value("the command line")),
            output_field=TextField(),
        ),
        states=dict(Load.States.choices),
        since=F("received_at"),
    ),
)
"""What waits in the dataset."""
