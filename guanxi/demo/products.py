"""What the sample firm sells: coffee and tea, machines, supplies and service."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from guanxi.demo.columns import Floats, Ints
from guanxi.demo.money import priced
from guanxi.demo.words import Words

# What private persons buy, by category: how much more or less than firms, and up to which price.
AT_HOME: dict[str, tuple[float, float]] = {
    "machine": (1.0, 4_000), "tea_machine": (1.0, 500), "beans": (1.5, 1e9), "tea": (1.6, 1e9),
    "ingredient": (0.6, 60), "supplies": (0.15, 60), "tool": (2.5, 1e9), "service": (0.0, 0),
}  # fmt: skip
# How many of one product a firm and a person put on an order, by category.
MOST_UNITS: dict[str, tuple[int, int]] = {
    "machine": (3, 1), "tea_machine": (3, 1), "beans": (90, 8), "tea": (40, 6),
    "ingredient": (60, 10), "supplies": (60, 10), "tool": (12, 3), "service": (4, 1),
}  # fmt: skip
NEVER = 1e-9  # a weight that keeps every range of prices drawable


@dataclass(frozen=True)
class Catalog:
    """The products by ascending price, in cents of one currency."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    units: tuple[str, ...]
    prices: Ints
    costs: Ints
    popularity: Floats  # 2 × products: with firms, with persons
    most_units: Ints  # 2 × products, likewise


@cache
def price_list() -> tuple[dict[str, Any], ...]:
    """The rows of products.csv, with prices in yuan."""
    with (Path(__file__).parent / "products.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def catalog(words: Words, currency: str) -> Catalog:
    """The price list in one language and currency."""
    rows = sorted(price_list(), key=lambda row: (float(row["price"]), row["code"]))
    return Catalog(
        codes=tuple(row["code"] for row in rows),
        names=tuple(row[words.locale] for row in rows),
        categories=tuple(row["category"] for row in rows),
        units=tuple(row["unit"] for row in rows),
        prices=np.array([priced(float(row["price"]), currency) for row in rows], np.int64),
        costs=np.array([priced(float(row["cost"]), currency) for row in rows], np.int64),
        popularity=np.array([[_at_work(r) for r in rows], [_at_home(r) for r in rows]]),
        most_units=np.array([MOST_UNITS[row["category"]] for row in rows], np.int64).T,
    )


def _at_work(row: dict[str, Any]) -> float:
    return float(row["weight"])


def _at_home(row: dict[str, Any]) -> float:
    factor, dearest = AT_HOME[row["category"]]
    return float(row["weight"]) * factor if float(row["price"]) <= dearest and factor else NEVER
