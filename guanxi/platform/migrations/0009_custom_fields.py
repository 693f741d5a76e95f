from pathlib import Path

import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0008_attachments"),
    ]

    operations = [
        migrations.RunSQL((Path(__file__).parents[1] / "fields" / "fields.sql").read_text()),
        migrations.CreateModel(
            name="CustomField",
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
                ("key", models.CharField(max_length=40)),
                ("type", models.CharField(max_length=20)),
                ("labels", models.JSONField(verbose_name="labels")),
                ("help", models.JSONField(blank=True, db_default={}, verbose_name="help text")),
                ("required", models.BooleanField(db_default=False, verbose_name="required")),
                ("settings", models.JSONField(blank=True, db_default={}, verbose_name="settings")),
                (
                    "position",
                    models.PositiveSmallIntegerField(db_default=0, verbose_name="position"),
                ),
            ],
            options={
                "verbose_name": "custom field",
                "verbose_name_plural": "custom fields",
                "ordering": ["position", "created_at"],
                "constraints": [
                    models.UniqueConstraint(fields=["object", "key"], name="custom_field_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldsVersion",
            fields=[
                ("id", models.BooleanField(db_default=True, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(db_default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", True)), name="one_fields_version"
                    )
                ],
            },
        ),
        migrations.RunSQL("insert into platform_fieldsversion default values"),
    ]
