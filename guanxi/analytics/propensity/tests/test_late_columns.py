"""Columns known only after the outcome are named, with the evidence; others are not."""

import csv
import datetime
import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import expit

from guanxi.analytics.propensity import late_columns

CUT = datetime.date(2026, 6, 30)


def honest(seed: int = 1, size: int = 1200) -> tuple[pa.Table, np.ndarray]:
    random = np.random.default_rng(seed)
    one, two = random.normal(size=(2, size))
    city = random.choice(["a", "b", "c"], size)
    log_odds = -1 + one + 0.7 * two + 0.5 * (city == "a")
    said = random.random(size) < expit(log_odds)
    return pa.table({"one": one, "two": two, "city": city, "left": said}), said


def test_honest_columns_are_left_alone() -> None:
    assert late_columns(honest()[0], target="left", cut=CUT) == []


def test_a_column_that_decides_alone_is_named() -> None:
    table, said = honest()
    told = said + np.random.default_rng(2).normal(0, 0.2, len(said))
    (found,) = late_columns(table.append_column("told", pa.array(told)), target="left")
    assert found[:2] == ("told", "decides")
    assert found.evidence["auc"] > 0.98


def test_a_value_that_goes_along_with_the_outcome_is_named() -> None:
    table, said = honest()
    asked = said & (np.random.default_rng(3).random(len(said)) < 0.4)
    reason = pa.array(np.where(asked, "too dear", ""))
    left_on = pa.array([CUT if a else None for a in asked], pa.date32())
    table = table.append_column("reason", reason).append_column("left_on", left_on)
    found = {each.column: each for each in late_columns(table, target="left", cut=CUT)}
    assert set(found) == {"reason", "left_on"}
    for each in found.values():
        assert each.sign == "settles"
        assert each.evidence == {
            "value": "filled",
            "rows": asked.sum(),
            "share": 1.0,
            "overall_share": pytest.approx(said.mean()),
        }


def test_a_column_that_tells_more_than_all_others_is_named() -> None:
    table, said = honest()
    random = np.random.default_rng(4)
    seconds = random.gamma(2, np.where(said, 250, 90))
    table = table.append_column("seconds", pa.array(seconds)).drop_columns(["one"])
    (found,) = late_columns(table, target="left")
    assert found[:2] == ("seconds", "outdoes_the_rest")
    assert found.evidence["auc"] > found.evidence["auc_of_rest"]


def test_dates_after_the_cut_are_named() -> None:
    table, said = honest()
    days = [CUT + datetime.timedelta(days=int(place % 9) - 7) for place in range(len(said))]
    table = table.append_column("seen_on", pa.array(days))
    (found,) = late_columns(table, target="left", cut=CUT)
    assert found[:2] == ("seen_on", "after_cut")
    assert found.evidence == {"rows": 133, "latest": "2026-07-01"}
    assert late_columns(table, target="left", cut=CUT + datetime.timedelta(days=1)) == []


@pytest.mark.outside_data
def test_duration_of_calls_is_named_and_nothing_else(outside_data: Path) -> None:
    with gzip.open(outside_data / "bank_marketing/bank-full.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))[::9]
    numbers = ("day", "campaign", "duration", "pdays", "previous", "age", "balance")
    table = pa.table(
        {
            name: [int(row[name]) if name in numbers else row[name] for row in rows]
            for name in rows[0]
        }
    )
    (found,) = late_columns(table, target="y", positive="yes")
    assert found[:2] == ("duration", "outdoes_the_rest")


@pytest.mark.outside_data
def test_telephone_customers_are_described_by_what_was_known(outside_data: Path) -> None:
    with gzip.open(outside_data / "telco_churn/Telco-Customer-Churn.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))[::4]
    numbers = ("SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges")
    table = pa.table(
        {
            name: [(float(row[name]) if row[name].strip() else None) for row in rows]
            if name in numbers
            else [row[name] for row in rows]
            for name in rows[0]
        }
    )
    assert late_columns(table, target="Churn", positive="Yes", leave_out=["customerID"]) == []
