"""From order lines to scores: what the CRM calls."""

import datetime
import json
import random
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from guanxi.analytics import ModifiedBetaGeometricNBD, ScoreResult, score_customers
from guanxi.analytics.facts import customer_facts
from guanxi.analytics.tests.known_data import Line, order_lines

AS_OF = datetime.date(2026, 6, 30)


def ago(days: float) -> datetime.date:
    return AS_OF - datetime.timedelta(int(days))


def by_customer(result: ScoreResult) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in result.customers.to_pylist()}


def score(*lines: Line, **options: Any) -> ScoreResult:
    return score_customers(order_lines(lines), as_of=AS_OF, **options)


def crowd(size: int = 1500) -> list[Line]:
    """Customers as MBG/NBD describes them, with three in ten of what they pay as margin."""
    model = ModifiedBetaGeometricNBD.with_params(r=1.5, alpha=40, a=0.8, b=3)
    drawn = model.simulate(size=size, age=600.0, seed=1)
    spend = np.random.default_rng(1)
    lines: list[Line] = []
    for place, (x, t_x, age) in enumerate(zip(*drawn, strict=True)):
        mean = 20 + 100 * spend.random()
        days = {int(age), *(int(age - t_x * k / max(x, 1)) for k in range(1, int(x) + 1))}
        for day in sorted(days):
            amount = round(mean * (0.5 + spend.random()), 2)
            lines.append((f"c{place}", f"o{place}-{day}", ago(day), amount, amount * 0.3))
    return lines


@pytest.fixture(scope="module")
def of_crowd() -> ScoreResult:
    return score(*crowd())


def test_crowd_is_scored_by_models(of_crowd: ScoreResult) -> None:
    assert [model.name for model in of_crowd.models] == ["ModifiedBetaGeometricNBD", "GammaGamma"]
    assert of_crowd.value_basis == "margin"
    scores = of_crowd.customers
    assert of_crowd.counts["customers"] == scores.num_rows == 1500
    for name in ("probability_alive", "late_probability", "stage_confidence"):
        column = scores[name].to_numpy()
        assert ((column >= 0) & (column <= 1)).all()
    for name in ("expected_purchases_12m", "expected_spend", "expected_value_12m"):
        assert (scores[name].to_numpy() >= 0).all()
    assert len(set(scores["stage"].to_pylist())) >= 4
    assert of_crowd.pareto
    assert 0 < of_crowd.pareto.customer_share < 0.8


def test_value_is_margin_of_what_is_expected(of_crowd: ScoreResult) -> None:
    rows = of_crowd.customers.to_pydict()
    undiscounted = np.multiply(rows["expected_purchases_12m"], rows["expected_spend"]) * 0.3
    ratio = np.array(rows["expected_value_12m"]) / undiscounted
    # A tenth a year, most of it due before the year is out.
    assert (ratio > 1 / 1.1).all()
    assert (ratio < 1).all()


def test_order_of_lines_does_not_matter(of_crowd: ScoreResult) -> None:
    lines = crowd()
    random.Random(1).shuffle(lines)
    again = score(*lines).customers
    for name in ("customer_id", "rfm_class", "abc_class", "stage"):
        assert again[name].equals(of_crowd.customers[name])
    expected = of_crowd.customers["expected_value_12m"].to_numpy()
    assert again["expected_value_12m"].to_numpy() == pytest.approx(expected, rel=1e-5)


def test_stages_stay_when_nothing_happens(of_crowd: ScoreResult) -> None:
    held = of_crowd.customers.select(["customer_id", "stage"])
    again = score(*crowd(), previous_stages=held)
    assert again.customers["stage"].equals(of_crowd.customers["stage"])


def test_few_customers_fall_back_to_the_firms_rhythm() -> None:
    lines = [("a", f"a{k}", ago(30 * k), 10.0) for k in range(1, 7)]
    result = score(*lines, ("b", "b1", ago(170), 50.0))
    rows = by_customer(result)
    assert result.models == []
    assert any("Too few customers bought on two days" in warning for warning in result.warnings)
    assert rows["a"]["probability_alive"] is None
    # Five gaps in 350 customer-days: a mean gap of 70 days counts like one purchase.
    assert rows["a"]["expected_gap_days"] == pytest.approx((70 + 150) / 6)
    assert rows["a"]["expected_purchases_12m"] == pytest.approx(365 * 6 / (70 + 180))
    assert rows["b"]["expected_purchases_12m"] == pytest.approx(365 * 1 / (70 + 170))
    assert rows["a"]["stage"] == "maturity"
    assert rows["b"]["stage"] == "development"


def test_nobody_coming_back_leaves_rates_unsaid() -> None:
    result = score(("a", "1", AS_OF, 10.0), ("b", "2", AS_OF, 20.0))
    for row in by_customer(result).values():
        assert row["stage"] == "development"
        assert row["expected_purchases_12m"] is None
        assert row["late_probability"] is None
    assert any("Nobody has come back yet" in warning for warning in result.warnings)


def test_no_lines_give_no_customers() -> None:
    result = score()
    assert result.customers.num_rows == 0
    assert result.pareto is None
    assert set(result.customers.column_names) == set(
        score(("a", "1", AS_OF, 1.0)).customers.column_names
    )


def test_lines_that_do_not_count_are_counted() -> None:
    result = score(
        ("a", "1", ago(3), 10.0),
        ("a", "2", ago(-1), 99.0),
        (None, "3", ago(3), 99.0),
        ("a", "4", None, 99.0),
        ("a", "5", ago(3), None),
    )
    assert by_customer(result)["a"]["amount"] == 10
    assert result.counts == {
        "lines": 5,
        "without_customer": 1,
        "without_date_or_amount": 2,
        "after_as_of": 1,
        "customers": 1,
        "buyers": 1,
        "repeat_buyers": 0,
    }


def test_discounts_belong_to_orders_and_returns_are_no_purchases() -> None:
    result = score(
        ("a", "1", ago(40), 100.0),
        ("a", "1", ago(40), -20.0),
        ("a", "2", ago(20), 50.0),
        ("a", "2r", ago(10), -50.0),
        ("a", "free", ago(5), 0.0),
    )
    row = by_customer(result)["a"]
    assert row["purchases"] == 2
    assert row["days_since_last"] == row["recency_days"] == 20
    assert row["amount"] == row["revenue_12m"] == 80
    assert row["expected_spend"] == pytest.approx(40)
    reason = json.loads(row["reasons"])[-1]
    assert reason == {"code": "many_returns", "returned_amount": 50, "bought_amount": 130}


def test_who_only_returned_is_no_buyer() -> None:
    result = score(("a", "1", ago(9), -10.0), ("b", "2", ago(9), 10.0))
    row = by_customer(result)["a"]
    assert row["purchases"] == 0
    assert row["stage"] == "potential"
    assert row["abc_class"] == "none"
    assert row["rfm_class"] is None


def test_returning_everything_forecasts_next_to_nothing() -> None:
    lines = crowd(300)
    result = score(*lines, ("x", "1", ago(9), 90_000.0), ("x", "1r", ago(8), -90_000.0))
    row = by_customer(result)["x"]
    others = result.customers["expected_spend"].to_numpy()
    assert row["expected_spend"] < 20 * np.median(others)


def test_revenue_of_the_year_forgets_what_is_older() -> None:
    row = by_customer(score(("a", "1", ago(365), 10.0), ("a", "2", ago(364), 5.0)))["a"]
    assert row["amount"] == 15
    assert row["revenue_12m"] == 5


def test_margin_unknown_in_places_is_estimated() -> None:
    result = score(
        ("a", "1", ago(9), 100.0, 40.0), ("a", "2", ago(5), 100.0), ("b", "3", ago(5), 50.0)
    )
    rows = by_customer(result)
    assert rows["a"]["margin_12m"] == pytest.approx(80)
    assert rows["b"]["margin_12m"] == pytest.approx(20)
    assert result.value_basis == "margin"


def test_held_stages_of_strangers_are_ignored() -> None:
    held = pa.table({"customer_id": ["a", "stranger"], "stage": ["nonsense", "growth"]})
    result = score(("a", "1", ago(9), 10.0), previous_stages=held)
    assert [row["stage"] for row in result.customers.to_pylist()] == ["development"]


def test_customer_with_two_held_stages_is_refused() -> None:
    held = pa.table({"customer_id": ["a", "a"], "stage": ["growth", "maturity"]})
    with pytest.raises(ValueError, match="names a customer twice"):
        score(("a", "1", ago(9), 10.0), previous_stages=held)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake", "bigquery", "trino"])
def test_facts_compile_for_other_engines(dialect: str) -> None:
    lines = ibis.table(
        {
            "customer_id": "string",
            "order_id": "string",
            "ordered_on": "date",
            "amount": "decimal(18, 2)",
            "margin": "decimal(18, 2)",
        },
        name="lines",
    )
    assert "lines" in ibis.to_sql(customer_facts(lines, as_of=AS_OF), dialect=dialect)


def test_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="horizon_days must be above 0"):
        score(horizon_days=0)
    with pytest.raises(ValueError, match="discount_rate_year must be above -1"):
        score(discount_rate_year=-1)
