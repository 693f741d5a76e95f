"""What becomes of the lines of a purchase file, decided for all of them in one transaction.

The working table i_line keeps one line each: its order, its kind and its key, which is the line's
content and its ordinal among equal lines of the order. Existing lines get the same keys; equal keys
are equal lines.
"""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import visible_to
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.targets import Context
from guanxi.platform.objects.registry import object_type
from guanxi.sales.models import Order

LINES = """
create temp table i_line on commit drop as
with read as (
    select r.row, {number} as number, {position} as position, {at} as at, {customer} as customer,
        {named} as named, {named_sort} as named_sort, {product} as product, {description} as
          description, {marked} as marked,
        coalesce({quantity}, 1) as quantity,
        coalesce({price}, round({amount} / nullif(coalesce({quantity}, 1), 0), 6), 0) as price,
        {amount} as amount, {currency} as currency, {cost} as cost
    from platform_importrow r where r.imported = {imported} and r.reasons is null {within}
)
select row, number, position, at, customer, named, named_sort, product, description, price,
  currency, cost,
    case
        when marked then 'return'
        when quantity < 0 then {negative}
        when price <= 0 then {worthless}
        else 'sale'
    end as kind,
    case when marked then -abs(quantity) else quantity end as quantity,
    round(coalesce(case when marked then -abs(amount) else amount end,
        case when marked then -abs(quantity) else quantity end * price), 4) as amount,
    first_value(row) over (partition by number order by row) as leader,
    null::text as verdict, null::text as code, null::uuid as order_id, null::text as key,
    false as exists_already, null::timestamptz as order_at, null::text as order_customer,
    null::text as order_named, null::text as order_currency
from read
"""
REFUSE = """
update i_line set verdict = 'reject', code = '{code}' where verdict is null and {condition}
"""
TWO_CURRENCIES = """
update i_line set verdict = 'reject', code = 'two_currencies' where verdict is null and number in (
    select number from i_line where verdict is null group by number having count(distinct
      currency) > 1)
"""
HIDDEN_CUSTOMER = """
update i_line l set verdict = 'reject', code = 'not_your_customer'
from customers_identity i
where l.verdict is null and l.customer <> '' and i.kind = 'external'
  and i.source = {customer_source}
  and i.normal = l.customer and i.deleted_at is null and i.customer_id not in ({permitted})
"""
NAMESAKES = """
update i_line l set verdict = 'reject', code = 'namesakes' where verdict is null and customer = ''
  and named <> '' and (select count(*) from customers_customer c where c.deleted_at is null
      and c.name_sort = l.named_sort and c.name = l.named) > 1
"""
UNKNOWN_PRODUCTS = """
update i_line set product = '' where product <> '' and not exists (
    select 1 from products_product p where p.code = product and p.deleted_at is null)
"""
TWO_CUSTOMERS = """
update i_line set verdict = 'reject', code = 'two_customers' where verdict is null and number in (
    select number from i_line where verdict is null and customer <> ''
    group by number having count(distinct customer) > 1)
"""
RATES = """
update i_line l set verdict = 'reject', code = 'no_rate'
where verdict is null and currency <> {books} and not exists (
    select 1 from sales_exchangerate x where x.currency = l.currency and x.deleted_at is null
      and x.valid_from <= (l.at at time zone {zone})::date)
"""
KNOWN = """
create temp table i_known on commit drop as
select distinct l.customer from i_line l
join customers_identity i on i.kind = 'external' and i.source = {customer_source}
    and i.normal = l.customer and i.deleted_at is null
join customers_customer c on c.id = i.customer_id and c.deleted_at is null
where l.customer <> ''
"""
LEAD = """
update i_line l set leader = f.leader, order_at = f.at, order_customer = f.customer,
    order_named = f.named, order_currency = f.currency
from (
    select number, min(row) as leader, min(at) as at, max(customer) as customer, max(named) as
      named,
        min(currency) as currency
    from i_line where verdict is null group by number) f
where l.number = f.number and l.verdict is null
"""
ORDERS = """
update i_line l set order_id = o.id from sales_order o
where l.verdict is null and o.source = {source} and o.number = l.number and o.deleted_at is null
"""
CONTENT = (
    "concat_ws(E'\\x1f', {kind}, {product}, {description}, trim_scale({quantity}), "
    "trim_scale({price}),"
    " trim_scale({amount}))"
)
KEYED = """
update i_line l set key = k.key from (
    select row, {content} || E'\\x1f' || case when position is not null then 'p' || position
        else row_number() over (partition by number, position, {content} order by row)::text end
          as key
    from i_line where verdict is null) k
where k.row = l.row
"""
EXISTING = """
create temp table i_existing on commit drop as
select x.order_id, x.id, {content} || E'\\x1f' || {ordinal} as key
from sales_orderline x left join products_product p on p.id = x.product_id
where x.deleted_at is null and x.order_id in (select order_id from i_line
  where order_id is not null)
"""
SAME = """
update i_line l set verdict = 'unchanged', exists_already = true from i_existing e
where l.verdict is null and l.order_id = e.order_id and l.key = e.key
"""
# Only the lines are compared, and what an order has beyond them is taken from its first line.
REST = """
update i_line set verdict = case when order_id is null then 'create' else 'update' end
where verdict is null
"""
MOVED = """
update i_line l set verdict = 'update' from sales_order o
where o.id = l.order_id and l.verdict = 'unchanged' and l.row = l.leader
  and (o.ordered_at <> l.order_at or o.currency <> l.order_currency)
"""
LESS = """
update i_line l set verdict = 'update' where l.verdict = 'unchanged' and l.row = l.leader
  and exists (select 1 from i_existing e where e.order_id = l.order_id and not exists (
      select 1 from i_line x where x.order_id = e.order_id and x.key = e.key))
"""
SKIP = "update i_line set verdict = 'unchanged' where verdict = 'update'"
HIDDEN = """
update i_line set verdict = 'reject', code = 'not_yours'
where verdict in ('update', 'unchanged') and order_id is not null
  and number in (select number from i_line where verdict = 'update')
  and order_id not in ({permitted})
"""
UNSEEN = """
update i_line set verdict = 'reject', code = 'not_yours'
where verdict = 'unchanged' and order_id not in ({permitted})
"""
VERDICTS = """
insert into platform_importverdict
    (imported, row, part, verdict, record_id, leader, reasons, merged, candidates)
select {imported}, l.row, 0, l.verdict,
    case when l.verdict <> 'reject' then coalesce(l.order_id, {new_id}) end, l.leader,
    case when l.verdict = 'update' and l.exists_already then %s::jsonb else w.reasons end,
    case when l.row = l.leader and l.verdict <> 'reject'
        then array[l.order_at::text, l.order_customer, l.order_named] end,
    case when l.row = l.leader and l.verdict = 'update' then array(
        select e.id from i_existing e where e.order_id = l.order_id and not exists (
            select 1 from i_line x where x.order_id = e.order_id and x.key = e.key)) end
from i_line l left join (select key, value as reasons from jsonb_each(%s::jsonb)) w
  on w.key = l.code
"""
COUNTS = """
select count(distinct number) filter (where verdict = 'create'),
       count(distinct number) filter (where verdict = 'update'),
       count(*) filter (where verdict <> 'reject' and kind = 'return'),
       count(*) filter (where verdict <> 'reject' and kind = 'adjustment'),
       count(distinct customer) filter (where verdict = 'create' and customer <> ''
           and not exists (select 1 from i_known k where k.customer = i_line.customer)),
       (select count(*) from i_existing e
        where e.order_id in (select order_id from i_line where verdict = 'update')
          and not exists (select 1 from i_line x where x.order_id = e.order_id and x.key = e.key))
from i_line
"""


class Values:
    """The staged values of a line as typed SQL."""

    def __init__(self, context: Context, layout: Layout):
        self.context, self.layout = context, layout
        self.options = context.options

    def literal(self, value: Any) -> str:
        return sql.Literal(value).as_string(None)

    def text(self, name: str) -> str:
        return self.layout.sql(name)

    def number(self, name: str) -> str:
        return f"nullif({self.text(name)}, '')::numeric"

    def may_create(self, name: str) -> bool:
        return self.context.asker.may("create", object_type(name))

    @property
    def currency(self) -> str:
        return (
            f"coalesce(nullif({self.text('currency')}, ''), {self.literal(self.context.currency)})"
        )

    @property
    def marked(self) -> str:
        """Whether the line says itself that it is a return."""
        tests = []
        if "return_mark" in self.layout:
            tests.append(f"{self.text('return_mark')} = 'true'")
        if prefix := self.options["return_prefix"]:
            tests.append(f"starts_with({self.text('order_number')}, {self.literal(prefix)})")
        return f"({' or '.join(tests)})" if tests else "false"

    @property
    def customer_source(self) -> str:
        return self.literal(self.options["customer_source"] or self.options["source"])

    def names(self) -> dict[str, str]:
        """What the templates need."""
        position = f"nullif({self.text('line_number')}, '')::bigint"
        return {
            "imported": f"'{self.context.imported.pk}'::uuid",
            "number": self.text("order_number"),
            "position": position,
            "at": f"nullif({self.text('ordered_at')}, '')::timestamptz",
            "customer": self.text("customer_id"),
            "named": self.text("customer_name"),
            "named_sort": self.text("customer_name_sort"),
            "product": self.text("product_code"),
            "description": self.text("description"),
            "quantity": self.number("quantity"),
            "price": self.number("unit_price"),
            "amount": self.number("amount"),
            "cost": self.number("cost"),
            "marked": self.marked,
            "currency": self.currency,
            "negative": self.literal(self.options["negative"]),
            "worthless": self.literal(self.options["not_positive_price"]),
            "source": self.literal(self.options["source"]),
            "books": self.literal(self.context.currency),
            "zone": self.literal(str(self.context.zone)),
            "customer_source": self.customer_source,
        }


def build_lines(cursor: Any, values: Values) -> None:
    """Fill i_line with every readable line, refused ones marked."""
    names, options = values.names(), values.options
    has_name = "customer_name" in values.layout
    cursor.execute(LINES.format(**names, within=""))
    cursor.execute("analyze i_line (row, number, customer, currency, product)")
    refusals = [
        ("no_number", "number = ''"),
        ("no_time", "at is null"),
        (
            "no_price",
            f"price = 0 and amount is null and {str('unit_price' not in values.layout).lower()}",
        ),
        ("negative", "kind = 'reject' and quantity < 0"),
        ("not_positive_price", "kind = 'reject'"),
    ]
    nobody = "customer = ''" + (" and named = ''" if has_name else "")
    if options["no_customer"] == "reject":
        refusals.append(("no_customer", nobody))
    for code, condition in refusals:
        cursor.execute(REFUSE.format(code=code, condition=condition))
    cursor.execute(TWO_CUSTOMERS)
    cursor.execute(TWO_CURRENCIES)
    query = visible_to(values.context.asker, Customer, "read").order_by().values("pk").query
    permitted, params = query.sql_with_params()
    hidden = HIDDEN_CUSTOMER.format(customer_source=values.customer_source, permitted=permitted)
    cursor.execute(hidden, params)
    if has_name:
        cursor.execute(NAMESAKES)
    if not values.may_create("product"):
        cursor.execute(UNKNOWN_PRODUCTS)
    cursor.execute(RATES.format(**names))
    cursor.execute(KNOWN.format(**names))
    if options["unknown_customer"] == "reject":
        unknown = "customer <> '' and customer not in (select customer from i_known)"
        cursor.execute(REFUSE.format(code="unknown_customer", condition=unknown))


class Matching:
    """One run of the matching of one import."""

    def __init__(self, context: Context, layout: Layout):
        self.context, self.values = context, Values(context, layout)

    def run(self) -> dict[str, int]:
        """Write the verdicts; returns orders, returns, customers to create, lines to remove."""
        with connection.cursor() as cursor:
            build_lines(cursor, self.values)
            self._compare(cursor)
            self._permit(cursor)
            new_id = id_sql(self.context.imported, 0, "l.leader")
            names = self.values.names()
            verdicts = VERDICTS.format(**names, new_id=new_id)
            message = _("The order loses lines, or its date or currency changes.")
            cursor.execute(verdicts, [reason(None, "order_changes", message), messages_json()])
            cursor.execute(COUNTS)
            found = cursor.fetchone()
        names_ = (
            "orders_created", "orders_updated", "returns", "adjustments", "customers_created",
            "lines_removed",
        )  # fmt: skip
        return dict(zip(names_, found, strict=True))

    def _compare(self, cursor: Any) -> None:
        names = self.values.names()
        cursor.execute(LEAD)
        cursor.execute(ORDERS.format(**names))
        mine = CONTENT.format(
            kind="kind", product="product", description="description", quantity="quantity",
            price="price", amount="amount",
        )  # fmt: skip
        cursor.execute(KEYED.format(content=mine))
        cursor.execute("select exists (select 1 from i_line where order_id is not null)")
        theirs = CONTENT.format(
            kind="x.kind", product="coalesce(p.code, '')", description="x.description",
            quantity="x.quantity", price="x.unit_price", amount="x.amount",
        )  # fmt: skip
        ordinal = (
            f"row_number() over (partition by x.order_id, {theirs} order by x.position, x.id)::text"
        )
        if "line_number" in self.values.layout:
            ordinal = "'p' || x.position"
        cursor.execute(EXISTING.format(content=theirs, ordinal=ordinal))
        cursor.execute("analyze i_existing")
        for statement in (SAME, REST, MOVED, LESS):
            cursor.execute(statement)
        if self.values.options["on_match"] == "skip":
            cursor.execute(SKIP)

    def _permit(self, cursor: Any) -> None:
        """Reject lines of orders the asker may not change, in words that give nothing away."""
        for verb, template in (("change", HIDDEN), ("read", UNSEEN)):
            query = (
                visible_to(self.context.asker.importing(verb), Order, verb)
                .order_by()
                .values("pk")
                .query
            )
            permitted, params = query.sql_with_params()
            cursor.execute(template.format(permitted=permitted), params)


def messages_json() -> str:
    """The reasons by their code."""
    import json

    sentences = {
        "no_number": ("order_number", _("The order number is missing. Fill it in.")),
        "no_time": ("ordered_at", _("The time of the order is missing. Fill it in.")),
        "no_price": ("amount", _("The amount is missing. Fill it in.")),
        "negative": (
            "quantity",
            _("The quantity is negative and no return is marked; such lines are to be rejected."),
        ),
        "not_positive_price": (
            "unit_price",
            _("The price is zero or less; such lines are to be rejected."),
        ),
        "no_customer": ("customer_id", _("The line names no customer. Fill the customer in.")),
        "unknown_customer": (
            "customer_id",
            _("This customer is unknown. Import the customer first, or let it be created."),
        ),
        "two_customers": (
            "customer_id",
            _("The lines of this order name different customers. Correct the order number."),
        ),
        "two_currencies": (
            "currency",
            _("The lines of this order have different currencies. Correct the order number."),
        ),
        "not_your_customer": (
            "customer_id",
            _("This customer exists already, and you may not see it. Ask an administrator."),
        ),
        "namesakes": (
            "customer_name",
            _("Several customers have this name. Map the customer id as well."),
        ),
        "no_rate": (
            "currency",
            _("There is no exchange rate for this currency on this day. Enter it first."),
        ),
        "not_yours": (None, _("This order exists already, and you may not change it.")),
    }  # fmt: skip
    return json.dumps(
        {code: json.loads(reason(field, code, text)) for code, (field, text) in sentences.items()}
    )
