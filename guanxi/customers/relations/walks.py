"""From one customer along relationships of one kind: which links there are, as ids alone.

Nobody is shown what is found here: `seen.py` takes out of it what the asker may see.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

DEPTH = 60  # beyond any group of companies; ends a walk along circles of older data
MOST = 5_000  # links looked at: more is said to be more

HOLDS = """r.kind = %(kind)s and r.deleted_at is null
    and (r.since is null or r.since <= %(day)s) and (r.until is null or r.until >= %(day)s)"""

# `customer` is above `other`: the parent of the subsidiary, the referrer of who was referred.
UPWARDS = f"""
    select %(start)s::uuid as node, null::uuid as link, 0 as depth
    union
    select r.customer_id, r.id, up.depth + 1
    from up join customers_relationship r on r.other_id = up.node and {HOLDS}
    where up.depth < %(depth)s
"""  # noqa: S608  a constant
DOWNWARDS = f"""
    select node, null::uuid as link, 0 as depth from top
    union
    select r.other_id, r.id, down.depth + 1
    from down join customers_relationship r on r.customer_id = down.node and {HOLDS}
    where down.depth < %(depth)s
"""  # noqa: S608  a constant
TREE = f"""
with recursive up as ({UPWARDS}),
top as ({{top}}),
down as ({DOWNWARDS})
select link from up where link is not null
union all
(select link from down where link is not null limit %(most)s)
"""  # noqa: S608  constants
FROM_TOP = "select node from up order by depth desc limit 1"
FROM_HERE = "select %(start)s::uuid as node"

# Whoever lives with whom, in either direction of the link.
TOGETHER = f"""
with recursive reached as (
    select %(start)s::uuid as node
    union
    select case when r.customer_id = reached.node then r.other_id else r.customer_id end
    from reached join customers_relationship r
        on (r.customer_id = reached.node or r.other_id = reached.node) and {HOLDS}
),
few as (select node from reached limit %(most)s)
select r.id from few join customers_relationship r on r.customer_id = few.node and {HOLDS}
limit %(most)s
"""  # noqa: S608  constants


@dataclass(frozen=True)
class Walked:
    """The links found, and whether there are more than are looked at."""

    links: list[UUID]
    is_cut: bool


def tree(start: UUID, kind: str, day: dt.date, *, whole: bool) -> Walked:
    """All links above a customer and below it, or, for the `whole`, below whoever is on top."""
    return _walk(TREE.format(top=FROM_TOP if whole else FROM_HERE), start, kind, day)


def together(start: UUID, kind: str, day: dt.date) -> Walked:
    """All links of whom links of one kind, followed both ways, tie to a customer."""
    return _walk(TOGETHER, start, kind, day)


def _walk(statement: str, start: UUID, kind: str, day: dt.date) -> Walked:
    asked: dict[str, Any] = {"start": start, "kind": kind, "day": day, "depth": DEPTH, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found = [link for (link,) in cursor.fetchall()]
    return Walked(list(dict.fromkeys(found)), len(found) >= MOST)
