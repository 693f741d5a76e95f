import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0009_consents"),
        ("insight", "0001_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SuspectedPair",
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
                ("probability", models.FloatField()),
                ("priority", models.FloatField()),
                ("evidence", models.JSONField(db_default=[])),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("not_the_same", "not the same")],
                        db_default="open",
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("compared", models.BigIntegerField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["priority", "id"],
                        name="suspected_pair_by_priority",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("first"), models.F("second"), name="suspected_pair_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="suspected_pair_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            models.Q(
                                ("compared__isnull", False),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="suspected_pair_decided",
                    ),
                ],
            },
        ),
    ]
