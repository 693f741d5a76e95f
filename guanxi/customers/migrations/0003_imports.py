from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "imports.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_identities")]
    operations = [migrations.RunSQL(SQL.read_text())]
