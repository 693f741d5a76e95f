"""Backtests: nothing of the future gets in, the figures are right, and the word is earned."""

import datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import BetaGeometricNBD
from guanxi.analytics.tests.known_data import CALIBRATION_END, cdnow_purchases
from guanxi.analytics.trust import (
    Backtest,
    Forecast,
    backtest,
    forecast_by_model,
    forecast_by_scores,
)
from guanxi.analytics.trust.forecasts import bought_between
from guanxi.analytics.trust.tests.firms import AS_OF, day, firm, lines_of

HORIZON = 180


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    return firm(1200, days=900, seed=1)


@pytest.fixture(scope="module")
def of_firm(lines: pa.Table) -> Backtest:
    return backtest(lines, as_of=AS_OF, horizon_days=HORIZON)


class Forecasts:
    """Says the same of everybody, and remembers what it was shown."""

    def __init__(self, purchases: float = 1.0) -> None:
        self.purchases, self.shown = purchases, pa.table({})

    def __call__(self, lines: ir.Table, as_of: datetime.date, horizon_days: int) -> Forecast:
        self.shown = lines.order_by(lines.columns).to_pyarrow()
        who = self.shown["customer_id"].unique()
        every = np.full(len(who), self.purchases)
        half = np.full(len(who), 0.5)
        return Forecast(
            pa.chunked_array([who]), purchases=every, buys=half, spend=20 * half, amount=every * 10
        )


def test_firm_as_the_models_assume_is_forecast_well(of_firm: Backtest) -> None:
    assert of_firm.doubts == []
    assert [check.cut for check in of_firm.cuts] == [
        day(3 * HORIZON),
        day(2 * HORIZON),
        day(HORIZON),
    ]
    assert of_firm.verdicts["purchases"] == of_firm.verdicts["buys"] == "better"
    newest = of_firm.cuts[-1]
    assert newest.until == AS_OF
    assert [model.name for model in newest.models] == ["ModifiedBetaGeometricNBD", "GammaGamma"]
    purchases = newest.targets["purchases"]
    assert abs(purchases.rules["model"].total_error) < 0.1
    assert purchases.rules["model"].mean_squared < purchases.rules["average"].mean_squared
    buys = newest.targets["buys"].rules
    spend = newest.targets["spend"].rules
    assert spend["model"].mean_squared < spend["same_as_before"].mean_squared
    assert of_firm.verdicts["spend"] == "better"
    assert buys["model"].log_likelihood > buys["same_as_before"].log_likelihood
    assert purchases.rules["model"].log_likelihood is None
    assert sum(found.holds for found in newest.calibration) >= len(newest.calibration) - 1


def test_groups_add_up_and_follow_the_forecast(of_firm: Backtest) -> None:
    for target in of_firm.cuts[-1].targets.values():
        for groups in (target.deciles, target.by_frequency):
            assert sum(group.customers for group in groups) == target.customers
            assert sum(group.actual for group in groups) == pytest.approx(target.actual)
            for rule, errors in target.rules.items():
                total = sum(group.forecast[rule] for group in groups)
                assert total == pytest.approx(errors.total)
        sizes = [group.customers for group in target.deciles]
        assert max(sizes) - min(sizes) <= 1
        expected = [group.forecast["model"] / group.customers for group in target.deciles]
        assert expected == sorted(expected, reverse=True)
        assert target.deciles[0].actual > target.deciles[-1].actual


def test_figures_by_hand() -> None:
    """Forty customers: all bought in both years before the cut, the first ten twice and a return
    in the newer; half come back once, for 30."""
    rows = []
    for number in range(40):
        who = f"c{number:02}"
        rows += [(who, f"{who}-1", day(900), 5.0), (who, f"{who}-2", day(500), 20.0)]
        if number < 10:
            rows += [(who, f"{who}-3", day(400), 20.0), (who, f"{who}-r", day(390), -8.0)]
        if number % 2 == 0:
            rows.append((who, f"{who}-4", day(100), 30.0))
    found = backtest(
        lines_of(rows), as_of=AS_OF, cuts=[day(365)], forecaster=Forecasts(purchases=0.75)
    )
    (check,) = found.cuts
    purchases, amount, buys = (check.targets[name] for name in ("purchases", "amount", "buys"))
    assert (purchases.actual, amount.actual, buys.actual) == (20, 600, 20)
    assert purchases.rules["model"].total_error == pytest.approx(0.5)
    assert purchases.rules["model"].mean_absolute == pytest.approx(0.5)
    assert purchases.rules["model"].mean_squared == pytest.approx((0.75**2 + 0.25**2) / 2)
    # The year before the cut saw 30 customers once and 10 twice, 5 of each half coming back.
    same = purchases.rules["same_as_before"]
    assert same.total == 50
    assert same.mean_squared == pytest.approx((15 * 1 + 5 * 4 + 5 * 1) / 40)
    assert purchases.rules["average"].mean_squared == pytest.approx((1.25**2 + 0.25**2) / 2)
    assert amount.rules["same_as_before"].total == 40 * 20 + 10 * 12
    # Spend is asked of the 20 who came back: 30 each; five of them had spent 16 a day, net.
    spend = check.targets["spend"]
    assert (spend.customers, spend.actual) == (20, 600)
    assert spend.rules["same_as_before"].mean_absolute == pytest.approx((15 * 10 + 5 * 14) / 20)
    assert spend.rules["average"].total == pytest.approx(20 * 920 / 50)
    assert buys.rules["model"].log_likelihood == pytest.approx(np.log(0.5))
    assert [(group.name, group.customers) for group in purchases.by_frequency] == [
        ("1", 30),
        ("2", 10),
    ]
    (one,) = check.calibration
    assert (one.happened, one.share, one.holds) == (20, 0.5, True)


@settings(max_examples=8, deadline=None)
@given(
    future=st.lists(
        st.tuples(
            st.sampled_from(["c0", "c7", "c39", "stranger"]),
            st.sampled_from(["o0", "o1", "new"]),
            st.integers(0, HORIZON - 1),
            st.floats(-1e6, 1e6),
        ),
        max_size=8,
    )
)
def test_nothing_after_the_cut_reaches_a_forecast(
    future: list[tuple[str, str, int, float]],
) -> None:
    past = [(f"c{number}", f"o{number}", day(HORIZON + number % 9), 10.0) for number in range(40)]
    past += [(f"c{number}", f"p{number}", day(2 * HORIZON + 3), 10.0) for number in range(40)]
    came = [("c1", "always", day(1), 5.0)]
    seen = []
    for rows in (past + came, past + came + [(*row[:2], day(row[2]), row[3]) for row in future]):
        forecasts = Forecasts()
        found = backtest(
            lines_of(rows),
            as_of=AS_OF,
            horizon_days=HORIZON,
            cuts=[day(HORIZON)],
            forecaster=forecasts,
        )
        naive = [
            {rule: errors.total for rule, errors in target.rules.items()}
            for name, target in found.cuts[0].targets.items()
            if name != "spend"  # its sums are over those who came
        ]
        seen.append((forecasts.shown, naive))
    assert seen[0] == seen[1]
    assert max(seen[0][0]["ordered_on"].to_pylist()) == day(HORIZON)


def test_scores_of_a_past_day_do_not_know_the_future(lines: pa.Table) -> None:
    cut = day(HORIZON)
    whole, table = (
        forecast_by_scores(ibis_lines, cut, HORIZON)
        for ibis_lines in (lines, lines.filter(pa.compute.less_equal(lines["ordered_on"], cut)))
    )
    assert whole.customer_id.equals(table.customer_id)
    for name in ("purchases", "amount", "buys"):
        assert (getattr(whole, name) == getattr(table, name)).all()


def test_forecasts_of_nothing_are_no_better(lines: pa.Table) -> None:
    found = backtest(
        lines, as_of=AS_OF, horizon_days=HORIZON, cuts=[day(HORIZON)], forecaster=Forecasts(9.0)
    )
    assert found.verdicts["purchases"] == "no_better"
    by_rule = {one.rule: one for one in found.comparisons if one.target == "purchases"}
    assert by_rule["average"].difference.low > 0 > by_rule["average"].gain


def test_customers_at_several_cuts_count_once(of_firm: Backtest) -> None:
    known = {check.cut: check.targets["purchases"].customers for check in of_firm.cuts}
    for found in of_firm.comparisons:
        if found.target == "purchases":
            assert found.customers == known[day(HORIZON)] < sum(known.values())
            assert found.difference.low < found.difference.value < found.difference.high


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "There are no order lines"),
        ([("a", "1", day(200), 5.0)], "reach back 200 days; a comparison needs 730"),
        ([("a", "1", day(800), 5.0)], "only 1 customers had bought by then"),
        ([(f"c{at}", f"{at}", day(800), 5.0) for at in range(40)], "none of its customers bought"),
    ],
)
def test_too_little_history_is_said(
    rows: list[tuple[str, str, datetime.date, float]], said: str
) -> None:
    found = backtest(lines_of(rows), as_of=AS_OF, forecaster=Forecasts())
    assert found.cuts == []
    assert said in " ".join(found.doubts)
    assert set(found.verdicts.values()) == {"cannot_say"}


def test_cuts_without_room_are_left_out_and_said(lines: pa.Table) -> None:
    found = backtest(
        lines, as_of=AS_OF, horizon_days=365, cuts=[day(10), day(850)], forecaster=Forecasts()
    )
    assert found.cuts == []
    early, late = found.doubts
    assert "less than the horizon of 365" in early
    assert f"not over by {AS_OF}" in late


def test_silent_model_is_not_judged(lines: pa.Table) -> None:
    def silent(lines: ir.Table, as_of: datetime.date, horizon_days: int) -> Forecast:
        said = Forecasts()(lines, as_of, horizon_days)
        nothing = np.full(len(said.purchases), np.nan)
        return Forecast(said.customer_id, said.purchases, nothing, nothing, nothing)

    found = backtest(lines, as_of=AS_OF, horizon_days=HORIZON, forecaster=silent)
    assert "The model says nothing of buys." in found.cuts[0].doubts
    assert found.verdicts["amount"] == found.verdicts["buys"] == "cannot_say"
    assert set(found.cuts[0].targets) == {"purchases"}


def test_options_that_make_no_sense_are_refused(lines: pa.Table) -> None:
    with pytest.raises(ValueError, match="horizon_days must be above 0"):
        backtest(lines, as_of=AS_OF, horizon_days=0)
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        backtest(lines, as_of=AS_OF, level=95)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake", "bigquery", "trino"])
def test_what_came_compiles_for_other_engines(dialect: str) -> None:
    kinds = {"customer_id": "string", "order_id": "string", "ordered_on": "date"}
    money = dict.fromkeys(("amount", "margin"), "decimal(18, 2)")
    lines = ibis.table(kinds | money, name="lines")
    came = bought_between(lines, after=day(HORIZON), until=AS_OF)
    assert "lines" in ibis.to_sql(came, dialect=dialect)


@pytest.mark.outside_data
def test_cdnow_holdout(outside_data: Path) -> None:
    bought = cdnow_purchases(outside_data)
    lines = pa.table(
        {
            "customer_id": bought["customer"],
            "order_id": pa.array(range(bought.num_rows)),
            "ordered_on": bought["bought_on"],
            "amount": bought["dollars"],
            "margin": pa.nulls(bought.num_rows, pa.float64()),
        }
    )
    weeks_39 = 39 * 7 - 1  # the calibration period less its last day
    found = backtest(
        lines,
        as_of=datetime.date(1998, 6, 30),
        horizon_days=weeks_39,
        cuts=[CALIBRATION_END],
        forecaster=forecast_by_model(BetaGeometricNBD),
    )
    purchases = found.cuts[0].targets["purchases"]
    assert purchases.customers == 2357 - 8  # whose first orders came to 0 dollars
    assert found.cuts[0].models[0].params["r"] == pytest.approx(0.243, abs=0.02)
    assert abs(purchases.rules["model"].total_error) < 0.15
    # Everybody bought in the calibration period: that it goes on like this is far too much.
    assert purchases.rules["same_as_before"].total_error > 0.5
    assert found.verdicts["purchases"] == "better"
