"""Putting customers into their classes by set: what the rules say, where nobody says otherwise.

The class is a custom value of the customer, so that lists, filters, groups, exports, history and
automation have it as they have any other. Only those who move are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from guanxi.customers.classification.models import Classification
from guanxi.customers.classification.rules import Rules
from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import visible_to

JUDGE = """
create temp table class_judged on commit drop as
select j.id as customer_id, j.rule, (%s::text[])[j.rule + 2] as rule_key,
    coalesce(o.result, (%s::text[])[j.rule + 2]) as result, o.id is not null as is_override,
    coalesce(c.custom ->> %s, '') as was
from ({rules}) j(id, rule)
join customers_customer c on c.id = j.id
left join customers_classoverride o on o.customer_id = j.id and o.deleted_at is null
    and o.classification_id = %s
"""
EXPLAIN = """
insert into customers_placement as p (customer_id, classification_id, result, rule)
select customer_id, %(classification)s, result, rule_key from class_judged where result <> ''
on conflict (customer_id, classification_id) do update
set result = excluded.result, rule = excluded.rule,
    placed_at = case when p.result = excluded.result then p.placed_at else clock_timestamp() end
where (p.result, p.rule) is distinct from (excluded.result, excluded.rule)
"""
FORGET = """
delete from customers_placement p using class_judged j
where p.customer_id = j.customer_id and p.classification_id = %(classification)s and j.result = ''
"""
MOVE = """
update customers_customer c
set custom = (c.custom - %(key)s)
    || case when j.result = '' then '{}' else jsonb_build_object(%(key)s, j.result) end
from class_judged j where c.id = j.customer_id and j.was <> j.result
"""
LAST = "select customer_id, count(*) over () from class_judged order by customer_id desc limit 1"
MOVES = """
select was, result, count(*) from class_judged where was <> result group by 1, 2 order by 3 desc, 1
"""
STAYING = "select count(*) from class_judged where was = result"
MOVING = """
select customer_id, was, result, rule, is_override from class_judged where was <> result
order by customer_id limit %s
"""


@dataclass(frozen=True)
class Placed:
    """What one batch did: how many were looked at, how many moved, and who was the last."""

    seen: int
    moved: int
    last: UUID | None


def place(
    classification: Classification,
    rules: Rules,
    *,
    only: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> Placed:
    """Put customers into their classes, in the caller's transaction: `only` these, or the next
    `limit` by id."""
    with connection.cursor() as cursor:
        _judge(cursor, classification.pk, rules, only=only, after=after, limit=limit)
        cursor.execute(LAST)
        last, seen = cursor.fetchone() or (None, 0)
        names: dict[str, Any] = {"classification": classification.pk, "key": classification.key}
        cursor.execute(EXPLAIN, names)
        cursor.execute(FORGET, names)
        cursor.execute(MOVE, names)
        moved = cursor.rowcount
        cursor.execute("drop table class_judged")
    return Placed(seen, moved, last)


@dataclass(frozen=True)
class Trial:
    """What rules would do: (from, to, how many), and some of those who would move."""

    moves: list[tuple[str, str, int]]
    staying: int
    moving: list[tuple[UUID, str, str, int, bool]]


def try_rules(pk: UUID | None, rules: Rules, *, most: int) -> Trial:
    """Judge all customers and write nothing. `pk` is the classification's, if there is one."""
    with connection.cursor() as cursor:
        _judge(cursor, pk, rules)
        cursor.execute(MOVES)
        moves = cursor.fetchall()
        cursor.execute(STAYING)
        (staying,) = cursor.fetchone()
        cursor.execute(MOVING, [most])
        moving = cursor.fetchall()
        cursor.execute("drop table class_judged")
    return Trial(moves, staying, moving)


def _judge(
    cursor: Any,
    pk: UUID | None,
    rules: Rules,
    *,
    only: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> None:
    """Make the table class_judged: of each customer the class it is in, and the one it is to be."""
    customers = visible_to(rules.firm, Customer).filter(erased_at=None)
    if only is not None:
        customers = customers.filter(pk__in=only)
    if after is not None:
        customers = customers.filter(pk__gt=after)
    asked = customers.annotate(_rule=rules.number()).values_list("pk", "_rule")
    if limit is not None:
        asked = asked.order_by("pk")[:limit]
    statement, params = asked.query.sql_with_params()
    cursor.execute(
        JUDGE.format(rules=statement), [rules.keys, rules.results, rules.key, *params, pk]
    )
