"""From assignments and orders to a lift report."""

import datetime
import warnings
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from guanxi.analytics.actions import (
    Outcomes,
    assign,
    cuped,
    customers_for_conversion,
    customers_for_money,
    lift,
    lift_report,
    looks,
    outcomes,
)
from guanxi.analytics.intervals import Sample
from guanxi.analytics.tests.known_data import order_lines

START = datetime.date(2026, 1, 10)
LATER = datetime.date(2026, 3, 1)
SHARES = {"call": 0.6, "held_out": 0.4}


def on(days: int) -> datetime.date:
    return START + datetime.timedelta(days)


def assigned(*rows: tuple[str, str, datetime.date]) -> pa.Table:
    who, arm, day = zip(*rows, strict=True)
    return pa.table({"customer_id": who, "arm": arm, "assigned_on": pa.array(day, pa.date32())})


def drawn(size: int, seed: int, brings: float = 0.0, share: float = 0.5) -> tuple[Outcomes, ...]:
    """Two arms whose money follows what they spent before, the treated `brings` more on average."""
    random = np.random.default_rng(seed)
    before = random.lognormal(3, 1, size)
    amount = np.where(random.random(size) < 0.4, before * random.lognormal(0, 0.5, size), 0)
    treated = random.random(size) < share
    amount = amount + treated * brings
    return tuple(
        Outcomes(amount[arm], (amount[arm] > 0).astype(float), before[arm])
        for arm in (treated, ~treated)
    )


def test_window_begins_on_the_day_and_ends_in_time(tmp_path: Path) -> None:
    lines = order_lines(
        [
            ("a", "1", on(-366), 900.0),
            ("a", "2", on(-365), 7.0),
            ("a", "3", on(-1), 5.0),
            ("a", "4", on(0), 20.0, 8.0),
            ("a", "5", on(29), 30.0, 9.0),
            ("a", "6", on(20), -4.0, -1.0),
            ("a", "7", on(30), 800.0),
            ("stranger", "8", on(3), 99.0),
        ]
    )
    who = assigned(("a", "call", START), ("b", "held_out", on(25)))
    found = outcomes(who, lines, as_of=LATER, window_days=30).to_pylist()
    assert found == [
        {
            "customer_id": "a",
            "arm": "call",
            "assigned_on": START,
            "matures_on": on(29),
            "purchases": 2,
            "money": 46.0,
            "before": 12.0,
        },
        {
            "customer_id": "b",
            "arm": "held_out",
            "assigned_on": on(25),
            "matures_on": on(54),
            "purchases": 0,
            "money": 0.0,
            "before": 0.0,
        },
    ]
    of_margin = outcomes(who, lines, as_of=LATER, window_days=30, value="margin").to_pylist()
    assert of_margin[0]["money"] == 16.0
    parquet.write_table(lines, tmp_path / "lines.parquet")
    with warnings.catch_warnings():
        # Ibis reads the columns of a file by a call that DuckDB has given another name.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="ibis")
        in_engine = ibis.duckdb.connect().read_parquet(tmp_path / "lines.parquet")
    assert outcomes(who, in_engine, as_of=LATER, window_days=30).to_pylist() == found


def experiment_table(size: int = 4000, brings: float = 15.0) -> pa.Table:
    customers = [f"c{at:05}" for at in range(size)]
    arm = assign(customers, experiment="e", shares=SHARES)
    random = np.random.default_rng(3)
    before = random.lognormal(3, 1, size)
    money = np.where(random.random(size) < 0.4, before, 0) + brings * (arm == "call")
    day = [on(at % 20) for at in range(size)]
    return pa.table(
        {
            "customer_id": customers,
            "arm": arm,
            "matures_on": pa.array(day, pa.date32()),
            "purchases": (money > 0).astype(int),
            "money": money,
            "before": before,
        }
    )


def test_report_finds_what_acting_brought() -> None:
    table = experiment_table()
    report = lift_report(table, shares=SHARES, held_out="held_out", as_of=on(14), level=0.99)
    assert report.is_valid
    assert report.problems == {}
    assert (report.complete, report.pending) == (3000, 1000)
    found = report.lifts["call"]
    assert found.treated + found.held_out == 3000
    assert found.money_adjusted.low < 15 < found.money_adjusted.high
    assert found.money_adjusted.low > 10
    assert found.in_all.value == pytest.approx(found.treated * found.money_adjusted.value)
    assert found.conversion.low > 0.4


def test_report_on_arms_that_chance_did_not_make_has_no_figures() -> None:
    table = experiment_table()
    lost = (np.arange(4000) % 3 > 0) | (table["arm"].to_numpy(zero_copy_only=False) == "call")
    report = lift_report(
        table.filter(pa.array(lost)), shares=SHARES, held_out="held_out", as_of=on(99)
    )
    assert not report.is_valid
    assert report.problems == {"call": "sample_ratio_mismatch"}
    assert report.lifts == {}


def test_arms_with_too_little_are_named() -> None:
    table = experiment_table(150)
    report = lift_report(table, shares=SHARES, held_out="held_out", as_of=on(99))
    assert report.problems == {"call": "too_few_customers"}
    nothing = np.zeros(4000)
    idle = experiment_table().set_column(3, "purchases", pa.array(nothing))
    report = lift_report(idle, shares=SHARES, held_out="held_out", as_of=on(99))
    assert report.problems == {"call": "too_few_buyers"}
    report = lift_report(idle, shares=SHARES, held_out="held_out", as_of=on(-1))
    assert report.pending == 4000


def test_looks_grow_as_windows_end() -> None:
    table = experiment_table()
    days = [on(-1), on(0), on(9), on(19)]
    taken = looks(table, arm="call", held_out="held_out", days=days)
    assert [look.treated + look.held_out for look in taken] == [0, 200, 2000, 4000]
    assert taken[3].variance < taken[2].variance < taken[1].variance
    whole = lift_report(table, shares=SHARES, held_out="held_out", as_of=on(19)).lifts["call"]
    assert taken[3].difference == pytest.approx(whole.money_adjusted.value)
    by_share = looks(table, arm="call", held_out="held_out", days=days, measure="conversion")
    assert by_share[3].difference == pytest.approx(whole.conversion.value)


def test_past_spending_explains_its_share() -> None:
    treated, held_out = drawn(60_000, seed=1)
    (one, other), saved = cuped(treated, held_out)
    both = np.concatenate([treated.amount, held_out.amount])
    past = np.concatenate([treated.before, held_out.before])
    assert saved == pytest.approx(np.corrcoef(both, past)[0, 1] ** 2, abs=0.01)
    assert saved > 0.2
    # Each arm keeps its mean but for what the arms differed in before.
    theta = np.cov(both, past)[0, 1] / past.var(ddof=1)
    moved = (treated.amount.mean() - one.mean()) - (held_out.amount.mean() - other.mean())
    expected = theta * (treated.before.mean() - held_out.before.mean())
    assert moved == pytest.approx(expected, rel=0.05)
    flat = Outcomes(treated.amount, treated.converted, np.zeros(len(treated.amount)))
    unadjusted, saved = cuped(flat, flat)
    assert saved == 0
    assert (unadjusted[0] == treated.amount).all()


def test_intervals_cover_the_lift_and_adjusting_narrows_them() -> None:
    covered = np.zeros(3)
    for seed in range(40):
        found = lift(*drawn(800, seed, brings=5.0, share=0.7), seed=seed, level=0.9)
        intervals = (found.money, found.money_skewed, found.money_adjusted)
        covered += [interval.low <= 5 <= interval.high for interval in intervals]
        assert found.variance_saved > 0
        width = [interval.high - interval.low for interval in intervals]
        assert width[2] < width[0]
    assert ((covered >= 29) & (covered <= 40)).all()


def test_sample_sizes_as_published() -> None:
    # R: power.prop.test(p1 = .10, p2 = .15, power = .8), n = 685.6 in each group
    assert customers_for_conversion(rate=0.10, lift=0.05) == 1372
    # R: power.t.test(delta = .5, sd = 1, power = .8), n = 63.8 in each; 62.8 with the normal law
    assert customers_for_money(deviation=1.0, lift=0.5) == 126
    assert customers_for_money(deviation=1.0, lift=0.5, variance_saved=0.5) == 63
    assert customers_for_money(deviation=1.0, lift=-0.5, held_out=0.1) == 349


def test_sample_size_gives_the_power_it_promises() -> None:
    size = customers_for_conversion(rate=0.2, lift=0.06, held_out=0.25)
    random, control = np.random.default_rng(5), round(size / 4)
    held_out = random.binomial(control, 0.20, 4000) / control
    treated = random.binomial(size - control, 0.26, 4000) / (size - control)
    middle = (held_out * control + treated * (size - control)) / size
    error = np.sqrt(middle * (1 - middle) * (1 / control + 1 / (size - control)))
    assert (np.abs(treated - held_out) > 1.96 * error).mean() == pytest.approx(0.8, abs=0.02)


def test_what_makes_no_experiment_is_refused() -> None:
    twice = assigned(("a", "call", START), ("a", "held_out", START))
    lines = order_lines([("a", "1", START, 1.0)])
    with pytest.raises(ValueError, match="assigned names a customer twice"):
        outcomes(twice, lines, as_of=LATER, window_days=30)
    with pytest.raises(ValueError, match="window_days must be above 0"):
        outcomes(twice, lines, as_of=LATER, window_days=0)
    nameless = pa.table({"customer_id": ["a"], "arm": pa.array([None], pa.string())})
    nameless = nameless.append_column("assigned_on", pa.array([START], pa.date32()))
    with pytest.raises(ValueError, match="no empty customer_id, arm"):
        outcomes(nameless, lines, as_of=LATER, window_days=30)
    with pytest.raises(ValueError, match="shares has no arm 'control'"):
        lift_report(experiment_table(200), shares=SHARES, held_out="control", as_of=LATER)
    for wrong, complaint in (
        ({"rate": 0.98, "lift": 0.05}, r"rate \+ lift must be between"),
        ({"rate": 0.1, "lift": 0.0}, "lift must be a number other than 0"),
        ({"rate": 0.1, "lift": 0.1, "held_out": 1.0}, "held_out must be between"),
        ({"rate": 0.1, "lift": 0.1, "power": 80}, "power must be between"),
    ):
        with pytest.raises(ValueError, match=complaint):
            customers_for_conversion(**wrong)
    with pytest.raises(ValueError, match="deviation must be above 0"):
        customers_for_money(deviation=0, lift=1)
    with pytest.raises(ValueError, match="variance_saved must be"):
        customers_for_money(deviation=1, lift=1, variance_saved=1)
    with pytest.raises(ValueError, match="two or more"):
        Sample.of(np.ones(1))
