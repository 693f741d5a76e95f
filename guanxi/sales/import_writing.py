"""Writing a batch of judged lines: unknown products and customers, orders, their lines."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.customers.imports import owner_of
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.targets import Context
from guanxi.sales.import_matching import LINES, Values

RACED = """
update platform_importverdict v set verdict = 'reject', reasons = %s::jsonb
from platform_importrow r
where v.imported = {imported} and v.row > {first} and v.row <= {last} and v.leader = v.row
  and r.imported = v.imported and r.row = v.row and (
    v.verdict = 'create' and exists (select 1 from sales_order o where o.source = {source}
        and o.number = {number} and o.deleted_at is null and o.id <> v.record_id)
    or v.verdict = 'update' and not exists (
        select 1 from sales_order o where o.id = v.record_id and o.deleted_at is null))
"""
FOLLOW_REJECTED = """
update platform_importverdict v set verdict = 'reject', reasons = l.reasons
from platform_importverdict l
where v.imported = {imported} and v.row > {first} and v.row <= {last} and v.leader <> v.row
  and v.verdict in ('create', 'update') and l.imported = v.imported and l.row = v.leader
  and l.part = v.part and l.verdict = 'reject'
"""
# The lines of this batch to be written, with what the leader knows of the whole order.
BATCH = """
create temp table i_batch on commit drop as
select i.*, v.record_id, v.verdict as judged, v.leader as first_row, v.candidates,
    v.reasons is not null as is_there,
    case when v.leader = v.row then (v.merged)[1]::timestamptz end as whole_at,
    case when v.leader = v.row then (v.merged)[2] end as whole_customer,
    case when v.leader = v.row then (v.merged)[3] end as whole_named
from i_line i
join platform_importverdict v on v.imported = {imported} and v.row = i.row and v.part = 0
    and v.row > {first} and v.row <= {last}
where v.verdict in ('create', 'update')
"""
PRODUCTS = """
insert into products_product (id, code, name)
select {new_id}, product, left(coalesce(nullif(description, ''), product), 200)
from (select distinct on (product) row, product, description from i_batch where product <> ''
      order by product, description = '', row) p
where not exists (
    select 1 from products_product x where x.code = p.product and x.deleted_at is null)
on conflict do nothing
"""
CATEGORIES = """
update products_product p set category = c.category from (
    select distinct on (i.product) i.product, {category} as category from i_batch i
    join platform_importrow r on r.imported = {imported} and r.row = i.row
    where i.product <> '' and {category} <> '' order by i.product, i.row) c
where p.code = c.product and p.deleted_at is null and p.category = ''
"""
BUYERS = """
create temp table i_buyer on commit drop as
select b.customer, b.named, b.row, c.id as customer_id
from (select whole_customer as customer, case when whole_customer = ''
  then whole_named else '' end as named,
          min(row) as row
      from i_batch where whole_at is not null and (whole_customer <> ''
        or whole_named <> '') group by 1, 2) b
left join lateral (
    select i.customer_id as id from customers_identity i
    join customers_customer x on x.id = i.customer_id and x.deleted_at is null
    where b.customer <> '' and i.kind = 'external' and i.source = {customer_source}
      and i.normal = b.customer and i.deleted_at is null
    union all
    select x.id from customers_customer x
    where b.customer = '' and x.name = b.named and x.deleted_at is null
      and x.name_sort = (select l.named_sort from i_batch l where l.row = b.row)
    limit 1
) c on true
"""
CUSTOMERS = """
insert into customers_customer
    (id, kind, name, name_sort, name_match, country, phone, phone_normal, owner_id)
select {new_id}, {kind}, coalesce(nullif({named}, ''), {prefix} || b.customer),
    coalesce(nullif(lower({named_sort}), ''), lower({prefix} || b.customer)),
    coalesce(nullif({named_match}, ''),
        lower(regexp_replace({prefix} || b.customer, '[^[:alnum:]]+', '', 'g'))),
    {country}, {phone}, {phone_normal}, {owner}
from i_buyer b join platform_importrow r on r.imported = {imported} and r.row = b.row
where b.customer_id is null order by b.row
"""
KNOWN_AS = """
insert into customers_identity (id, customer_id, kind, source, value, normal)
select {identity_id}, {new_id}, 'external', {customer_source}, b.customer, b.customer
from i_buyer b where b.customer_id is null and b.customer <> ''
"""
BOUGHT = "update i_buyer b set customer_id = {new_id} where customer_id is null"
RATE = """
case when {currency} = {books} then 1 else (
    select x.rate from sales_exchangerate x where x.currency = {currency} and x.deleted_at is null
      and x.valid_from <= ({at} at time zone {zone})::date order by x.valid_from desc limit 1) end
"""
ORDERS = """
insert into sales_order
    (id, customer_id, source, number, ordered_at, ordered_on, status, currency, rate, owner_id)
select i.record_id, b.customer_id, {source}, i.number, i.whole_at,
    (i.whole_at at time zone {zone})::date, 'completed', i.currency, {rate}, {owner}
from i_batch i
left join i_buyer b on b.customer = i.whole_customer
    and (i.whole_customer <> '' or b.named = i.whole_named and i.whole_named <> '')
where i.judged = 'create' and i.row = i.first_row order by i.row
"""
MOVE_ORDERS = """
update sales_order o set ordered_at = i.whole_at,
    ordered_on = (i.whole_at at time zone {zone})::date, currency = i.currency, rate = {rate}
from i_batch i
where o.id = i.record_id and i.judged = 'update' and i.row = i.first_row
  and (o.ordered_at <> i.whole_at or o.currency <> i.currency)
"""
REMOVE = """
update sales_orderline x set deleted_at = now()
from i_batch i
where i.judged = 'update' and i.row = i.first_row and x.id = any(i.candidates)
  and x.deleted_at is null
"""
# The trigger that keeps totals changes the orders: two connections take them in one order.
LOCK = """
select 1 from sales_order o where o.id in (select record_id from i_batch)
order by o.id for no key update
"""
ADD = """
insert into sales_orderline
    (id, order_id, position, kind, product_id, description, quantity, unit_price, amount, cost)
select {new_id}, i.record_id, coalesce(i.position, i.row - i.first_row + 1), i.kind, p.id,
    i.description, i.quantity, i.price, i.amount, i.cost
from i_batch i
left join products_product p on p.code = i.product and p.deleted_at is null and i.product <> ''
where not i.is_there order by i.row
"""


class Writing:
    """Writes one import's lines."""

    def __init__(self, context: Context, layout: Layout):
        self.context, self.layout, self.values = context, layout, Values(context, layout)
        owner = owner_of(context)
        self.names = {
            **self.values.names(),
            "owner": f"'{owner}'::uuid" if owner else "null::uuid",
        }

    def orders(self, first: int, last: int) -> None:
        """Write the orders of the rows first < row <= last, their new products and customers."""
        self._gather(first, last)
        if self.values.may_create("product"):
            self._do(PRODUCTS, new_id=self._id(2, "p.row"))
            if "product_category" in self.layout:
                self._do(CATEGORIES, category=self.values.text("product_category"))
        self._customers()
        rate = RATE.format(**self.names | {"currency": "i.currency", "at": "i.whole_at"})
        self._do(ORDERS, rate=rate)
        self._do(MOVE_ORDERS, rate=rate)
        self._do(REMOVE)

    def lines(self, first: int, last: int) -> None:
        """Write the lines of the rows first < row <= last, whose orders are there by now.

        Ranges of rows can be written at once; those with lines of one order take turns.
        """
        self._gather(first, last)
        self._do(LOCK)
        self._do(ADD, new_id=self._id(1, "i.row"))

    def _gather(self, first: int, last: int) -> None:
        """Make the table i_batch of the lines to be written."""
        self.names |= {"first": str(first), "last": str(last)}
        if self.context.recheck:
            message = _("Somebody changed this order meanwhile. Import its rows again.")
            self._do(RACED, [reason(None, "meanwhile", message)])
        self._do(FOLLOW_REJECTED)
        self._do("drop table if exists pg_temp.i_line, pg_temp.i_batch, pg_temp.i_buyer")
        self._do(LINES, within=f"and r.row > {first} and r.row <= {last}")
        self._do("set local enable_nestloop = off")  # what is staged has no statistics yet
        self._do(BATCH)
        self._do("set local enable_nestloop = on")
        self._do("analyze i_batch (row, first_row, record_id, judged, product, whole_customer)")

    def finish(self) -> None:
        """Lines of orders that turned out taken while they were written are rejected with them."""
        self.names |= {"first": "0", "last": str(2**31 - 1)}
        self._do(FOLLOW_REJECTED)

    def _customers(self) -> None:
        self._do(BUYERS)
        if self.values.options["unknown_customer"] != "create":
            return
        kind = self.values.options["customer_kind"]
        kind = kind if kind in ("person", "organization") else "person"
        new_id = self._id(3, "b.row")
        self._do(
            CUSTOMERS, new_id=new_id, kind=f"'{kind}'",
            prefix=self.values.literal(_("Customer") + " "),
            country=self.values.text("customer_country"), phone=self.values.text("customer_phone"),
            phone_normal=self.values.text("customer_phone_normal"),
            named_match=self.values.text("customer_name_match"),
        )  # fmt: skip
        self._do(KNOWN_AS, new_id=new_id, identity_id=self._id(4, "b.row"))
        self._do(BOUGHT, new_id=new_id)

    def _id(self, part: int, row: str) -> str:
        return id_sql(self.context.imported, part, row)

    def _do(self, template: str, params: list[Any] | None = None, **names: Any) -> None:
        statement = template.format(**{**self.names, **names})
        with connection.cursor() as cursor:
            cursor.execute(statement, params) if params else cursor.execute(statement)
