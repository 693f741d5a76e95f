from typing import Any

from django.db import migrations

from guanxi.platform.access.grants import BUILT_IN_ROLES


def make_roles(apps: Any, schema_editor: Any) -> None:
    role = apps.get_model("platform", "Role")
    role.objects.bulk_create(
        [role(name=name, grants=grants) for name, grants in BUILT_IN_ROLES.items()]
    )


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_ground")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
