"""Would the scores have been right? Forecast as of past days, and compare with what came.

The order lines are cut at one or more past days (rolling origin: Tashman 2000, Out-of-sample tests
of forecasting accuracy, International Journal of Forecasting 16, 437-450). A forecaster is given
the lines up to the cut and nothing later; what the same customers did in the horizon after it is
held against its forecasts and against those of rules that need no model.

    from guanxi.analytics.trust import backtest
    found = backtest(lines, as_of=date(2026, 3, 31))
    found.verdicts["purchases"]        # better, no_better or cannot_say
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - `date` names columns elsewhere in this package
from datetime import timedelta

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from guanxi.analytics.facts import customer_days, usable_lines
from guanxi.analytics.intervals import checked_level
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.purchases import as_table
from guanxi.analytics.scoring import FittedModel
from guanxi.analytics.trust.comparison import (
    FEWEST_CUSTOMERS,
    Comparison,
    Verdict,
    compare,
    verdict_of,
)
from guanxi.analytics.trust.forecasts import (
    TARGETS,
    Forecast,
    Forecaster,
    Past,
    bought_between,
    forecast_by_scores,
    naive_forecasts,
    of_customers,
)
from guanxi.analytics.trust.measures import (
    CalibrationBin,
    Errors,
    Group,
    by_decile,
    by_frequency,
    calibration,
    errors,
)

MOST_CUTS = 3


@dataclass(frozen=True)
class TargetCheck:
    """One target at one cut: what happened in sum, each rule's errors (`model` is one of them),
    and the sums by tenth of the model's forecast and by repeat purchases before the cut.
    """

    actual: float
    customers: int
    rules: dict[str, Errors]
    deciles: list[Group]
    by_frequency: list[Group]


@dataclass(frozen=True)
class CutCheck:
    """One cut. Targets are days with `purchases`; `buys`, whether there is one at all; the `spend`
    on such a day, of those who had one; and the net `amount` of everybody.
    """

    cut: Date
    until: Date
    targets: dict[str, TargetCheck]
    calibration: list[CalibrationBin]
    models: list[FittedModel]
    doubts: list[str]


@dataclass(frozen=True)
class Backtest:
    """All cuts, oldest first; how the model compares with each rule over all of them, and in a word
    (see `comparison`) per target; and in `doubts`, as sentences, what limits this.
    """

    horizon_days: int
    level: float
    seed: int
    cuts: list[CutCheck]
    comparisons: list[Comparison]
    verdicts: dict[str, Verdict]
    doubts: list[str] = field(default_factory=list)


def backtest(
    lines: ir.Table | pa.Table,
    *,
    as_of: Date,
    horizon_days: int = 365,
    cuts: Sequence[Date] | None = None,
    forecaster: Forecaster = forecast_by_scores,
    seed: int = 0,
    level: float = 0.95,
) -> Backtest:
    """Forecast at each cut and compare; `lines` are those of `score_customers`.

    `as_of` is the last day of which all orders are known. Without `cuts` they lie one horizon
    apart, the last one horizon before `as_of`, `MOST_CUTS` at most. A cut with less than a horizon
    on either side is left out and said so. Returns in the horizon lessen its amount, also those of
    older purchases. Customers who first buy after the cut are nobody's forecast.
    """
    if horizon_days <= 0:
        raise ValueError(f"horizon_days must be above 0, not {horizon_days!r}")
    checked_level(level)
    lines = as_table(lines)
    first = usable_lines(lines, as_of=as_of)["day"].min().to_pyarrow().as_py()
    possible, doubts = _possible(cuts, first, as_of, horizon_days)
    checks: list[CutCheck] = []
    losses = _Losses()
    for cut in possible:
        forecast = forecaster(_up_to(lines, cut), cut, horizon_days)
        if forecast.customer_id.length() < FEWEST_CUSTOMERS:
            doubts.append(
                f"{cut}: only {forecast.customer_id.length()} customers had bought by then "
                f"({FEWEST_CUSTOMERS} are the fewest): left out."
            )
            continue
        happened = _happened(lines, forecast, cut, horizon_days)
        if not happened["buys"].any():
            doubts.append(
                f"{cut}: none of its customers bought in the {horizon_days} days after it. "
                "Are all orders there? Left out."
            )
            continue
        checks.append(_check(lines, forecast, happened, cut, horizon_days, level, losses))
    comparisons = losses.compared(seed=seed, level=level)
    verdicts = {
        target: verdict_of([found for found in comparisons if found.target == target])
        for target in TARGETS
    }
    return Backtest(horizon_days, level, seed, checks, comparisons, verdicts, doubts)


class _Losses:
    """Squared errors of the model and of each rule, gathered over the cuts by customer."""

    def __init__(self) -> None:
        self._gathered: dict[tuple[str, str], list[tuple[pa.Array, Floats, Floats]]] = defaultdict(
            list
        )

    def add(self, target: str, rule: str, who: pa.Array, model: Floats, of_rule: Floats) -> None:
        self._gathered[target, rule].append((who, model, of_rule))

    def compared(self, *, seed: int, level: float) -> list[Comparison]:
        found = []
        for (target, rule), parts in self._gathered.items():
            names, model, of_rule = zip(*parts, strict=True)
            customer = pa.concat_arrays(names).dictionary_encode().indices.to_numpy()
            times = np.bincount(customer)
            if len(times) < 2:  # nothing scatters: no interval
                continue
            means = (
                np.bincount(customer, np.concatenate(part)) / times for part in (model, of_rule)
            )
            found.append(compare(target, rule, *means, seed=seed, level=level))
        return found


def _possible(
    cuts: Sequence[Date] | None, first: Date | None, as_of: Date, horizon_days: int
) -> tuple[list[Date], list[str]]:
    """Keep the cuts with a whole horizon before and after, and say what is wrong with others."""
    if first is None:
        return [], ["There are no order lines: nothing can be compared."]
    horizon = timedelta(horizon_days)
    if cuts is None:
        wanted: Iterable[Date] = (as_of - place * horizon for place in range(1, MOST_CUTS + 1))
        possible = sorted(cut for cut in wanted if cut >= first + horizon)
        if possible:
            return possible, []
        days = (as_of - first).days
        return [], [
            f"The orders reach back {days} days; a comparison needs {2 * horizon_days}: a horizon "
            "of history, and a horizon in which to see what came."
        ]
    possible, doubts = [], []
    for cut in sorted(set(cuts)):
        if cut + horizon > as_of:
            doubts.append(f"{cut}: its {horizon_days} days are not over by {as_of}: left out.")
        elif cut - horizon < first:
            doubts.append(
                f"{cut}: the orders reach back {(cut - first).days} days from it, less than "
                f"the horizon of {horizon_days}: left out."
            )
        else:
            possible.append(cut)
    return possible, doubts


def _up_to(lines: ir.Table, cut: Date) -> ir.Table:
    return lines.filter(lines["ordered_on"].cast("date") <= cut)


def _happened(
    lines: ir.Table, forecast: Forecast, cut: Date, horizon_days: int
) -> dict[str, Floats]:
    until = cut + timedelta(horizon_days)
    found = bought_between(lines, after=cut, until=until).to_pyarrow()
    happened = of_customers(forecast.customer_id, found)
    bought = happened["purchases"] > 0
    # What a purchase was worth is asked of those who made one.
    spend = np.where(bought, happened["amount"] / np.maximum(happened["purchases"], 1), np.nan)
    return {**happened, "buys": bought.astype(float), "spend": spend}


def _check(
    lines: ir.Table,
    forecast: Forecast,
    happened: dict[str, Floats],
    cut: Date,
    horizon_days: int,
    level: float,
    losses: _Losses,
) -> CutCheck:
    past, frequency = _past(lines, forecast, cut, horizon_days)
    naive = naive_forecasts(past, horizon_days=horizon_days)
    doubts, targets = list(forecast.doubts), {}
    for target in TARGETS:
        of_model = getattr(forecast, target)
        said = np.isfinite(of_model) & np.isfinite(happened[target])
        if not said.any():
            doubts.append(f"The model says nothing of {target}.")
            continue
        rules = {"model": of_model[said]} | {
            rule: of_target[target][said]
            for rule, of_target in naive.items()
            if target in of_target
        }
        actual = happened[target][said]
        targets[target] = _target_check(target, rules, actual, frequency[said])
        who = forecast.customer_id.combine_chunks().filter(pa.array(said))
        of_model = (rules.pop("model") - actual) ** 2
        for rule, values in rules.items():
            losses.add(target, rule, who, of_model, (values - actual) ** 2)
    chance = np.isfinite(forecast.buys)
    return CutCheck(
        cut=cut,
        until=cut + timedelta(horizon_days),
        targets=targets,
        calibration=calibration(forecast.buys[chance], happened["buys"][chance], level=level),
        models=forecast.models,
        doubts=doubts,
    )


def _target_check(
    target: str, rules: dict[str, Floats], actual: Floats, frequency: Floats
) -> TargetCheck:
    return TargetCheck(
        actual=float(actual.sum()),
        customers=len(actual),
        rules={
            rule: errors(values, actual, is_chance=target == "buys")
            for rule, values in rules.items()
        },
        deciles=by_decile(rules, actual, ranked_by="model"),
        by_frequency=by_frequency(rules, actual, frequency),
    )


def _past(lines: ir.Table, forecast: Forecast, cut: Date, horizon_days: int) -> tuple[Past, Floats]:
    """Gather what the naive rules go by, and the repeat purchases, as known at the cut."""
    days = customer_days(usable_lines(lines, as_of=cut), as_of=cut)
    bought, ago = days["bought"].notnull(), days["days_ago"]
    last = ago < horizon_days
    known = days.group_by("customer_id").aggregate(
        purchases=(bought & last).sum(),
        amount=days["amount"].sum(where=last),
        bought_before=(bought & ~last & (ago < 2 * horizon_days)).sum(),
        age_days=ago.max(where=bought),
        frequency=bought.sum() - 1,
    )
    row = of_customers(forecast.customer_id, known.to_pyarrow())
    frequency = np.maximum(row.pop("frequency"), 0)
    before = row.pop("bought_before") > 0
    return Past(bought_before=before, **row), frequency
