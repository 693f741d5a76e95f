"""Purchase records to one row a customer."""

import csv
import datetime
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pytest

from guanxi.analytics import purchase_summary
from guanxi.analytics.tests.known_data import CALIBRATION_END, cdnow_purchases

RECORDS = pa.table(
    {
        "who": ["a", "a", "a", "a", "b", "b", "late", None],
        "at": [
            datetime.datetime(2026, 1, 1, 9),  # noqa: DTZ001 - naive on purpose: the firm's own time
            datetime.datetime(2026, 1, 1, 23),  # noqa: DTZ001
            datetime.datetime(2026, 1, 8, 0),  # noqa: DTZ001
            datetime.datetime(2026, 1, 15, 12),  # noqa: DTZ001
            datetime.datetime(2026, 1, 20, 12),  # noqa: DTZ001
            datetime.datetime(2026, 2, 1, 12),  # noqa: DTZ001
            datetime.datetime(2026, 2, 1, 12),  # noqa: DTZ001
            datetime.datetime(2026, 1, 1, 12),  # noqa: DTZ001
        ],
        "paid": [10.0, 5.0, 20.0, 40.0, 7.0, 99.0, 99.0, 99.0],
    }
)
JANUARY_END = datetime.date(2026, 1, 29)


def summarize(**options: object) -> dict[str, dict[str, object]]:
    rows = purchase_summary(
        RECORDS, customer="who", date="at", **{"as_of": JANUARY_END, **options}
    ).to_pyarrow()
    return {row.pop("who"): row for row in rows.to_pylist()}


@pytest.mark.outside_data
def test_raw_cdnow_gives_the_published_summary(outside_data: Path) -> None:
    summary = purchase_summary(
        cdnow_purchases(outside_data),
        customer="customer",
        date="bought_on",
        as_of=CALIBRATION_END,
        unit="week",
    ).order_by("customer")
    ours = [
        [str(row["customer"]), str(row["frequency"])]
        + [f"{np.round(row[name] + 1e-9, 2):.2f}" for name in ("recency", "age")]
        for row in summary.to_pyarrow().to_pylist()
    ]
    with (outside_data / "cdnow/cdnow_customers_summary.csv").open() as file:
        published = [
            [row[0], row[1], f"{float(row[2]):.2f}", f"{float(row[3]):.2f}"]
            for row in list(csv.reader(file))[1:]
        ]
    assert ours == published


def test_days_count_once_and_the_future_not() -> None:
    customers = summarize(amount="paid")
    assert set(customers) == {"a", "b"}
    assert customers["a"] == {
        "frequency": 2,
        "recency": 14.0,
        "age": 28.0,
        "purchases": 3,
        "first_on": datetime.date(2026, 1, 1),
        "last_on": datetime.date(2026, 1, 15),
        "total": 75.0,
        "monetary": 30.0,
    }
    assert customers["b"]["frequency"] == 0
    assert customers["b"]["recency"] == 0
    assert customers["b"]["monetary"] == 0


def test_weeks_are_sevenths_of_days() -> None:
    assert summarize(unit="week")["a"]["recency"] == 2.0
    with pytest.raises(ValueError, match="unit must be one of day, week"):
        summarize(unit="month")


def test_amounts_are_left_out_if_not_asked_for() -> None:
    assert "monetary" not in summarize()["a"]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake", "bigquery", "trino"])
def test_same_expression_compiles_for_other_engines(dialect: str) -> None:
    records = ibis.table({"who": "string", "at": "date", "paid": "decimal(18, 2)"}, name="records")
    summary = purchase_summary(records, customer="who", date="at", amount="paid", as_of=JANUARY_END)
    assert "records" in ibis.to_sql(summary, dialect=dialect)
