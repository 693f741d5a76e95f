"""The CDNOW sample as the papers use it, and small makers of tables for the other tests."""

import csv
import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

CALIBRATION_END = datetime.date(1997, 9, 30)

Line = tuple[Any, ...]


def cdnow_summary(folder: Path) -> dict[str, np.ndarray]:
    """Customer, x, t_x and T in weeks, as published."""
    with (folder / "cdnow/cdnow_customers_summary.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    columns = np.array(rows, dtype=float).T
    return dict(zip(("customer", "frequency", "recency", "age"), columns, strict=True))


def cdnow_purchases(folder: Path) -> pa.Table:
    """Every purchase of the sample: customer, bought_on, dollars."""
    with (folder / "cdnow/CDNOW_sample.txt").open() as file:
        rows = [line.split() for line in file]
    return pa.table(
        {
            "customer": [int(row[1]) for row in rows],
            "bought_on": [datetime.date.fromisoformat(row[2]) for row in rows],
            "dollars": [float(row[4]) for row in rows],
        }
    )


def order_lines(lines: Iterable[Line]) -> pa.Table:
    """Lines of (customer, order, date, amount[, margin]) in the shape that scoring reads."""
    columns: Sequence[Sequence[Any]] = list(
        zip(*((*line, None)[:5] for line in lines), strict=True)
    )
    types = (pa.string(), pa.string(), pa.date32(), pa.float64(), pa.float64())
    names = ("customer_id", "order_id", "ordered_on", "amount", "margin")
    arrays = [pa.array(columns[place] if columns else [], kind) for place, kind in enumerate(types)]
    return pa.table(dict(zip(names, arrays, strict=True)))
