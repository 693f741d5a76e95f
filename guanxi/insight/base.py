"""The state of the customer base, over what the asker may see, at the moment they ask.

Two statements: one pass that groups customers by their classes, one that ranks them by value.
Nothing is kept from before: after a hand-over the figures are right at once.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, Sum

from guanxi.customers.models import Customer
from guanxi.insight.attention import open_items
from guanxi.insight.models import ABCClass, RFMClass, ScoreRun, Stage
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.objects.lists import COUNT_CAP
from guanxi.platform.objects.registry import ObjectField, object_type
from guanxi.sales.models import Order

KEY_FIELDS = ("phone", "email", "city", "street", "owner")
CLASSES = (
    ("stages", "stage", Stage),
    ("rfm_classes", "rfm_class", RFMClass),
    ("abc_classes", "abc_class", ABCClass),
)
MOST_OF_THE_VALUE = 0.8

Row = dict[str, Any]


def base_state(asker: Asker, run: ScoreRun | None) -> dict[str, Any]:
    """Totals, completeness, classes and the Pareto share of the asker's customers."""
    visible = asker.shown(object_type("customer"))
    rows = _grouped(asker, visible)
    customers = sum(row["customers"] for row in rows)
    return {
        "customers": customers,
        "unowned": sum(row["unowned"] for row in rows),
        "completeness": _completeness(rows, customers, visible),
        "orders": sum(row["bought"] or 0 for row in rows) if run else _orders(asker),
        "buyers": sum(row["buyers"] for row in rows),
        "revenue_12m": _money(row["revenue"] for row in rows),
        "expected_value_12m": _money(row["value"] for row in rows),
        "pareto": pareto(asker, run.value_basis) if run else None,
        "attention": _attention(asker),
        **{
            name: _classes(rows, path, labels) if run and path in visible else []
            for name, path, labels in CLASSES
        },
    }


def _grouped(asker: Asker, visible: dict[str, ObjectField]) -> list[Row]:
    """One row for each combination of classes, with the counts and sums of its customers."""
    filled = {
        f"filled_{name}": Count("pk", filter=_is_filled(visible[name]))
        for name in KEY_FIELDS
        if name in visible
    }
    rows = (
        visible_to(asker, Customer)
        .order_by()
        .values(stage=F("score__stage"), rfm=F("score__rfm_class"), abc=F("score__abc_class"))
        .annotate(
            customers=Count("pk"),
            unowned=Count("pk", filter=Q(owner=None)),
            bought=Sum("score__purchases"),
            buyers=Count("pk", filter=Q(score__purchases__gt=0)),
            revenue=Sum("score__revenue_12m"),
            value=Sum("score__expected_value_12m"),
            **filled,
        )
    )
    return [{**row, "rfm_class": row["rfm"], "abc_class": row["abc"]} for row in rows]


def _is_filled(field: ObjectField) -> Q:
    return Q(**{f"{field.name}__isnull": False}) if field.column.null else ~Q(**{field.name: ""})


def _completeness(rows: list[Row], customers: int, visible: dict[str, ObjectField]) -> Row:
    fields: list[Row] = []
    for name in (n for n in KEY_FIELDS if n in visible):
        filled = sum(row[f"filled_{name}"] for row in rows)
        label = str(visible[name].label)
        fields.append(
            {
                "name": name,
                "label": label[:1].upper() + label[1:],
                "share": round(filled / customers, 4) if customers else 0.0,
                "missing": customers - filled,
            }
        )
    value = sum(f["share"] for f in fields) / len(fields) if fields else 0.0
    return {"value": round(value, 4), "fields": fields}


def _classes(rows: list[Row], path: str, labels: Any) -> list[Row]:
    """Customers and value by class, in the order of the labels; those without a class left out."""
    customers: defaultdict[str, int] = defaultdict(int)
    revenue: defaultdict[str, Decimal] = defaultdict(Decimal)
    value: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if (key := row[path]) is not None:
            customers[key] += row["customers"]
            revenue[key] += row["revenue"] or 0
            value[key] += row["value"] or 0
    return [
        {
            path: key,
            "label": str(label)[:1].upper() + str(label)[1:],
            "customers": customers[key],
            "value": _money([value[key]]),
            "revenue_12m": _money([revenue[key]]),
        }
        for key, label in labels.choices
    ]


def _money(amounts: Any) -> str:
    total = sum((a for a in amounts if a is not None), Decimal(0))
    return str(total.quantize(Decimal("0.01")))


def pareto(asker: Asker, value_basis: str) -> Row | None:
    """How few of the asker's customers bring four fifths of the last year's value; None if none do.

    As `guanxi.analytics.pareto_share` has it: by margin where costs are known, else by revenue;
    only customers who bring something count. Of those who bring the same all count or none, so
    that `filter` opens as many customers as are told.
    """
    column = "margin_12m" if value_basis == "margin" else "revenue_12m"
    values = (
        visible_to(asker, Customer)
        .filter(**{f"score__{column}__gt": 0})
        .order_by()
        .values_list(f"score__{column}", flat=True)
    )
    inner, params = values.query.sql_with_params()
    statement = (
        "with v(v) as ("  # noqa: S608 - the inner query is the ORM's
        f"{inner}), total as (select sum(v) as t, count(*) as n from v),"
        " ranked as (select v, sum(v) over (order by v desc rows unbounded preceding) as s from v),"
        " least as (select min(v) as v from ranked cross join total where s - v < %s * t)"
        " select count(*), sum(v.v), min(least.v), min(t), min(n)"
        " from v cross join least cross join total where v.v >= least.v"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, MOST_OF_THE_VALUE])
        needed, reached, least, total, customers = cursor.fetchone()
    if not needed:
        return None
    opens = {"field": column, "op": "gte", "value": str(least)}
    return {
        "customers": needed,
        "share": round(needed / customers, 4),
        "of_value": round(float(reached / total), 4),
        "filter": opens if column in asker.fields(object_type("customer")) else None,
    }


def _attention(asker: Asker) -> Row:
    count = open_items(asker).order_by()[: COUNT_CAP + 1].count()
    return {"count": min(count, COUNT_CAP), "at_least": count > COUNT_CAP}


def _orders(asker: Asker) -> int:
    """Before the first run nobody has counted: enough to say whether there is anything to score."""
    return visible_to(asker, Order).order_by()[:COUNT_CAP].count()
