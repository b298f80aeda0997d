from django.db import migrations

import sightline.core.trust.sealed

SEALED = [
    ("policeintelligence", "text", "intelligence"),
    ("protectedlocation", "text", "address"),
    ("protectedlocation", "keep_from", "never tell"),
]


class Migration(migrations.Migration):
    """The plain columns go with what is in them: none of it was ever released, and sealing needs its key."""

    dependencies = [("concern", "0001_initial")]

    operations = [
        operation
        for model, name, title in SEALED
        for operation in (
            migrations.RemoveField(model, name),
            migrations.AddField(
                model, name, sightline.core.trust.sealed.SealedText(default=b"", verbose_name=title)
            ),
        )
    ]
