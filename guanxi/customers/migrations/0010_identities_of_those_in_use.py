"""Customers in the bin get no identities: an update of all gave merged ones theirs again.

The trigger for new customers is set once more, as 0007 had put the slower one in its place.
"""

from pathlib import Path

from django.db import migrations

AREA = Path(__file__).parents[1]


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_consents")]
    operations = [
        migrations.RunSQL((AREA / "identities.sql").read_text()),
        migrations.RunSQL((AREA / "imports.sql").read_text()),
    ]
