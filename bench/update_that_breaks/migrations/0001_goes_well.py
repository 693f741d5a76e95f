from django.db import migrations

CHANGE = """
create table if not exists update_that_breaks (id int);
update platform_workspace set name = name || ' (updated)';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CHANGE)]
