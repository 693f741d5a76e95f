from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0014_shares"),
    ]

    operations = [
        migrations.RunSQL((Path(__file__).parents[1] / "events" / "settings.sql").read_text()),
    ]
