from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0022_files")]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "field_id",
                        "record_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("record_id", models.UUIDField()),
                ("target_id", models.UUIDField()),
                (
                    "field",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="platform.customfield",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["target_id", "field"], name="link_of_target")],
            },
        ),
        migrations.RunSQL((Path(__file__).parents[1] / "fields" / "links.sql").read_text()),
    ]
