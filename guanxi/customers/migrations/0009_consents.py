from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.customers.consent.models
import guanxi.platform.objects.record
from guanxi.customers.consent.seeds import plant

SQL = Path(__file__).parents[1] / "consent" / "consents.sql"


def plant_purposes(apps, schema_editor):
    """A workspace that is there already gets what a new one begins with."""
    workspace = apps.get_model("platform", "Workspace").objects.first()
    if workspace is not None:
        plant(
            apps.get_model("customers", "Purpose"),
            apps.get_model("customers", "ConsentText"),
            workspace.language,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_names_as_they_are_matched"),
        ("platform", "0026_full_joins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Purpose",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "legal_basis",
                    models.CharField(
                        choices=[
                            ("consent", "consent"),
                            ("contract", "performance of a contract"),
                            ("obligation", "legal obligation"),
                            ("interest", "legitimate interest"),
                        ],
                        db_default="consent",
                        max_length=12,
                        verbose_name="legal basis",
                    ),
                ),
                (
                    "by_channel",
                    models.BooleanField(db_default=True, verbose_name="asked per channel"),
                ),
                (
                    "double_opt_in",
                    models.BooleanField(db_default=False, verbose_name="confirmed by e-mail link"),
                ),
                (
                    "is_offered",
                    models.BooleanField(db_default=True, verbose_name="on the preference page"),
                ),
            ],
            options={
                "verbose_name": "purpose",
                "verbose_name_plural": "purposes",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("name"),
                        condition=models.Q(("deleted_at__isnull", True)),
                        name="purpose_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentText",
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
                ("version", models.CharField(max_length=40, verbose_name="version")),
                (
                    "title_en",
                    models.CharField(
                        blank=True, db_default="", max_length=100, verbose_name="title in English"
                    ),
                ),
                (
                    "title_zh_hans",
                    models.CharField(
                        blank=True,
                        db_default="",
                        max_length=100,
                        verbose_name="title in simplified Chinese",
                    ),
                ),
                (
                    "title_zh_hant",
                    models.CharField(
                        blank=True,
                        db_default="",
                        max_length=100,
                        verbose_name="title in traditional Chinese",
                    ),
                ),
                (
                    "text_en",
                    models.TextField(blank=True, db_default="", verbose_name="text in English"),
                ),
                (
                    "text_zh_hans",
                    models.TextField(
                        blank=True, db_default="", verbose_name="text in simplified Chinese"
                    ),
                ),
                (
                    "text_zh_hant",
                    models.TextField(
                        blank=True, db_default="", verbose_name="text in traditional Chinese"
                    ),
                ),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="customers.purpose",
                        verbose_name="purpose",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent text",
                "verbose_name_plural": "consent texts",
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("phone", "phone"),
                            ("sms", "SMS"),
                            ("wechat", "WeChat"),
                            ("post", "post"),
                            ("data", "use of data"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("granted", "granted"),
                            ("pending", "awaiting confirmation"),
                            ("withdrawn", "withdrawn"),
                            ("blocked", "do not contact"),
                            ("lifted", "may be contacted again"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "in_force",
                    models.BooleanField(db_default=False, editable=False, verbose_name="in force"),
                ),
                (
                    "given_at",
                    models.DateTimeField(
                        db_default=guanxi.customers.consent.models.ClockTime(),
                        verbose_name="said at",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("call", "call"),
                            ("form", "form"),
                            ("letter", "e-mail or letter"),
                            ("in_person", "in person"),
                            ("import", "import"),
                            ("preferences", "preference page"),
                            ("link", "preference page, link handed over"),
                            ("merge", "merging of customers"),
                        ],
                        db_default="call",
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, db_default="", max_length=500, verbose_name="remark"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_default=guanxi.customers.consent.models.ActingUser(),
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.user",
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.consenttext",
                        verbose_name="consent text",
                    ),
                ),
                (
                    "purpose",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="customers.purpose",
                        verbose_name="purpose",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
            },
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                models.F("purpose"),
                models.F("version"),
                condition=models.Q(("deleted_at__isnull", True)),
                name="consent_text_version",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["customer", "-given_at"], name="consent_of_customer"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("in_force", True)),
                fields=["purpose", "channel", "state", "customer"],
                name="consent_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("purpose", None), ("state__in", ("blocked", "lifted"))),
                    models.Q(
                        ("purpose__isnull", False),
                        ("state__in", ("granted", "pending", "withdrawn")),
                    ),
                    _connector="OR",
                ),
                name="consent_about_purpose_or_contact",
                violation_error_message="Name a purpose, or choose whether the customer may be contacted at all.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
        migrations.RunPython(plant_purposes, migrations.RunPython.noop),
    ]
