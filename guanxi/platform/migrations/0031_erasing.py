from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.record

SQL = Path(__file__).parents[1] / "erasing" / "erasing.sql"
ROLES = """
update platform_role set grants = jsonb_set(grants, '{areas,*,erase}', 'true')
where name = 'administrator' and grants #> '{areas,*}' is not null;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0030_kept_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=guanxi.platform.objects.record.UUID7(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.UUIDField()),
                (
                    "records",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[("request", "request"), ("retention", "retention rule")],
                        db_default="request",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.user",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["object", "record_id"], name="erasure_of_record")],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=guanxi.platform.objects.record.UUID7(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="updated at",
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted at"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.UUIDField()),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.user",
                    ),
                ),
            ],
            options={
                "verbose_name": "legal hold",
                "verbose_name_plural": "legal holds",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("object"),
                        models.F("record_id"),
                        condition=models.Q(("deleted_at__isnull", True)),
                        name="hold_of_record",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
    ]
