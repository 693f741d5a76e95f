import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0015_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Layout",
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
                ("groups", models.JSONField(verbose_name="groups")),
                ("hidden", models.JSONField(db_default=[], verbose_name="hidden fields")),
                ("form", models.JSONField(verbose_name="fields of a new record")),
                (
                    "role",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="platform.role",
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "verbose_name": "layout",
                "verbose_name_plural": "layouts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["object", "role"], name="layout_of_role", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
