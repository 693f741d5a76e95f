import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.columns
import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0010_identities_of_those_in_use"),
        ("insight", "0002_suspected_pairs"),
        ("platform", "0028_merging"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerQuality",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quality",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "completeness",
                    guanxi.platform.objects.columns.ScoreField(
                        null=True, verbose_name="completeness"
                    ),
                ),
                (
                    "findings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), db_default=[], size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["findings"], name="quality_findings"
                    ),
                    models.Index(
                        fields=["completeness", "customer"], name="quality_by_completeness"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualitySettings",
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
                (
                    "counted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "stale_after_days",
                    models.PositiveIntegerField(
                        db_default=365,
                        validators=[
                            django.core.validators.MinValueValidator(30),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                    ),
                ),
                ("merges_by_itself", models.BooleanField(db_default=False)),
                (
                    "precision",
                    models.FloatField(
                        db_default=0.99,
                        validators=[
                            django.core.validators.MinValueValidator(0.9),
                            django.core.validators.MaxValueValidator(0.9999),
                        ],
                    ),
                ),
                (
                    "merges_at_most",
                    models.PositiveIntegerField(
                        db_default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "settings of data quality",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("id", uuid.UUID("00000000-0000-0000-0000-000000000001"))
                        ),
                        name="one_quality_settings",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QualitySnapshot",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                (
                    "measured_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("customers", models.PositiveBigIntegerField()),
                ("pairs_open", models.PositiveIntegerField()),
                ("pairs_decided", models.PositiveIntegerField()),
                (
                    "looked_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), size=None
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="platform.job",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QualityFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=100, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "person"), ("organization", "organization")],
                        max_length=12,
                    ),
                ),
                ("finding", models.CharField(max_length=140)),
                ("customers", models.PositiveBigIntegerField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="insight.qualitysnapshot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("snapshot", "finding", "source", "kind"),
                        name="quality_figure_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
