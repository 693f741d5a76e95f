"""What changed is told by a full join of the rows before and after.

Every row has both sides. But the plan of a trigger is made once in a connection, often for one row,
and kept: an inner join may be a loop in a loop, which takes minutes when many rows are changed; a
full join never is.
"""

from django.db import migrations

FULL = """
do $$ begin
    execute regexp_replace(
        pg_get_functiondef('guanxi_record_event'::regproc),
        '(full )?join old_rows', 'full join old_rows'
    );
end $$
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0025_indexes")]

    operations = [migrations.RunSQL(FULL)]
