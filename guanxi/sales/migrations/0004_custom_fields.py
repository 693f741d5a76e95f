from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0003_reporting_total_is_money"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="custom",
            field=models.JSONField(blank=True, db_default={}, verbose_name="custom fields"),
        ),
    ]
