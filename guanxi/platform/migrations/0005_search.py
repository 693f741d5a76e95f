from pathlib import Path
from typing import Any

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from guanxi.standardizing.folding import fold_table


def fill_characters(apps: Any, schema_editor: Any) -> None:
    with (
        schema_editor.connection.cursor() as cursor,
        cursor.copy("copy platform_character from stdin") as copy,
    ):
        for row in fold_table():
            copy.write_row(row)


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0004_event_cursor"),
    ]

    operations = [
        migrations.RunSQL((Path(__file__).parents[1] / "search" / "search.sql").read_text()),
        migrations.RunPython(fill_characters, migrations.RunPython.noop),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "record_id",
                        "object",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("object", models.TextField()),
                ("record_id", models.UUIDField()),
                ("text", models.TextField()),
                ("indexed", models.BooleanField()),
            ],
            options={
                "db_table": "platform_searchtext",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="RecentRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.UUIDField()),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["object", "record_id"], name="recent_of_record")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"),
                        models.F("object"),
                        models.F("record_id"),
                        name="recent_once_per_user",
                    )
                ],
            },
        ),
    ]
