"""The value ledger: exact, whatever the order, with what is unknown told apart from zero."""

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics.value import (
    Rate,
    RateCard,
    ValueEntries,
    entries_behind,
    value_entries,
    value_ledger,
    with_quiet_months,
)

MONEY = pa.decimal128(19, 4)
JAN, FEB, MAR = (datetime.date(2026, month, 1) for month in (1, 2, 3))
END = datetime.date(2026, 12, 31)
LINE = ("customer_id", "line_id", "ordered_on", "kind", "amount", "list_amount", "cost")
TYPES = {"amount": MONEY, "list_amount": MONEY, "cost": MONEY, "quantity": MONEY}
DAYS = {name: pa.date32() for name in ("ordered_on", "happened_on", "due_on", "paid_on")}


def day(month: int, of_month: int = 15) -> datetime.date:
    return datetime.date(2026, month, of_month)


def rows(names: tuple[str, ...], *values: tuple[Any, ...]) -> pa.Table:
    columns = list(zip(*values, strict=True)) if values else [[] for _ in names]
    return pa.table(
        {
            name: pa.array(
                [
                    Decimal(cell) if name in TYPES and isinstance(cell, str) else cell
                    for cell in column
                ],
                TYPES.get(name) or DAYS.get(name) or pa.string(),
            )
            for name, column in zip(names, columns, strict=True)
        }
    )


def lines(*values: tuple[Any, ...]) -> pa.Table:
    return rows(LINE, *values)


def touches(*values: tuple[Any, ...], extra: tuple[str, ...] = ()) -> pa.Table:
    return rows(("customer_id", "fact_id", "happened_on", "kind", *extra), *values)


def months(entries: ValueEntries) -> dict[tuple[str, datetime.date], dict[str, Any]]:
    found = value_ledger(entries).to_pyarrow().to_pylist()
    return {(row["customer_id"], row["month"]): row for row in found}


def money_of(row: dict[str, Any], *names: str) -> list[str | None]:
    return [None if row[name] is None else f"{row[name]:.2f}" for name in names]


SALES = lines(
    ("a", "1", day(1), "sale", "90.10", "100", "60.05"),
    ("a", "2", day(1), "adjustment", "-0.10", None, None),
    ("a", "3", day(1, 31), "return", "-30", "-33", "-20.01"),
    ("a", "4", day(3), "sale", "51", None, None),
    ("a", "7", day(3), "adjustment", "-1", None, None),
    ("b", "5", day(2), "sale", "10", "10", "0"),
    ("b", "6", day(2), "sale", "7", "8", None),
)


def test_a_month_adds_up() -> None:
    ledger = months(value_entries(lines=SALES, as_of=END))
    january = ledger["a", JAN]
    figures = ("sales", "returns", "adjustments", "revenue", "discount", "margin")
    assert money_of(january, *figures) == ["90.10", "30.00", "-0.10", "60.00", "9.90", "19.96"]
    assert january["contribution"] == january["margin"]
    assert january["entries"] == 3
    assert january["lines_without_cost"] == 0


def test_no_cost_is_not_a_cost_of_nothing() -> None:
    ledger = months(value_entries(lines=SALES, as_of=END))
    unknown = ("margin", "contribution", "discount", "amount_without_cost")
    assert money_of(ledger["a", MAR], *unknown) == [None, None, None, "51.00"]
    assert ledger["a", MAR]["lines_without_cost"] == 1
    assert ledger["a", MAR]["lines_without_list"] == 1
    partly = ledger["b", FEB]
    assert money_of(partly, *unknown) == ["10.00", "10.00", "1.00", "7.00"]
    assert partly["lines_without_cost"] == 1


def test_serving_costs_by_the_card_that_held_then_or_by_its_own_cost() -> None:
    card = RateCard(
        [
            Rate("interaction", Decimal("2"), kind="call"),
            Rate("interaction", Decimal("2.50"), kind="call", valid_from=FEB),
            Rate("interaction", Decimal("1")),
            Rate("delivery", Decimal("0.3333"), kind="parcel"),
        ]
    )
    served = {
        "interaction": touches(
            ("a", "1", day(1), "call"),
            ("a", "2", day(2), "call"),
            ("a", "3", day(2), "email"),
        ),
        "delivery": touches(
            ("a", "1", day(1), "parcel", "3", None),
            ("a", "2", day(1), "parcel", "3", "7"),
            ("a", "3", day(3), "pallet", "1", None),
            extra=("quantity", "cost"),
        ),
    }
    ledger = months(value_entries(served=served, rates=card, as_of=END))
    assert money_of(ledger["a", JAN], "cost_to_serve", "contribution") == ["10.00", "-10.00"]
    assert ledger["a", JAN]["cost_to_serve"] == Decimal("9.9999")
    assert money_of(ledger["a", FEB], "cost_to_serve", "margin") == ["3.50", "0.00"]
    assert money_of(ledger["a", MAR], "cost_to_serve", "contribution") == [None, None]
    assert ledger["a", MAR]["facts_without_rate"] == 1


def test_overdue_is_what_is_not_paid_by_then() -> None:
    receivables = rows(
        ("customer_id", "receivable_id", "due_on", "amount"),
        ("a", "i1", day(1, 31), "100"),
        ("a", "i2", day(2, 10), "40"),
        ("a", "i3", day(2, 10), "8"),
    )
    payments = rows(
        ("payment_id", "receivable_id", "paid_on", "amount"),
        ("p1", "i2", day(2, 1), "40"),
        ("p2", "i1", day(4, 2), "99.99"),
        ("p3", "i3", day(2, 10), "3"),
    )
    entries = value_entries(receivables=receivables, payments=payments, as_of=END)
    ledger = months(entries)
    # Due on the last day of January is overdue from the first of February on.
    assert ("a", JAN) not in ledger
    assert money_of(ledger["a", FEB], "overdue") == ["105.00"]
    assert money_of(ledger["a", day(4, 1)], "overdue", "overdue_change") == ["5.01", "-99.99"]
    made = entries_behind(entries, customer_id="a", month=day(4), figure="overdue").to_pyarrow()
    assert sum(made["overdue_change"].to_pylist()) == Decimal("5.01")
    before = value_entries(receivables=receivables, payments=payments, as_of=day(2, 10))
    assert money_of(months(before)["a", FEB], "overdue") == ["100.00"]


def test_quiet_months_are_zero_and_carry_what_is_overdue() -> None:
    entries = value_entries(
        lines=SALES,
        receivables=rows(
            ("customer_id", "receivable_id", "due_on", "amount"), ("a", "i1", day(1), "9")
        ),
        as_of=END,
    )
    dense = with_quiet_months(value_ledger(entries), through=day(4)).to_pyarrow().to_pylist()
    found = {(row["customer_id"], row["month"].month): row for row in dense}
    assert sorted(found) == [("a", n) for n in (1, 2, 3, 4)] + [("b", n) for n in (2, 3, 4)]
    figures = ("revenue", "margin", "contribution", "overdue")
    assert money_of(found["a", 2], *figures) == ["0.00", "0.00", "0.00", "9.00"]
    assert found["a", 2]["entries"] == 0
    assert money_of(found["a", 3], *figures) == ["50.00", None, None, "9.00"]
    with pytest.raises(ValueError, match="through must not be before the first month"):
        with_quiet_months(value_ledger(entries), through=datetime.date(2025, 12, 31))


def test_each_figure_opens_its_facts() -> None:
    entries = value_entries(lines=SALES, as_of=END)

    def behind(customer: str, month: datetime.date, figure: str) -> list[str]:
        found = entries_behind(entries, customer_id=customer, month=month, figure=figure)
        return found.to_pyarrow()["fact_id"].to_pylist()

    assert behind("a", JAN, "revenue") == ["1", "2", "3"]
    assert behind("a", JAN, "returns") == ["3"]
    assert behind("a", JAN, "discount") == ["1"]
    assert behind("a", MAR, "margin") == ["4", "7"]
    assert behind("b", FEB, "amount_without_cost") == ["6"]
    with pytest.raises(ValueError, match="figure must be one of sales, "):
        behind("a", JAN, "profit")


def test_facts_that_say_too_little_are_left_out_and_counted() -> None:
    entries = value_entries(
        lines=lines(
            (None, "1", day(1), "sale", "1", None, None),
            ("a", "2", None, "sale", "1", None, None),
            ("a", "3", day(1), "sale", None, None, None),
            ("a", "4", day(5), "sale", "1", None, None),
            ("a", "5", day(1), "sale", "1", None, None),
        ),
        as_of=day(4),
    )
    assert entries.left_out == {
        "order_line": {"without_customer": 1, "incomplete": 2, "after_as_of": 1}
    }
    assert entries.table.count().to_pyarrow().as_py() == 1


def test_what_cannot_be_exact_or_counted_once_is_refused() -> None:
    twice = pa.concat_tables([SALES, SALES.slice(0, 1)])
    with pytest.raises(ValueError, match=r"lines.line_id is there twice for 1 value\(s\).* 1$"):
        value_entries(lines=twice, as_of=END)
    floats = SALES.set_column(4, "amount", SALES["amount"].cast(pa.float64()))
    with pytest.raises(ValueError, match=r"lines.amount must be decimal, not float64"):
        value_entries(lines=floats, as_of=END)
    fine = SALES.set_column(4, "amount", SALES["amount"].cast(pa.decimal128(25, 6)))
    with pytest.raises(ValueError, match=r"lines.amount has 6 decimals where 4 are kept"):
        value_entries(lines=fine, as_of=END)
    with pytest.raises(ValueError, match=r"lines lacks the column\(s\) cost"):
        value_entries(lines=SALES.drop_columns(["cost"]), as_of=END)
    with pytest.raises(ValueError, match=r"lines.kind must be one of .* not 'gift'"):
        value_entries(lines=lines(("a", "1", day(1), "gift", "1", None, None)), as_of=END)
    with pytest.raises(
        ValueError, match=r"payments.receivable_id names no receivable, as in payment p1"
    ):
        value_entries(
            receivables=rows(("customer_id", "receivable_id", "due_on", "amount")),
            payments=rows(
                ("payment_id", "receivable_id", "paid_on", "amount"), ("p1", "x", day(1), "1")
            ),
            as_of=END,
        )
    with pytest.raises(ValueError, match="needs facts"):
        value_entries(as_of=END)
    with pytest.raises(ValueError, match="rates has two for case"):
        RateCard([Rate("case", Decimal(1)), Rate("case", Decimal(2))])
    with pytest.raises(ValueError, match="the rate for case must be a Decimal"):
        RateCard([Rate("case", 0.1)])  # type: ignore[arg-type]
    numbered = pa.table(
        {"customer_id": [1], "fact_id": ["1"], "happened_on": [day(1)], "kind": ["call"]}
    )
    with pytest.raises(ValueError, match="customer_id is int64 in case where it is string"):
        value_entries(lines=SALES, served={"case": numbered}, as_of=END)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake", "trino"])
def test_same_expression_compiles_for_other_engines(dialect: str) -> None:
    ledger = value_ledger(value_entries(lines=SALES, as_of=END))
    assert "order_line" in ibis.to_sql(ledger, dialect=dialect)


CENTS = st.integers(-(10**15), 10**15).map(lambda number: Decimal(number).scaleb(-4))
FACT = st.tuples(
    st.sampled_from("abc"),
    st.dates(datetime.date(1960, 1, 1), datetime.date(2026, 12, 31)),
    st.sampled_from(["sale", "return", "adjustment"]),
    CENTS,
    st.none() | CENTS,
    st.none() | CENTS,
)


@settings(max_examples=8, deadline=None)
@given(facts=st.lists(FACT, min_size=1, max_size=30), data=st.data())
def test_months_add_up_to_the_facts_in_any_order(facts: list[Any], data: st.DataObject) -> None:
    numbered = [(who, str(n), on, *rest) for n, (who, on, *rest) in enumerate(facts)]
    shuffled = data.draw(st.permutations(numbered))
    ledger = months(value_entries(lines=lines(*numbered), as_of=END))
    again = months(value_entries(lines=lines(*shuffled), as_of=END))
    assert ledger == again
    naive: dict[Any, Decimal] = defaultdict(Decimal)
    margins: dict[Any, list[Decimal | None]] = defaultdict(list)
    adjusted: dict[Any, Decimal] = defaultdict(Decimal)
    for who, on, kind, amount, _, cost in facts:
        month = (who, on.replace(day=1))
        naive[month] += amount
        if kind == "adjustment" and cost is None:
            adjusted[month] += amount
        else:
            margins[month].append(None if cost is None else amount - cost)
    assert {key: row["revenue"] for key, row in ledger.items()} == naive
    for key, row in ledger.items():
        known = [margin for margin in margins[key] if margin is not None]
        nothing_known = bool(margins[key]) and not known
        assert row["margin"] == (None if nothing_known else sum(known) + adjusted[key])
        assert row["lines_without_cost"] == len(margins[key]) - len(known)
    assert sum(row["revenue"] for row in ledger.values()) == sum(fact[3] for fact in facts)
