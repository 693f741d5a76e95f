"""The sums of the value ledger, by SQL from orders, lines and interactions as they are now."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from guanxi.platform.events.models import Event

TABLE = "insight_valuemonth"
AMOUNTS = ("sales", "discount", "returns", "adjustments", "revenue", "costed", "margin")
FIGURES = ("orders", *AMOUNTS, "interactions", "unpriced", "cost_to_serve")

# An order is in the month of its day in the books, and so is an interaction.
FRESH = """
with part as (
    select o.customer_id, date_trunc('month', o.ordered_on)::date as month,
        round(coalesce(sum(l.amount) filter (where l.kind = 'sale'), 0) * o.rate, 4) as sales,
        round(coalesce(sum(round(l.quantity * l.unit_price, 4) - l.amount)
            filter (where l.kind = 'sale'), 0) * o.rate, 4) as discount,
        round(coalesce(-sum(l.amount) filter (where l.kind = 'return'), 0) * o.rate, 4) as returns,
        round(coalesce(sum(l.amount) filter (where l.kind = 'adjustment'), 0) * o.rate, 4)
            as adjustments,
        round(coalesce(sum(l.amount) filter (where k.cost is not null), 0) * o.rate, 4) as costed,
        round(sum(l.amount - k.cost) * o.rate, 4) as margin
    from sales_order o
    left join sales_orderline l on l.order_id = o.id and l.deleted_at is null
    cross join lateral (
        select coalesce(l.cost, case when l.kind = 'adjustment' then 0 end) as cost
    ) k
    where o.customer_id = any(%(ids)s) and o.deleted_at is null and o.status <> 'cancelled'
    group by o.id
),
bought as (
    select customer_id, month, count(*) as orders, sum(sales) as sales, sum(discount) as discount,
        sum(returns) as returns, sum(adjustments) as adjustments,
        sum(sales - returns + adjustments) as revenue, sum(costed) as costed, sum(margin) as margin
    from part group by 1, 2
),
rate as (
    select channel, cost, valid_from,
        lead(valid_from) over (partition by channel order by valid_from) as until
    from insight_servicerate where deleted_at is null
),
happened as (
    select i.customer_id, i.channel, (i.happened_at at time zone
        coalesce((select min(time_zone) from platform_workspace), 'UTC'))::date as day
    from interactions_interaction i
    where i.customer_id = any(%(ids)s) and i.deleted_at is null
),
served as (
    select h.customer_id, date_trunc('month', h.day)::date as month, count(*) as interactions,
        count(*) filter (where r.cost is null) as unpriced,
        coalesce(sum(r.cost), 0) as cost_to_serve
    from happened h
    left join rate r on r.channel = h.channel and h.day >= r.valid_from
        and (r.until is null or h.day < r.until)
    group by 1, 2
),
fresh as materialized (
    select customer_id, month, coalesce(orders, 0)::int as orders, coalesce(sales, 0) as sales,
        coalesce(discount, 0) as discount, coalesce(returns, 0) as returns,
        coalesce(adjustments, 0) as adjustments, coalesce(revenue, 0) as revenue,
        coalesce(costed, 0) as costed, margin, coalesce(interactions, 0)::int as interactions,
        coalesce(unpriced, 0)::int as unpriced, coalesce(cost_to_serve, 0) as cost_to_serve
    from bought full join served using (customer_id, month)
)
"""
COLUMNS = ", ".join(FIGURES)
# Rows that say the same are not touched: each written one is work for whoever backs up.
REPLACE = f"""
{FRESH},
gone as (
    delete from {TABLE} v where v.customer_id = any(%(ids)s) and not exists (
        select from fresh f where f.customer_id = v.customer_id and f.month = v.month)
    returning 1
),
kept as (
    insert into {TABLE} (customer_id, month, {COLUMNS})
    select f.customer_id, f.month, {", ".join(f"f.{name}" for name in FIGURES)}
    from fresh f left join {TABLE} v on v.customer_id = f.customer_id and v.month = f.month
    where v.customer_id is null or ({", ".join(f"f.{name}" for name in FIGURES)})
        is distinct from ({", ".join(f"v.{name}" for name in FIGURES)})
    on conflict (customer_id, month) do update
    set {", ".join(f"{name} = excluded.{name}" for name in FIGURES)}
    returning 1
)
select (select count(*) from gone) + (select count(*) from kept)
"""  # noqa: S608  constants only

# Whose months an order, a line or an interaction is in, and those it was in before.
CONCERNED = """
select customer_id from sales_order where id = any(%(order)s)
union select o.customer_id from sales_orderline l join sales_order o on o.id = l.order_id
    where l.id = any(%(order_line)s)
union select customer_id from interactions_interaction where id = any(%(interaction)s)
union select id from customers_customer where id = any(%(before)s)
"""
SOURCES = ("order", "order_line", "interaction")


def make_again(ids: Collection[UUID]) -> int:
    """Bring the months of these customers up to date; returns how many rows were not."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(REPLACE, {"ids": list(ids)})
        (changed,) = cursor.fetchone()
    return int(changed)


def concerned(events: Collection[Event]) -> set[UUID]:
    """The customers whose months the events may have changed."""
    touched: dict[str, set[Any]] = {name: set() for name in (*SOURCES, "before")}
    for event in events:
        if event.object in SOURCES:
            touched[event.object].add(event.record_id)
            changes = event.changes or {}
            touched["before"].update(_was(changes, "customer_id"))
            touched["order"].update(_was(changes, "order_id"))
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED, {name: list(ids) for name, ids in touched.items()})
        return {customer for (customer,) in cursor.fetchall() if customer is not None}


def _was(changes: dict[str, Any], key: str) -> list[UUID]:
    """What a link led to before."""
    before = changes[key][0] if key in changes else None
    return [UUID(before)] if before else []
