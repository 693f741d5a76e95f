"""Where records went that a merge took out of use."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

SURVIVOR = """
with recursive way as (
    select survivor_id, 1 as steps from platform_mergedrecord
    where record_id = %s and object = %s
    union all
    select m.survivor_id, way.steps + 1
    from way join platform_mergedrecord m on m.record_id = way.survivor_id
)
select survivor_id from way where survivor_id is not null order by steps desc limit 1
"""
ABSORBED = """
with recursive part as (
    select m.record_id from platform_mergedrecord m where m.survivor_id = any(%s)
    union
    select m.record_id from part join platform_mergedrecord m on m.survivor_id = part.record_id
)
select record_id from part
"""


def survivor_of(name: str, pk: UUID) -> UUID | None:
    """The record in use that stands for one that was merged; None if it was not."""
    with connection.cursor() as cursor:
        cursor.execute(SURVIVOR, [pk, name])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found[0] if found else None


def absorbed_by(ids: Sequence[UUID]) -> list[UUID]:
    """All records that these stand for, those that were merged into the merged included."""
    with connection.cursor() as cursor:
        cursor.execute(ABSORBED, [list(ids)])
        return [pk for (pk,) in cursor.fetchall()]
