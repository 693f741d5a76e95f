"""The rows of one batch of the writing, by themselves."""

from django.db import connection

from guanxi.platform.exchange.models import Import

ROWS = """
create temp table i_batch on commit drop as
select v.row, v.part, v.verdict, v.leader, v.record_id, coalesce(v.merged, r.values) as values,
    case when v.merged is not null then r.values end as own
from platform_importverdict v
join platform_importrow r on r.imported = %(imported)s and r.row = v.row
    and r.row > %(first)s and r.row <= %(last)s
where v.imported = %(imported)s and v.row > %(first)s and v.row <= %(last)s and {wanted}
"""


def gather(imported: Import, first: int, last: int, *, wanted: str) -> None:
    """Make the table i_batch of the rows first < row <= last that are `wanted`, a condition on v.

    Staged rows are so fresh that they have no statistics: what joins them directly may take a
    million rows for one, and goes through all of them for each.
    """
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.i_batch")
        cursor.execute("set local enable_nestloop = off")
        cursor.execute(
            ROWS.format(wanted=wanted), {"imported": imported.pk, "first": first, "last": last}
        )
        cursor.execute("set local enable_nestloop = on")
        cursor.execute("analyze i_batch (row, part, verdict)")
