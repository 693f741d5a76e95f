import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0031_erasing"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionRule",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("filter", models.JSONField(null=True, verbose_name="filter")),
                ("months", models.PositiveSmallIntegerField(verbose_name="months")),
                (
                    "without",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), size=None
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("erase", "erase the personal data"),
                            ("delete", "move to the recycle bin"),
                        ],
                        max_length=6,
                        verbose_name="action",
                    ),
                ),
                (
                    "limit",
                    models.PositiveIntegerField(db_default=100, verbose_name="at most a night"),
                ),
                ("is_active", models.BooleanField(db_default=False, verbose_name="active")),
                ("ran_at", models.DateTimeField(null=True)),
                ("last", models.JSONField(db_default={})),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.user",
                    ),
                ),
            ],
            options={
                "verbose_name": "retention rule",
                "verbose_name_plural": "retention rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("months__gte", 1)), name="retention_months"
                    )
                ],
            },
        ),
    ]
