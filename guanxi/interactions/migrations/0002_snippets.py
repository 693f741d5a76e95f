import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0001_ground"),
        ("platform", "0018_files_mark"),
    ]

    operations = [
        migrations.CreateModel(
            name="Snippet",
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
                ("shortcut", models.CharField(blank=True, db_default="", max_length=40)),
                ("text", models.TextField()),
                (
                    "shared",
                    models.CharField(
                        choices=[
                            ("private", "only me"),
                            ("team", "my team"),
                            ("everyone", "everyone"),
                        ],
                        db_default="private",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"),
                        django.db.models.functions.text.Lower("shortcut"),
                        condition=models.Q(("shortcut", ""), _negated=True),
                        name="snippet_shortcut",
                    )
                ],
            },
        ),
    ]
