from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "totals.sql"


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_ground")]
    operations = [migrations.RunSQL(SQL.read_text())]
