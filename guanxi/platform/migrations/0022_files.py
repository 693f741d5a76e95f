from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0021_rate_buckets")]

    operations = [
        migrations.AddField("attachment", "field", models.CharField(max_length=40, db_default="")),
        migrations.AddField("attachment", "unused_since", models.DateTimeField(null=True)),
    ]
