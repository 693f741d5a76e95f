import django.db.models.functions.datetime
from django.db import migrations, models

import guanxi.platform.objects.record


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0012_classifications"),
        ("platform", "0031_erasing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suppression",
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
                    "kind",
                    models.CharField(
                        choices=[("phone", "phone"), ("email", "email")], max_length=10
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.AddField(
            model_name="customer",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="erased at"
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("birthday", None),
                        ("credit_code", ""),
                        ("email", ""),
                        ("name_match", ""),
                        ("phone", ""),
                        ("remark", ""),
                        ("street", ""),
                        ("website", ""),
                    ),
                    _connector="OR",
                ),
                name="customer_erased_stays",
                violation_error_message="The personal data of this customer were erased: nothing can be added.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(
                models.F("kind"), models.F("digest"), name="suppression_once"
            ),
        ),
    ]
