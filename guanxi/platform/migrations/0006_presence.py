import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0005_search")]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("page", models.UUIDField(primary_key=True, serialize=False)),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.UUIDField()),
                (
                    "seen_at",
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
                "indexes": [models.Index(fields=["record_id"], name="presence_at_record")],
            },
        ),
        migrations.RunSQL("alter table platform_presence set unlogged", migrations.RunSQL.noop),
    ]
