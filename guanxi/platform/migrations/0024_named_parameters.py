from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0023_links")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "fields" / "formulas" / "within.sql").read_text()
        ),
    ]
