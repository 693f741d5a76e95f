"""Sort keys of names with invisible characters, or accents written apart, are derived anew.

Nobody changed these customers: the stream tells nothing, and their versions stay.
"""

from django.db import migrations

from guanxi.customers.names import name_sort_key

LONGEST = 255  # characters, in the column

CONCERNED = r"""
select id, name from customers_customer
where name is not nfc normalized
   or name ~ '[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]'
"""


def derive_anew(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(CONCERNED)
        keys = [(name_sort_key(name)[:LONGEST], pk) for pk, name in cursor.fetchall()]
        if not keys:
            return
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table customers_customer disable trigger user")
        cursor.executemany("update customers_customer set name_sort = %s where id = %s", keys)
        cursor.execute("alter table customers_customer enable trigger user")


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_custom_fields"),
    ]

    operations = [
        migrations.RunPython(derive_anew, migrations.RunPython.noop),
    ]
