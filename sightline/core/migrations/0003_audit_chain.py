from django.core.exceptions import ImproperlyConfigured
from django.db import migrations, models

from sightline.core.guard import lift_guard, set_guard


def refuse_events_without_a_chain(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    """Events written before there was a chain cannot be sealed honestly now; nothing was released with any."""
    if apps.get_model("core", "AuditEvent").objects.exists():
        raise ImproperlyConfigured(
            "this database was begun before audit events were sealed in a chain, and cannot be used any more: "
            "start anew with an empty one (the demo: make demo-reset, or sightline demo --afresh)"
        )


class Migration(migrations.Migration):
    dependencies = [("core", "0002_notice_noticechoice_storedfile")]

    operations = [
        migrations.RunPython(refuse_events_without_a_chain, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="auditevent",
            name="seq",
            field=models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number"),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="mac",
            field=models.CharField(default="", max_length=64, verbose_name="code of the chain"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("seq", models.BigIntegerField(default=0, verbose_name="number of the last event")),
                ("mac", models.CharField(max_length=64, verbose_name="its code")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_audit_chain")
                ],
            },
        ),
        migrations.RunPython(
            lambda apps, editor: set_guard(editor.connection),
            lambda apps, editor: lift_guard(editor.connection),
        ),
    ]
