"""Identities are kept by a full join of the rows before and after: see platform's 0026."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "identities.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_names_as_they_are_seen")]
    operations = [migrations.RunSQL(SQL.read_text())]
