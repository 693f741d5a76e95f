"""Names are compared in a column of their own, folded by the one list of what is left out.

Nobody changed these customers: the stream tells nothing, and their versions stay.
"""

from django.db import migrations, models

import guanxi.platform.objects.columns
from guanxi.customers.names import name_match

AT_ONCE = 10_000
FILL = """
update customers_customer c set name_match = m.key from name_matches m where m.id = c.id
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("create temp table name_matches (id uuid, key text) on commit drop")
        cursor.execute("declare named no scroll cursor for select id, name from customers_customer")
        while True:
            cursor.execute(f"fetch {AT_ONCE} from named")
            if not (rows := cursor.fetchall()):
                break
            with cursor.copy("copy name_matches from stdin") as copy:
                for pk, name in rows:
                    copy.write_row((pk, name_match(name)))
        cursor.execute("close named")
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table customers_customer disable trigger user")
        cursor.execute(FILL)
        cursor.execute("alter table customers_customer enable trigger user")


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_identities_of_many")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="name_match",
            field=guanxi.platform.objects.columns.DerivedField(
                db_default="",
                derive=name_match,
                editable=False,
                max_length=255,
                source="name",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["name_match"],
                name="customer_by_match",
            ),
        ),
        migrations.RunSQL("drop function if exists customers_fold_name(text)"),
    ]
