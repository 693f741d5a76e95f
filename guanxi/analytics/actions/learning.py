"""Which playbook for which segment: shares that follow what worked, within guard rails.

Thompson sampling (Thompson 1933; Chapelle and Li 2011, An empirical evaluation of Thompson
sampling, NIPS): an action gets the share of a segment's customers that equals the probability that
it is the best, given what is known. Its value per customer is

    theta mu - cost,   theta ~ Beta(a + responded, b + tried - responded)

with mu the mean money of those who respond; money is taken as normal with unknown mean and
precision, whose conjugate law is Normal-Gamma (Murphy 2007, Conjugate Bayesian analysis of the
Gaussian distribution): for n responses of mean x and sum of squares about it S,

    precision ~ Gamma(shape + n / 2, rate + S / 2 + k n (x - m)^2 / (2 (k + n)))
    mu ~ Normal((k m + n x) / (k + n), 1 / ((k + n) precision))

Skewed money needs more responses until that holds; the guard rails give it the time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.actions.assignment import assign
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.scoring import Columns

_COUNTS = ("tried", "responded", "money", "money_squared")
# A normal's middle 90 %, from draws.
_TAILS = (0.05, 0.95)


class ActionPrior(NamedTuple):
    """What is believed of an action before it was tried: the parameters of the formulae above."""

    responds: float
    responds_not: float
    money: float
    money_weight: float
    shape: float
    rate: float

    @classmethod
    def of_firm(
        cls, *, response: float, money: float, deviation: float, weight: float = 2.0
    ) -> Self:
        """Expect of every action the firm's own response and money, as if `weight` customers had
        been tried and one had responded; deviation is that of the money of single responses.
        """
        if not 0 < response < 1:
            raise ValueError(f"response must be between 0 and 1, not {response!r}")
        for name, value in (("deviation", deviation), ("weight", weight)):
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be above 0, not {value!r}")
        # With shape 2 the expected variance is the rate, and next to nothing is known of it.
        return cls(weight * response, weight * (1 - response), money, 1.0, 2.0, deviation**2)


@dataclass(frozen=True)
class Rails:
    """How far learning may go by itself.

    Every action in play keeps `least_share` and none gets more than `most_share` (unless fewer are
    in play than that allows). An action is dropped if it is the best with a probability below
    `drop_below`, never before `least_outcomes` outcomes of it are known. No share moves by more
    than `largest_step` in one call: call once a day.
    """

    least_share: float = 0.05
    most_share: float = 0.8
    least_outcomes: int = 100
    largest_step: float = 0.1
    drop_below: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.least_share <= self.most_share <= 1:
            raise ValueError(
                "least_share must be above 0, and at most most_share, itself at most 1"
            )
        if not 0 < self.largest_step <= 1:
            raise ValueError(f"largest_step must be above 0, at most 1, not {self.largest_step!r}")
        if not 0 <= self.drop_below < 1 or self.least_outcomes < 0:
            raise ValueError("drop_below must be a probability and least_outcomes 0 or more")


def action_results(outcomes: pa.Table) -> pa.Table:
    """Sum outcomes (segment, action, purchases, money) up for `learned_shares`.

    Give it customers whose window is over: in one that still runs no response is none yet.
    One row a segment and action: tried (customers), responded (with a purchase), money and
    money_squared of those who responded.
    """
    responded = pc.greater(outcomes["purchases"], 0)
    money = pc.if_else(responded, pc.cast(outcomes["money"], pa.float64()), 0.0)
    table = pa.table(
        {
            "segment": outcomes["segment"],
            "action": outcomes["action"],
            "responded": pc.cast(responded, pa.int64()),
            "money": money,
            "money_squared": pc.multiply(money, money),
        }
    )
    sums = [(name, "sum") for name in ("responded", "money", "money_squared")]
    found = table.group_by(["segment", "action"]).aggregate([([], "count_all"), *sums])
    names = {"count_all": "tried"} | {f"{name}_sum": name for name, _ in sums}
    found = found.rename_columns([names.get(name, name) for name in found.column_names])
    return found.select(["segment", "action", *_COUNTS]).sort_by(
        [("segment", "ascending"), ("action", "ascending")]
    )


def learned_shares(
    results: pa.Table,
    *,
    prior: ActionPrior,
    costs: Mapping[str, float] | None = None,
    previous: pa.Table | None = None,
    rails: Rails | None = None,
    seed: int = 0,
    draws: int = 4000,
) -> pa.Table:
    """Give the share of each action within its segment, from what is known of all of them.

    `results` as `action_results` gives them, with a row of zeros for what was never tried; `costs`
    of one try; `previous`, the last answer (without one, shares start even). Columns: segment,
    action, tried; `value`, the expected value of a try, with the 90 % of it from `low` to `high`;
    `chance_best`; `is_dropped`; `share`.
    """
    rails = rails or Rails()
    row = _checked(results)
    segments, actions = (np.array(results[name].to_pylist()) for name in ("segment", "action"))
    cost = np.array([(costs or {}).get(action, 0.0) for action in actions.tolist()])
    before = _shares_of(previous)
    found = {name: np.zeros(len(actions)) for name in ("value", "low", "high", "chance_best")}
    share, dropped = np.zeros(len(actions)), np.zeros(len(actions), bool)
    for segment in np.unique(segments).tolist():
        at = np.flatnonzero(segments == segment)
        if rails.least_share * len(at) > 1:
            raise ValueError(
                f"least_share of {rails.least_share:g} is too much for {len(at)} actions"
            )
        random = np.random.default_rng([seed, _number(segment)])
        values = _drawn({name: row[name][at] for name in _COUNTS}, prior, random, draws) - cost[at]
        best = np.bincount(values.argmax(axis=1), minlength=len(at)) / draws
        found["value"][at], found["chance_best"][at] = values.mean(axis=0), best
        found["low"][at], found["high"][at] = np.quantile(values, _TAILS, axis=0)
        dropped[at] = (best < rails.drop_below) & (row["tried"][at] >= rails.least_outcomes)
        target = _within_rails(best, dropped[at], rails)
        now = np.array([before.get((segment, action), 0.0) for action in actions[at].tolist()])
        share[at] = _step(now, target, rails.largest_step)
    table = results.select(["segment", "action", "tried"])
    for name, column in (found | {"is_dropped": dropped, "share": share}).items():
        table = table.append_column(name, pa.array(column))
    return table


def draw_actions(
    customers: list[str], segments: list[str], shares: pa.Table, *, experiment: str
) -> list[str | None]:
    """Give each customer an action by the shares of the segment, None in a segment without any.

    By the same hash as `assign`: give each round of acting a name of its own.
    """
    if len(customers) != len(segments):
        raise ValueError("customers and segments differ in length")
    by_segment: dict[str, dict[str, float]] = {}
    for (segment, action), share in _shares_of(shares).items():
        by_segment.setdefault(segment, {})[action] = share
    members: dict[str, list[int]] = {}
    for place, segment in enumerate(segments):
        members.setdefault(segment, []).append(place)
    drawn: list[str | None] = [None] * len(customers)
    for segment, places in members.items():
        if segment not in by_segment:
            continue
        who = [customers[place] for place in places]
        arms = assign(who, experiment=experiment, shares=by_segment[segment])
        for place, arm in zip(places, arms.tolist(), strict=True):
            drawn[place] = arm
    return drawn


def _checked(results: pa.Table) -> dict[str, Floats]:
    for name in ("segment", "action", *_COUNTS):
        if name not in results.column_names:
            raise ValueError(f"results has no column {name!r}")
    keys = results.select(["segment", "action"])
    if keys.group_by(["segment", "action"]).aggregate([]).num_rows < keys.num_rows:
        raise ValueError("results names an action of a segment twice")
    columns = Columns(results)
    row = {name: columns[name] for name in _COUNTS}
    if not all(np.isfinite(values).all() for values in row.values()):
        raise ValueError("results must have no missing or infinite number")
    if not ((row["responded"] >= 0) & (row["responded"] <= row["tried"])).all():
        raise ValueError("responded must be between 0 and tried")
    return row


def _drawn(
    row: dict[str, Floats], prior: ActionPrior, random: np.random.Generator, draws: int
) -> Floats:
    """Draw values per customer from what is known: a row a draw, a column an action."""
    n, size = row["responded"], (draws, len(row["tried"]))
    responds = random.beta(prior.responds + n, prior.responds_not + row["tried"] - n, size)
    mean = row["money"] / np.maximum(n, 1)
    about = np.maximum(row["money_squared"] - n * mean**2, 0)
    weight = prior.money_weight + n
    apart = prior.money_weight * n * (mean - prior.money) ** 2 / weight
    precision = random.gamma(prior.shape + n / 2, 1 / (prior.rate + (about + apart) / 2), size)
    middle = (prior.money_weight * prior.money + n * mean) / weight
    money = random.normal(middle, 1 / np.sqrt(weight * precision))
    return np.asarray(responds * money)


def _within_rails(best: Floats, dropped: NDArray[np.bool_], rails: Rails) -> Floats:
    """Give the shares closest to the chances to be best that the rails allow.

    min |p - best|^2 with sum p = 1 and each p within its bounds: every p is best + v, cut to its
    bounds, for one v; the sum is piecewise linear in v, so v is read off between its corners.
    """
    in_play = ~dropped
    least = np.where(in_play, rails.least_share, 0.0)
    most = np.where(in_play, max(rails.most_share, 1 / max(in_play.sum(), 1)), 0.0)
    corners = np.sort(np.concatenate([least - best, most - best]))
    sums = np.clip(best + corners[:, None], least, most).sum(axis=1)
    shares = np.clip(best + np.interp(1.0, sums, corners), least, most)
    return np.asarray(shares / shares.sum())


def _step(now: Floats, target: Floats, largest: float) -> Floats:
    """Go towards the target, all shares by the same part of the way."""
    now = now / now.sum() if now.sum() > 0 else np.full(len(target), 1 / len(target))
    furthest = np.abs(target - now).max()
    part = min(1.0, largest / furthest) if furthest > 0 else 1.0
    return np.asarray(now + part * (target - now))


def _shares_of(table: pa.Table | None) -> dict[tuple[str, str], float]:
    if table is None:
        return {}
    columns = (table[name].to_pylist() for name in ("segment", "action", "share"))
    return {(segment, action): share for segment, action, share in zip(*columns, strict=True)}


def _number(name: str) -> int:
    """Seed each segment by its name, so that a new segment changes nothing in the others."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
