import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [("platform", "0019_custom_objects")]

    operations = [
        migrations.CreateModel(
            name="IdentityProvider",
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
                ("name", models.CharField(max_length=100)),
                ("issuer", models.CharField(max_length=500)),
                ("client_id", models.CharField(max_length=500)),
                ("secret", models.BinaryField()),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=253), size=None
                    ),
                ),
                ("claim", models.CharField(db_default="", max_length=100)),
                ("roles", models.JSONField(db_default=[])),
                ("proves_factor", models.BooleanField(db_default=False)),
                ("is_active", models.BooleanField(db_default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "role",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.role",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "client_id"), name="provider_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderLink",
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
                ("issuer", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=255)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="provider_links",
                        to="platform.user",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="provider_subject"),
                    models.UniqueConstraint(
                        fields=("user", "issuer"), name="provider_link_of_user"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="workspace",
            name="passwords_for",
            field=models.CharField(
                choices=[("everybody", "Everybody"), ("administrators", "Administrators")],
                db_default="everybody",
                max_length=14,
            ),
        ),
    ]
