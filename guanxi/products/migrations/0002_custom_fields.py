from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0001_ground"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="custom",
            field=models.JSONField(blank=True, db_default={}, verbose_name="custom fields"),
        ),
    ]
