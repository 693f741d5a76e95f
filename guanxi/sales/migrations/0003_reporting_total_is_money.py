import django.db.models.functions.math
from django.db import migrations, models

import guanxi.platform.objects.columns


class Migration(migrations.Migration):
    """Says that the total is money, which lists and pages show as such; the column stays as it is."""

    dependencies = [("sales", "0002_totals")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="order",
                    name="reporting_total",
                    field=models.GeneratedField(
                        verbose_name="total in reporting currency",
                        expression=django.db.models.functions.math.Round(
                            models.F("total") * models.F("rate"), 4
                        ),
                        output_field=guanxi.platform.objects.columns.MoneyField(currency=""),
                        db_persist=True,
                    ),
                )
            ]
        )
    ]
