"""Draws what purchase models expect of the CDNOW sample beside what came: python -m docs.cdnow

2,357 customers who first bought in early 1997 (data of P. Fader and B. Hardie). The models see the
first 39 weeks; the next 39 are held out. Left, all repeat purchases up to each week; right, and in
the table below, the purchases of the held-out weeks by how many the customer had made before, as in
Fader, Hardie, Lee (2005), figures 2 and 4. Reads GUANXI_TEST_DATA (default ../shared/data), writes
docs/images/cdnow-*.svg.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from docs.drawing import Drawing, Scale
from guanxi.analytics import (
    BetaGeometricNBD,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    purchase_summary,
)
from guanxi.analytics.tests.known_data import CALIBRATION_END, cdnow_purchases

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("GUANXI_TEST_DATA") or ROOT / "../shared/data")
IMAGES = ROOT / "docs/images"

FIRST_DAY = dt.date(1997, 1, 1)
SEEN_WEEKS, WEEKS = 39, 78
MOST = 7  # this many repeat purchases or more
MODELS = (ParetoNBD, BetaGeometricNBD, ModifiedBetaGeometricNBD)
# Told apart without seeing colours by their dashes and marks, too.
STYLES = {
    "came": ("#1f1f1f", ""),
    "ParetoNBD": ("#0072b2", "7 3"),
    "BetaGeometricNBD": ("#d55e00", "2 3"),
    "ModifiedBetaGeometricNBD": ("#009e73", "9 3 2 3"),
    "before": ("#767676", "1 4"),
}
WORDS = {
    "en": {
        "title": "CDNOW: 39 weeks seen, 39 weeks held out",
        "curve": "repeat purchases of all, up to each week",
        "counts": "mean purchases in the held-out weeks, by repeat purchases before",
        "week": "week",
        "held_out": "held out",
        "came": "what came",
        "ParetoNBD": "Pareto/NBD",
        "BetaGeometricNBD": "BG/NBD",
        "ModifiedBetaGeometricNBD": "MBG/NBD",
        "before": "as many as before",
        "customers": "customers",
    },
    "zh-CN": {
        "title": "CDNOW：前 39 周用于拟合，后 39 周用于检验",
        "curve": "截至每周全体的重复购买次数",
        "counts": "检验期内人均购买次数，按此前重复购买次数分组",
        "week": "周",
        "held_out": "检验期",
        "came": "实际",
        "ParetoNBD": "Pareto/NBD",
        "BetaGeometricNBD": "BG/NBD",
        "ModifiedBetaGeometricNBD": "MBG/NBD",
        "before": "与此前相同",
        "customers": "客户数",
    },
}

Series = dict[str, np.ndarray]


class Holdout(NamedTuple):
    """What is drawn: `curve` by week from 0, `counts` by repeat purchases from 0 to `MOST`."""

    curve: Series
    counts: Series
    customers: np.ndarray


def holdout(folder: Path) -> Holdout:
    """Fit the models to the first half, and hold what they expect against the second."""
    purchases = cdnow_purchases(folder)
    names = {"customer": "customer", "date": "bought_on", "unit": "week"}
    summaries = [
        purchase_summary(purchases, as_of=end, **names).order_by("customer").to_pyarrow()
        for end in (CALIBRATION_END, CALIBRATION_END + dt.timedelta(weeks=WEEKS - SEEN_WEEKS))
    ]
    seen = {name: summaries[0][name].to_numpy() for name in ("frequency", "recency", "age")}
    came = summaries[1]["frequency"].to_numpy() - seen["frequency"]
    joined = np.array([(day - FIRST_DAY).days for day in summaries[0]["first_on"].to_pylist()])
    group = np.minimum(seen["frequency"], MOST).astype(int)
    customers = np.bincount(group, minlength=MOST + 1)

    def by_group(values: np.ndarray) -> np.ndarray:
        return np.bincount(group, values, minlength=MOST + 1) / customers

    curve = {"came": repeats_by_week(purchases)}
    counts = {"came": by_group(came)}
    for kind in MODELS:
        model = kind().fit(**seen)
        expected = model.expected_purchases(horizon=WEEKS - SEEN_WEEKS, **seen)
        counts[kind.__name__] = by_group(expected)
        curve[kind.__name__] = expected_by_week(model, joined)
    counts["before"] = by_group(seen["frequency"])
    return Holdout(curve, counts, customers)


def repeats_by_week(purchases: object) -> np.ndarray:
    """Count days of purchase after each customer's first, up to the end of each week."""
    days = {(row["customer"], row["bought_on"]) for row in purchases.to_pylist()}
    first: dict[int, dt.date] = {}
    for customer, day in days:
        first[customer] = min(day, first.get(customer, day))
    week = [(day - FIRST_DAY).days // 7 + 1 for customer, day in days if day > first[customer]]
    return np.cumsum(np.bincount(week, minlength=WEEKS + 1)[: WEEKS + 1])


def expected_by_week(model: BetaGeometricNBD | ParetoNBD, joined: np.ndarray) -> np.ndarray:
    """Sum, over all who had joined by then, what is expected of a new customer until each week."""
    starts, customers = np.unique(joined, return_counts=True)
    ends = 7 * np.arange(WEEKS + 1)[:, None]
    time = np.maximum(ends - starts, 0) / 7
    return model.expected_purchases_new(time.ravel()).reshape(time.shape) @ customers


def draw(found: Holdout, words: dict[str, str]) -> str:
    """Draw both panels, the table, and a description for who cannot see them."""
    said = [
        f"{words[name]}: " + ", ".join(f"{value:.2f}" for value in values)
        for name, values in found.counts.items()
    ]
    drawing = Drawing(1000, 560, title=words["title"], description="; ".join(said))
    drawing.text(20, 28, words["title"], size=17, weight="600")
    draw_curve(drawing, found.curve, words)
    draw_counts(drawing, found, words)
    return drawing.svg()


def draw_curve(drawing: Drawing, curve: Series, words: dict[str, str]) -> None:
    drawing.text(20, 58, words["curve"])
    across = Scale(0, WEEKS, 60, 470)
    up = Scale(0, 5000, 370, 80)
    drawing.rectangle(across(SEEN_WEEKS), 80, across(WEEKS) - across(SEEN_WEEKS), 290, "#f3f3f3")
    drawing.text(across(SEEN_WEEKS) + 6, 96, words["held_out"], colour="#555")
    for value in range(0, 5001, 1000):
        drawing.line([(60, up(value)), (470, up(value))], "#ddd")
        drawing.text(54, up(value) + 4, f"{value:,}", anchor="end")
    for week in range(0, WEEKS + 1, 13):
        drawing.text(across(week), 388, str(week), anchor="middle")
    drawing.text(265, 406, words["week"], anchor="middle")
    for name, values in curve.items():
        points = [(across(week), up(value)) for week, value in enumerate(values)]
        drawing.line(points, *STYLES[name], width=2)


def draw_counts(drawing: Drawing, found: Holdout, words: dict[str, str]) -> None:
    drawing.text(520, 58, words["counts"])
    across = Scale(0, MOST, 640, 960)
    up = Scale(0, 12, 370, 80)
    for value in range(0, 13, 3):
        drawing.line([(610, up(value)), (980, up(value))], "#ddd")
        drawing.text(604, up(value) + 4, str(value), anchor="end")
    for name, values in found.counts.items():
        points = [(across(place), up(value)) for place, value in enumerate(values)]
        drawing.line(points, *STYLES[name], width=2)
        drawing.dots(points, STYLES[name][0])
    groups = [*map(str, range(MOST)), f"{MOST}+"]
    for place, group in enumerate(groups):
        drawing.text(across(place), 392, group, anchor="middle", weight="600")
        drawing.text(across(place), 412, f"{found.customers[place]:,}", anchor="middle")
    drawing.text(604, 412, words["customers"], anchor="end")
    for row, (name, values) in enumerate(found.counts.items()):
        y = 438 + 22 * row
        colour, dashes = STYLES[name]
        drawing.line([(440, y - 4), (474, y - 4)], colour, dashes, width=2)
        drawing.text(604, y, words[name], anchor="end", colour=colour)
        for place, value in enumerate(values):
            drawing.text(across(place), y, f"{value:.2f}", anchor="middle")


def main() -> None:
    found = holdout(DATA)
    for language, words in WORDS.items():
        path = IMAGES / f"cdnow-{language}.svg"
        path.write_text(draw(found, words), "utf-8")


if __name__ == "__main__":
    main()
