from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0020_identity_providers")]

    operations = [
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                (
                    "key",
                    models.BinaryField(max_length=32, primary_key=True, serialize=False),
                ),
                ("full_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL("alter table platform_ratebucket set unlogged", migrations.RunSQL.noop),
    ]
