"""Customers are classified by rules; the class is a custom value, who put it there a row beside."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import guanxi.platform.objects.record


def row_columns():
    return [
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
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="deleted at"),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0011_credit_codes"),
        ("platform", "0030_kept_fields"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Classification",
            fields=[
                *row_columns(),
                ("rules", models.JSONField(blank=True, db_default=[], verbose_name="rules")),
                (
                    "otherwise",
                    models.CharField(
                        blank=True, db_default="", max_length=60, verbose_name="otherwise"
                    ),
                ),
                ("nightly", models.BooleanField(db_default=True, verbose_name="every night")),
                (
                    "field",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="classification",
                        to="platform.customfield",
                    ),
                ),
            ],
            options={
                "verbose_name": "classification",
                "verbose_name_plural": "classifications",
            },
        ),
        migrations.CreateModel(
            name="ClassOverride",
            fields=[
                *row_columns(),
                ("result", models.CharField(blank=True, max_length=60, verbose_name="class")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "classification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.classification",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "exception from a classification",
                "verbose_name_plural": "exceptions from classifications",
            },
        ),
        migrations.AddConstraint(
            model_name="classoverride",
            constraint=models.UniqueConstraint(
                models.F("customer"),
                models.F("classification"),
                condition=models.Q(("deleted_at__isnull", True)),
                name="class_override_once",
            ),
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "classification_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("result", models.CharField(max_length=60)),
                ("rule", models.CharField(db_default="", max_length=40)),
                (
                    "placed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "classification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.classification",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
        ),
    ]
