from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0016_layouts")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "fields" / "formulas" / "formulas.sql").read_text()
        ),
    ]
