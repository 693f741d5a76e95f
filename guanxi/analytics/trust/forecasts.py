"""What was forecast of each customer at a cut, by a model and by the rules it has to beat.

A forecaster is any function of (lines up to the cut, the cut, horizon in days): the backtest hands
it nothing later.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - `date` names columns elsewhere in this package
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.facts import customer_days, customer_facts, usable_lines
from guanxi.analytics.forecast import forecast_spend
from guanxi.analytics.models.beta_geometric import ModifiedBetaGeometricNBD
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.models.purchase_model import PurchaseModel
from guanxi.analytics.rhythm import RatePrior
from guanxi.analytics.scoring import Columns, FittedModel, score_customers

TARGETS = ("purchases", "buys", "spend", "amount")
_EPOCH = Date(1970, 1, 1)
# A share of fewer customers than this is no rule to measure a model by.
FEWEST_FOR_A_SHARE = 30


@dataclass(frozen=True)
class Forecast:
    """For each customer, what to expect within the horizon: days with a purchase, a chance that
    there `buys` one at all, the net `spend` on such a day, and the net `amount` of all together.

    NaN where nothing can be said.
    """

    customer_id: pa.ChunkedArray
    purchases: Floats
    buys: Floats
    spend: Floats
    amount: Floats
    models: list[FittedModel] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


Forecaster = Callable[[ir.Table, Date, int], Forecast]


def forecast_by_scores(lines: ir.Table, as_of: Date, horizon_days: int) -> Forecast:
    """Forecast as `score_customers` does, undiscounted: what users of the scores are told."""
    result = score_customers(lines, as_of=as_of, horizon_days=horizon_days, discount_rate_year=0.0)
    customers = result.customers.filter(pc.greater(result.customers["purchases"], 0))
    row = Columns(customers)
    first, last = (_days_since_epoch(customers[name]) for name in ("first_on", "last_on"))
    history = {
        "frequency": row["purchases"] - 1,
        "recency": last - first,
        "age": (as_of - _EPOCH).days - first,
    }
    name = ModifiedBetaGeometricNBD.__name__
    fitted = next((model for model in result.models if model.name == name), None)
    if fitted is None:
        buys = _chance_by_mean_rate(history, horizon_days)
    else:
        model = ModifiedBetaGeometricNBD.with_params(**fitted.params)
        buys = _chance_to_buy(model, history, horizon_days)
    return Forecast(
        customer_id=customers["customer_id"],
        purchases=row["expected_purchases_12m"],
        buys=buys,
        spend=row["expected_spend"],
        amount=row["expected_purchases_12m"] * row["expected_spend"],
        models=result.models,
        doubts=result.warnings,
    )


def forecast_by_model(kind: type[PurchaseModel]) -> Forecaster:
    """Make a forecaster of one purchase model, with spend per purchase as scoring forecasts it."""

    def forecast(lines: ir.Table, as_of: Date, horizon_days: int) -> Forecast:
        facts = customer_facts(lines, as_of=as_of).filter(lambda row: row["purchases"] > 0)
        buyers = facts.order_by("customer_id").to_pyarrow()
        row = Columns(buyers)
        history: dict[str, Any] = {
            "frequency": row["purchases"] - 1,
            "recency": row["active_days"],
            "age": row["tenure_days"],
        }
        model = kind().fit(**history)
        spend = forecast_spend(
            purchases=row["purchases"],
            bought=row["bought"],
            returned=np.nan_to_num(row["returned"]),
        )
        purchases = model.expected_purchases(horizon=horizon_days, **history)
        return Forecast(
            customer_id=buyers["customer_id"],
            purchases=purchases,
            buys=_chance_to_buy(model, history, horizon_days),
            spend=spend.expected,
            amount=purchases * spend.expected,
            models=[FittedModel.of(one) for one in (model, spend.model) if one],
            doubts=[*model.warnings_, *spend.warnings],
        )

    return forecast


@dataclass(frozen=True)
class Past:
    """What is known at a cut without any model, one value a customer: days with a purchase and net
    amount in the last horizon, whether they bought in the one before, and their whole age.
    """

    purchases: Floats
    amount: Floats
    bought_before: NDArray[np.bool_]
    age_days: Floats


def naive_forecasts(past: Past, *, horizon_days: int) -> dict[str, dict[str, Floats]]:
    """Give, by rule and target, what needs no model.

    `same_as_before`: the next horizon is to each customer as the last was. `average`: everybody is
    like the mean customer; so is the spend of who did not buy in the last horizon by either. Their
    chances to buy are shares observed one horizon ago, when it was known who bought in the horizon
    before that: of those who had and had not, and of all; without `FEWEST_FOR_A_SHARE` customers in
    each, the rule has none.
    """
    bought = past.purchases > 0
    known = past.age_days >= horizon_days
    everybody = np.ones(len(bought))
    same = {"purchases": past.purchases, "amount": past.amount}
    average = {
        name: everybody * (values.mean() if len(values) else 0.0) for name, values in same.items()
    }
    if past.purchases.sum() > 0:
        mean_spend = past.amount.sum() / past.purchases.sum()
        own = past.amount / np.maximum(past.purchases, 1)
        same["spend"] = np.where(bought, own, mean_spend)
        average["spend"] = everybody * mean_spend
    had, had_not = known & past.bought_before, known & ~past.bought_before
    if min(had.sum(), had_not.sum()) >= FEWEST_FOR_A_SHARE:
        same["buys"] = np.where(bought, _share(bought[had]), _share(bought[had_not]))
    if known.sum() >= FEWEST_FOR_A_SHARE:
        average["buys"] = everybody * _share(bought[known])
    return {"same_as_before": same, "average": average}


def bought_between(lines: ir.Table, *, after: Date, until: Date) -> ir.Table:
    """Give each customer's `purchases` (days with one) and net `amount` in the days after one day,
    up to and including another; customers without a line then have no row.
    """
    within = usable_lines(lines, as_of=until).filter(lambda row: row["day"] > after)
    days = customer_days(within, as_of=until)
    return days.group_by("customer_id").aggregate(
        purchases=days["bought"].notnull().sum(), amount=days["amount"].sum()
    )


def of_customers(customers: pa.ChunkedArray, table: pa.Table) -> dict[str, Floats]:
    """Put the numbers of a table in the order of `customers`, 0 for who is not in it."""
    place = pc.index_in(customers, value_set=table["customer_id"].combine_chunks())
    found = table.drop_columns("customer_id").take(place)
    row = Columns(found)
    return {name: np.nan_to_num(row[name]) for name in found.column_names}


def _share(bought: NDArray[np.bool_]) -> float:
    # Half a customer each way, so that no chance is stated as none or certain.
    return float((bought.sum() + 0.5) / (len(bought) + 1))


def _chance_to_buy(model: PurchaseModel, history: dict[str, Floats], horizon_days: int) -> Floats:
    nothing = model.purchase_chances(horizon=horizon_days, most=0, **history)[:, 0]
    return np.asarray(1 - nothing)


def _chance_by_mean_rate(history: dict[str, Floats], horizon_days: int) -> Floats:
    frequency, age = history["frequency"], history["age"]
    prior = RatePrior.of_population(frequency=frequency, age=age)
    if prior is None:
        return np.full(len(frequency), np.nan)
    stays_away = prior.gap_chance(frequency=frequency, active_days=age, gap_days=horizon_days)
    return np.asarray(1 - stays_away)


def _days_since_epoch(dates: pa.ChunkedArray) -> Floats:
    days = pc.cast(pc.cast(dates, pa.date32()), pa.int32())
    return np.asarray(days.to_numpy(), dtype=np.float64)
