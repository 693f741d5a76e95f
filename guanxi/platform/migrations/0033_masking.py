import json
from pathlib import Path
from typing import Any

from django.db import migrations, models

MASKED = {
    "customer.phone": "masked",
    "customer.email": "masked",
    "customer.birthday": "masked",
    "customer.street": "masked",
    "identity.value": "masked",
    "address.street": "masked",
}
# Analysts and those who only look see masks from now on; what a firm had said itself stays.
ROLES = """
update platform_role set grants = jsonb_set(grants, '{areas,*,reveal}', 'true')
where name in ('administrator', 'manager') and grants #> '{areas,*}' is not null;
update platform_role set grants = jsonb_set(
    grants, '{fields}', %s::jsonb || coalesce(grants -> 'fields', '{}')
)
where name in ('analyst', 'read_only');
"""


def mask_by_default(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(ROLES, [json.dumps(MASKED)])


class Migration(migrations.Migration):
    dependencies = [("platform", "0032_retention")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "masking" / "masking.sql").read_text(),
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="customfield",
            name="personal",
            field=models.BooleanField(db_default=False, verbose_name="personal data"),
        ),
        migrations.RunPython(mask_by_default, migrations.RunPython.noop),
    ]
