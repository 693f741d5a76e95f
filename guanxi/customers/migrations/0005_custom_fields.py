from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_city_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="address",
            name="custom",
            field=models.JSONField(blank=True, db_default={}, verbose_name="custom fields"),
        ),
        migrations.AddField(
            model_name="relationship",
            name="custom",
            field=models.JSONField(blank=True, db_default={}, verbose_name="custom fields"),
        ),
    ]
