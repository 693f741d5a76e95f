"""Learning: what worked gets more, within the rails, and less is lost than by chance."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from guanxi.analytics.actions import (
    ActionPrior,
    Rails,
    action_results,
    draw_actions,
    learned_shares,
)
from guanxi.analytics.actions.learning import _drawn, _within_rails

PRIOR = ActionPrior.of_firm(response=0.1, money=50, deviation=30)
FREE = Rails(least_share=1e-9, most_share=1, largest_step=1, least_outcomes=0, drop_below=0)


def results(**tried: tuple[int, int, float]) -> pa.Table:
    """One segment; each action tried so often, with so many responses of so much money (+-10)."""
    rows = [
        {
            "segment": "growth",
            "action": action,
            "tried": n,
            "responded": k,
            "money": k * money,
            "money_squared": k * (money**2 + 100.0),
        }
        for action, (n, k, money) in tried.items()
    ]
    return pa.Table.from_pylist(rows)


def shares(table: pa.Table, **options: Any) -> dict[str, float]:
    found = learned_shares(table, prior=PRIOR, **options)
    return dict(zip(found["action"].to_pylist(), found["share"].to_pylist(), strict=True))


def test_draws_follow_the_posterior() -> None:
    n, money = 40, np.random.default_rng(1).gamma(4, 10, 40)
    row = {"tried": 200.0, "responded": n, "money": money.sum(), "money_squared": money @ money}
    row = {name: np.array([float(value)]) for name, value in row.items()}
    # Who always responds leaves the money alone: a Student t of known centre and scale.
    certain = row | {"tried": row["responded"]}
    sure = PRIOR._replace(responds=1e12, responds_not=1e-12)
    drawn = _drawn(certain, sure, np.random.default_rng(2), 20_000)[:, 0]
    weight, shape = 1 + n, 2 + n / 2
    rate = 900 + ((money - money.mean()) ** 2).sum() / 2
    rate += n * (money.mean() - 50) ** 2 / (2 * weight)
    centre = (50 + money.sum()) / weight
    student = stats.t(2 * shape, centre, np.sqrt(rate / (shape * weight)))
    assert stats.kstest(drawn, student.cdf).pvalue > 0.001
    # And certain money leaves the response alone: a Beta.
    fixed = row | {"money": row["responded"] * 1.0, "money_squared": row["responded"] * 1.0}
    of_one = PRIOR._replace(money=1.0, money_weight=1e12)
    drawn = _drawn(fixed, of_one, np.random.default_rng(3), 20_000)[:, 0]
    assert stats.kstest(drawn, stats.beta(0.2 + 40, 1.8 + 160).cdf).pvalue > 0.001


def test_share_is_the_chance_to_be_best() -> None:
    table = results(call=(400, 48, 50.0), mail=(400, 40, 50.0))
    found = learned_shares(table, prior=PRIOR, rails=FREE, draws=40_000).to_pylist()
    assert [row["share"] for row in found] == pytest.approx([row["chance_best"] for row in found])
    mean, error = zip(
        *((k / 400, (k * (400 - k)) ** 0.5 / 400**1.5) for k in (48, 40)), strict=True
    )
    better = stats.norm.cdf((mean[0] - mean[1]) / np.hypot(*error))
    assert found[0]["chance_best"] == pytest.approx(better, abs=0.05)
    assert found[0]["low"] < found[0]["value"] < found[0]["high"]
    assert found[0]["value"] == pytest.approx(6, rel=0.05)


def test_cost_and_money_count_beside_the_response() -> None:
    even = results(call=(500, 50, 50.0), visit=(500, 50, 50.0))
    assert shares(even, rails=FREE, costs={"visit": 4.0})["call"] > 0.95
    richer = results(call=(500, 50, 50.0), visit=(500, 50, 90.0))
    assert shares(richer, rails=FREE)["visit"] > 0.95


def test_untried_actions_start_even_and_seeds_repeat() -> None:
    table = results(call=(0, 0, 0.0), mail=(0, 0, 0.0), visit=(0, 0, 0.0))
    found = shares(table, seed=5)
    assert found == shares(table, seed=5) != shares(table, seed=6)
    assert found == pytest.approx(dict.fromkeys(found, 1 / 3), abs=0.03)


def test_another_segment_changes_nothing() -> None:
    table = results(call=(60, 9, 40.0), mail=(60, 6, 70.0))
    other = table.set_column(0, "segment", pa.array(["apart", "apart"]))
    alone = learned_shares(table, prior=PRIOR).to_pylist()
    together = learned_shares(pa.concat_tables([other, table]), prior=PRIOR).to_pylist()
    assert together[2:] == alone


def test_shares_move_a_step_a_day_and_end_at_the_rails() -> None:
    table = results(call=(900, 180, 50.0), mail=(900, 90, 50.0), visit=(900, 88, 50.0))
    rails = Rails(drop_below=0)
    first = learned_shares(table, prior=PRIOR, rails=rails)
    assert first["share"].to_pylist()[0] == pytest.approx(1 / 3 + 0.1)
    day = first
    for _ in range(10):
        before = day["share"].to_numpy()
        day = learned_shares(table, prior=PRIOR, rails=rails, previous=day)
        assert np.abs(day["share"].to_numpy() - before).max() <= 0.1 + 1e-12
    assert day["share"].to_pylist() == pytest.approx([0.8, 0.1, 0.1])


def test_bad_action_is_dropped_but_not_before_its_time() -> None:
    bad = {"call": (900, 180, 50.0), "mail": (900, 90, 50.0), "visit": (99, 0, 0.0)}
    wide = Rails(largest_step=1, most_share=0.9)
    found = shares(results(**bad), rails=wide)
    assert found["mail"] == 0
    assert found["visit"] >= 0.05
    later = shares(results(**(bad | {"visit": (100, 0, 0.0)})), rails=wide)
    assert later == {"call": 1.0, "mail": 0.0, "visit": 0.0}


def test_new_action_comes_in_by_steps_and_old_ones_make_room() -> None:
    old = learned_shares(results(call=(500, 50, 50.0), mail=(500, 50, 50.0)), prior=PRIOR)
    table = results(call=(500, 50, 50.0), mail=(500, 50, 50.0), visit=(0, 0, 0.0))
    found = shares(table, previous=old)
    assert 0 < found["visit"] <= 0.1
    assert sum(found.values()) == pytest.approx(1)
    gone = shares(results(call=(500, 50, 50.0)), previous=old)
    assert gone == {"call": 1.0}


@settings(max_examples=100, deadline=None)
@given(
    weights=st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda all_: sum(all_) > 0.01),
    least=st.floats(0.001, 0.12),
    most=st.floats(0.13, 1),
    drop=st.integers(0, 7),
)
def test_rails_are_kept_whatever_the_chances(
    weights: list[float], least: float, most: float, drop: int
) -> None:
    best = np.array(weights) / sum(weights)
    dropped = np.zeros(len(best), bool)
    if len(best) > 1:
        dropped[drop % len(best)] = True
    found = _within_rails(best, dropped, Rails(least_share=least, most_share=most))
    in_play = (~dropped).sum()
    assert found.sum() == pytest.approx(1)
    assert (found[dropped] == 0).all()
    assert (found[~dropped] >= least - 1e-9).all()
    assert (found <= max(most, 1 / in_play) + 1e-9).all()
    # No other shares within the rails are closer: chances keep their order.
    kept = found[~dropped][np.argsort(best[~dropped])]
    assert (np.diff(kept) >= -1e-9).all()


def test_less_is_lost_than_by_chance() -> None:
    """Two segments in which other actions are best; forty days of a hundred customers each."""
    truth = {
        "growth": {"call": (0.20, 60.0), "mail": (0.12, 60.0), "visit": (0.10, 50.0)},
        "return": {"call": (0.05, 60.0), "mail": (0.08, 60.0), "visit": (0.15, 80.0)},
    }
    for seed in (1, 2):
        lost, by_chance = regret(truth, seed=seed)
        assert lost < 0.6 * by_chance


def regret(truth: dict[str, dict[str, tuple[float, float]]], *, seed: int) -> tuple[float, float]:
    random, customers = np.random.default_rng(seed), 0
    rows: list[dict[str, Any]] = [
        {
            "segment": segment,
            "action": action,
            **dict.fromkeys(("tried", "responded", "money", "money_squared"), 0.0),
        }
        for segment, actions in truth.items()
        for action in actions
    ]
    by_name = {(row["segment"], row["action"]): row for row in rows}
    lost = by_chance = 0.0
    day = None
    for number in range(40):
        day = learned_shares(
            pa.Table.from_pylist(rows), prior=PRIOR, previous=day, seed=number, draws=500
        )
        segments = ["growth", "return"] * 50
        who = [f"c{customers + at}" for at in range(100)]
        customers += 100
        actions = draw_actions(who, segments, day, experiment=f"day {number}")
        for segment, action in zip(segments, actions, strict=True):
            worth = {name: chance * money for name, (chance, money) in truth[segment].items()}
            lost += max(worth.values()) - worth[str(action)]
            by_chance += max(worth.values()) - float(np.mean(list(worth.values())))
            row, (chance, mean) = by_name[segment, str(action)], truth[segment][str(action)]
            row["tried"] += 1
            if random.random() < chance:
                money = random.gamma(4, mean / 4)
                row["responded"] += 1
                row["money"] += money
                row["money_squared"] += money**2
    return lost, by_chance


def test_actions_are_drawn_by_the_shares_of_the_segment() -> None:
    table = pa.Table.from_pylist(
        [
            {"segment": "growth", "action": "call", "share": 0.7},
            {"segment": "growth", "action": "mail", "share": 0.3},
            {"segment": "return", "action": "visit", "share": 1.0},
        ]
    )
    segments = ["growth", "return", "nowhere"] * 1000
    who = [f"c{at}" for at in range(3000)]
    drawn = draw_actions(who, segments, table, experiment="e")
    assert drawn == draw_actions(who, segments, table, experiment="e")
    assert set(drawn[1::3]) == {"visit"}
    assert set(drawn[2::3]) == {None}
    assert np.mean([action == "call" for action in drawn[::3]]) == pytest.approx(0.7, abs=0.05)


def test_outcomes_are_summed_by_segment_and_action() -> None:
    outcomes = pa.table(
        {
            "segment": ["b", "a", "b", "b"],
            "action": ["call", "call", "call", "mail"],
            "purchases": [1, 0, 2, 0],
            "money": [30.0, 5.0, 10.0, -4.0],
        }
    )
    assert action_results(outcomes).to_pylist() == [
        {"segment": "a", "action": "call", "tried": 1, "responded": 0, "money": 0.0,
         "money_squared": 0.0},
        {"segment": "b", "action": "call", "tried": 2, "responded": 2, "money": 40.0,
         "money_squared": 1000.0},
        {"segment": "b", "action": "mail", "tried": 1, "responded": 0, "money": 0.0,
         "money_squared": 0.0},
    ]  # fmt: skip


def test_what_makes_no_sense_is_refused() -> None:
    good = results(call=(10, 1, 5.0))
    for table, complaint in (
        (good.drop_columns("money"), "results has no column 'money'"),
        (pa.concat_tables([good, good]), "names an action of a segment twice"),
        (results(call=(1, 2, 5.0)), "responded must be between 0 and tried"),
        (results(call=(9, 2, float("nan"))), "no missing or infinite number"),
        (results(**{f"a{at}": (1, 0, 0.0) for at in range(21)}), "too much for 21 actions"),
    ):
        with pytest.raises(ValueError, match=complaint):
            learned_shares(table, prior=PRIOR)
    for wrong, complaint in (
        ({"least_share": 0.0}, "least_share must be above 0"),
        ({"largest_step": 0.0}, "largest_step must be above 0"),
        ({"drop_below": 1.0}, "drop_below must be a probability"),
    ):
        with pytest.raises(ValueError, match=complaint):
            Rails(**wrong)
    with pytest.raises(ValueError, match="response must be between 0 and 1"):
        ActionPrior.of_firm(response=1, money=1, deviation=1)
    with pytest.raises(ValueError, match="deviation must be above 0"):
        ActionPrior.of_firm(response=0.5, money=1, deviation=0)
    with pytest.raises(ValueError, match="differ in length"):
        draw_actions(["a"], [], good, experiment="e")
