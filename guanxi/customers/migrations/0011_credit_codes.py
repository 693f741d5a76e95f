"""Organizations have a credit code, which one customer in use has and which is matched by."""

from pathlib import Path

from django.db import migrations, models

AREA = Path(__file__).parents[1]


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_identities_of_those_in_use")]
    operations = [
        migrations.AddField(
            model_name="customer",
            name="credit_code",
            field=models.CharField(
                blank=True, db_default="", max_length=40, verbose_name="credit code"
            ),
        ),
        migrations.AlterField(
            model_name="identity",
            name="kind",
            field=models.CharField(
                choices=[
                    ("phone", "phone"),
                    ("email", "e-mail"),
                    ("external", "external id"),
                    ("wechat", "WeChat"),
                    ("credit_code", "credit code"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                models.F("credit_code"),
                condition=models.Q(
                    ("deleted_at__isnull", True), models.Q(("credit_code", ""), _negated=True)
                ),
                name="customer_credit_code",
            ),
        ),
        migrations.RunSQL((AREA / "identities.sql").read_text()),
        migrations.RunSQL((AREA / "imports.sql").read_text()),
    ]
