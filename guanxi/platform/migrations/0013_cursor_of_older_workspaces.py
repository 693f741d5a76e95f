"""Workspaces made before 0004 kept a function that took from the app what only events must lack.

It went by names that begin with platform_event, and so walled in platform_eventcursor too: nobody
could be told anything. This gives them the function that new workspaces have, and the cursor back.
"""

from pathlib import Path

from django.db import migrations

STREAM = (Path(__file__).parents[1] / "events" / "stream.sql").read_text(encoding="utf-8")
FUNCTION = "create function guanxi_event_partitions"
BODY = STREAM[STREAM.index(FUNCTION) :].partition("$$;")[0]
REPLACE = f"{BODY.replace('create function', 'create or replace function', 1)}$$;"
GIVE_BACK = """
do $$
declare
    app text;
begin
    for app in
        select distinct r.rolname
        from pg_class c
        cross join lateral aclexplode(c.relacl) a
        join pg_roles r on r.oid = a.grantee
        where c.oid = 'platform_eventcursor'::regclass and a.grantee <> c.relowner
    loop
        execute format('grant select, insert, update, delete on platform_eventcursor to %I', app);
    end loop;
end
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0012_webhooks")]

    operations = [
        migrations.RunSQL(REPLACE, migrations.RunSQL.noop),
        migrations.RunSQL(GIVE_BACK, migrations.RunSQL.noop),
    ]
