import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# What happened before is no news: the reader begins with what comes.
BEGIN_HERE = """
insert into platform_eventcursor (consumer, xid, event_id)
values ('notifications', (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text, 9223372036854775807)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0006_presence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.UUIDField()),
                ("is_wanted", models.BooleanField(db_default=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="platform.user",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("object"),
                        models.F("record_id"),
                        models.F("user"),
                        name="follow_once_per_user",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mentioned", "Mentioned"),
                            ("assigned", "Assigned"),
                            ("changed", "Changed"),
                            ("due", "Due"),
                            ("job", "Job"),
                        ],
                        max_length=10,
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.UUIDField()),
                ("together", models.UUIDField()),
                ("cause", models.CharField(max_length=100)),
                ("actor_id", models.UUIDField(null=True)),
                ("details", models.JSONField(db_default={})),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="platform.user",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notification_of_user"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["user", "-id"],
                        name="notification_unread",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"), models.F("cause"), name="notification_once_per_cause"
                    )
                ],
            },
        ),
        migrations.RunSQL(BEGIN_HERE, migrations.RunSQL.noop),
    ]
