"""All scores of all customers from their order lines: the one call that the CRM makes.

The engine groups the lines and ranks the customers; models see each distinct history once; the
result comes back as one Arrow table. Nothing here loops over customers.
"""

from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` names columns elsewhere in this package
from typing import Literal, NamedTuple, Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.facts import customer_facts, line_counts
from guanxi.analytics.forecast import (
    PurchaseForecast,
    SpendForecast,
    forecast_purchases,
    forecast_spend,
)
from guanxi.analytics.lifecycle import STAGES, Lifecycle, LifecycleFacts, lifecycle_stage
from guanxi.analytics.models.contract import LikelihoodModel
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.pareto import ParetoShare, abc, pareto_share
from guanxi.analytics.purchases import as_table
from guanxi.analytics.reasons import Reason, reasons_as_json
from guanxi.analytics.rfm import rfm
from guanxi.analytics.rhythm import RatePrior

ValueBasis = Literal["margin", "revenue"]

# A customer's own margin rate counts against the firm's as if this many mean purchases were known.
_PRIOR_PURCHASES = 3.0
# Later than nine in ten of the customer's own gaps: worth a word before the stage changes.
_LATE = 0.9
_MANY_RETURNS = 0.3
_SMALLEST_AMOUNT = 1e-9

_FROM_ENGINE = [
    "customer_id",
    "recency_days",
    "days_since_last",
    "purchases",
    "first_on",
    "last_on",
    "amount",
    "revenue_12m",
    "margin_12m",
    "rfm_r",
    "rfm_f",
    "rfm_m",
    "rfm_class",
    "abc_class",
]


class FittedModel(NamedTuple):
    """What a fit found, ready to be stored with the run."""

    name: str
    params: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float

    @classmethod
    def of(cls, model: LikelihoodModel) -> Self:
        """Take the figures out of a fitted model."""
        return cls(
            type(model).__name__, model.params_, model.standard_errors_, model.log_likelihood_
        )


@dataclass(frozen=True)
class ScoreResult:
    """One row a customer in `customers` (see `score_customers`), and what the run was made of."""

    customers: pa.Table
    as_of: Date
    horizon_days: int
    value_basis: ValueBasis
    models: list[FittedModel]
    warnings: list[str]
    counts: dict[str, int]
    pareto: ParetoShare | None


def score_customers(
    lines: ir.Table | pa.Table,
    *,
    as_of: Date,
    previous_stages: ir.Table | pa.Table | None = None,
    horizon_days: int = 365,
    discount_rate_year: float = 0.1,
) -> ScoreResult:
    """Score every customer with an order line up to and including `as_of`.

    `lines` has customer_id, order_id, ordered_on, amount and margin (may be null throughout);
    returns are negative amounts. `previous_stages` has customer_id and stage, and keeps a
    customer at a border from changing sides with every run.

    Columns, null where nothing can be said: customer_id; recency_days (of RFM; the same figure
    as days_since_last), purchases (days), amount (net, ever), revenue_12m, margin_12m; rfm_r,
    rfm_f, rfm_m, rfm_class; abc_class; probability_alive; expected_purchases_12m (within the
    horizon); expected_spend; expected_value_12m (margin if known, else revenue; net of returns,
    discounted); stage, stage_confidence; expected_gap_days, days_since_last, late_probability
    (the chance that this customer would have come by now); first_on, last_on; reasons (JSON).
    """
    if horizon_days <= 0:
        raise ValueError(f"horizon_days must be above 0, not {horizon_days!r}")
    if discount_rate_year <= -1:
        raise ValueError(f"discount_rate_year must be above -1, not {discount_rate_year!r}")
    lines = as_table(lines)
    # From here on one row a customer: small enough to leave the engine that holds the lines.
    facts = ibis.memtable(customer_facts(lines, as_of=as_of).to_pyarrow())
    margin_rate = _firm_margin_rate(facts)
    valued = _with_current_value(facts, margin_rate)
    ranked = _ranked(valued, previous_stages).to_pyarrow()
    row = Columns(ranked)
    purchases, spend = _forecasts(row, horizon_days, discount_rate_year)
    lifecycle = _lifecycle(row, purchases, _previous(ranked))
    return ScoreResult(
        customers=_customers(ranked, row, purchases, spend, lifecycle, margin_rate),
        as_of=as_of,
        horizon_days=horizon_days,
        value_basis="revenue" if margin_rate is None else "margin",
        models=[FittedModel.of(model) for model in (purchases.model, spend.model) if model],
        warnings=[*purchases.warnings, *spend.warnings],
        counts={
            **line_counts(lines, as_of=as_of),
            "customers": ranked.num_rows,
            "buyers": int((row["purchases"] > 0).sum()),
            "repeat_buyers": int((row["purchases"] > 1).sum()),
        },
        pareto=pareto_share(valued, value="current_value"),
    )


class Columns:
    """The numeric columns of a table as floats, NaN for null, each read when asked for."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __getitem__(self, name: str) -> Floats:
        column = pc.cast(self._table[name], pa.float64())
        values: Floats = column.to_numpy(zero_copy_only=False)
        return values


def _firm_margin_rate(facts: ir.Table) -> float | None:
    """Give the margin per unit of revenue over all lines that know it, None if none does."""
    sums = facts.aggregate(
        margin=facts["margin"].sum(), amount=facts["amount_with_margin"].sum()
    ).to_pyarrow()
    margin, amount = sums["margin"][0].as_py(), sums["amount"][0].as_py()
    return margin / amount if margin is not None and amount and amount > 0 else None


def _with_current_value(facts: ir.Table, margin_rate: float | None) -> ir.Table:
    """Add `current_value`: the year's margin, estimated where unknown; or the year's revenue."""
    if margin_rate is None:
        return facts.mutate(current_value=facts["revenue_12m"], margin_12m=ibis.null("float64"))
    unknown = facts["revenue_12m"] - facts["amount_with_margin_12m"].fill_null(0.0)
    margin = facts["margin_12m"].fill_null(0.0) + unknown * margin_rate
    return facts.mutate(current_value=margin, margin_12m=margin)


def _ranked(facts: ir.Table, previous_stages: ir.Table | pa.Table | None) -> ir.Table:
    facts = facts.mutate(recency_days=facts["days_since_last"])
    # Windows carry every column they are given along: rank by a narrow table.
    measures = facts.select("customer_id", "recency_days", "purchases", "amount", "current_value")
    ranks = abc(rfm(measures), value="current_value").drop(*measures.columns[1:])
    ranked = facts.join(ranks, "customer_id")
    if previous_stages is None:
        return ranked.order_by("customer_id")
    stages = as_table(previous_stages).select("customer_id", "stage").to_pyarrow()
    if pc.count_distinct(stages["customer_id"]).as_py() < stages.num_rows:
        raise ValueError("previous_stages names a customer twice")
    held = ibis.memtable(stages)
    held = held.select(_held_by=held["customer_id"], previous_stage=held["stage"])
    joined = ranked.left_join(held, ranked["customer_id"] == held["_held_by"])
    return joined.drop("_held_by").order_by("customer_id")


def _forecasts(
    row: Columns, horizon_days: int, discount_rate_year: float
) -> tuple[PurchaseForecast, SpendForecast]:
    """Forecast for those who ever bought, and put NaN beside those who only returned."""
    buyers = row["purchases"] > 0
    purchases = row["purchases"][buyers]
    bought = forecast_purchases(
        frequency=purchases - 1,
        recency=row["active_days"][buyers],
        age=row["tenure_days"][buyers],
        horizon_days=horizon_days,
        discount_rate_year=discount_rate_year,
    )
    spend = forecast_spend(
        purchases=purchases,
        bought=row["bought"][buyers],
        returned=np.nan_to_num(row["returned"][buyers]),
    )
    return (
        replace(
            bought,
            probability_alive=_spread(bought.probability_alive, buyers),
            expected=_spread(bought.expected, buyers),
            expected_discounted=_spread(bought.expected_discounted, buyers),
        ),
        replace(spend, expected=_spread(spend.expected, buyers)),
    )


def _spread(values: Floats, buyers: NDArray[np.bool_]) -> Floats:
    spread = np.full(len(buyers), np.nan)
    spread[buyers] = values
    return spread


def _lifecycle(
    row: Columns, forecast: PurchaseForecast, previous: NDArray[np.int8] | None
) -> Lifecycle:
    purchases, active, last_gap = row["purchases"], row["active_days"], row["last_gap_days"]
    prior = forecast.prior
    facts = LifecycleFacts(
        purchases=purchases,
        days_since_last=row["days_since_last"],
        expected_gap_days=_expected_gap(prior, purchases - 1, active),
        gap_chance=_gap_chance(prior, purchases - 1, active, row["days_since_last"]),
        pace_kept=_pace_kept(prior, active, row["days_since_last"]),
        last_gap_days=last_gap,
        # As it looked when that gap began: without the purchase that ended it.
        last_gap_chance=_gap_chance(prior, purchases - 2, active - last_gap, last_gap),
        probability_alive=forecast.probability_alive,
        trend_days=row["trend_days"],
        recent_purchases=row["recent_purchases"],
        earlier_purchases=row["earlier_purchases"],
        recent_amount=row["recent_amount"],
        earlier_amount=row["earlier_amount"],
    )
    return lifecycle_stage(facts, previous=previous)


def _gap_chance(prior: RatePrior | None, frequency: Floats, active: Floats, gap: Floats) -> Floats:
    if prior is None:
        return np.full(len(frequency), np.nan)
    chance: Floats = prior.gap_chance(
        frequency=np.maximum(frequency, 0), active_days=active, gap_days=gap
    )
    return chance


def _expected_gap(prior: RatePrior | None, frequency: Floats, active: Floats) -> Floats:
    if prior is None:
        return np.full(len(frequency), np.nan)
    gap: Floats = prior.expected_gap_days(frequency=np.maximum(frequency, 0), active_days=active)
    return gap


def _pace_kept(prior: RatePrior | None, active: Floats, gap: Floats) -> Floats:
    if prior is None:
        return np.full(len(gap), np.nan)
    kept: Floats = prior.pace_kept(active_days=active, gap_days=gap)
    return kept


def _previous(ranked: pa.Table) -> NDArray[np.int8] | None:
    if "previous_stage" not in ranked.column_names:
        return None
    place = pc.index_in(ranked["previous_stage"], pa.array(STAGES))
    previous: NDArray[np.int8] = pc.fill_null(place, -1).to_numpy().astype(np.int8)
    return previous


def _customers(
    ranked: pa.Table,
    row: Columns,
    purchases: PurchaseForecast,
    spend: SpendForecast,
    lifecycle: Lifecycle,
    margin_rate: float | None,
) -> pa.Table:
    late = 1 - lifecycle.facts.gap_chance
    value = purchases.expected_discounted * spend.expected
    if margin_rate is not None:
        value = value * _margin_rates(row, margin_rate)
    computed = {
        "probability_alive": purchases.probability_alive,
        "expected_purchases_12m": purchases.expected,
        "expected_spend": spend.expected,
        "expected_value_12m": value,
        "stage_confidence": lifecycle.confidence,
        "expected_gap_days": lifecycle.facts.expected_gap_days,
        "late_probability": late,
    }
    reasons = [*lifecycle.reasons, *_warnings_of(row, lifecycle, late)]
    table = ranked.select(_FROM_ENGINE)
    for name, values in computed.items():
        table = table.append_column(name, pa.array(values, from_pandas=True))
    table = table.append_column("stage", pa.array(lifecycle.names, pa.string()))
    return table.append_column("reasons", reasons_as_json(reasons, rows=table.num_rows))


def _margin_rates(row: Columns, firm_rate: float) -> Floats:
    """Give each customer's margin per unit of revenue, shrunk towards the firm's."""
    known = np.maximum(np.nan_to_num(row["amount_with_margin"]), 0)
    margin = np.where(known > 0, np.nan_to_num(row["margin"]), 0)
    prior = _PRIOR_PURCHASES * np.nansum(row["bought"]) / np.maximum(row["purchases"].sum(), 1)
    rates: Floats = (prior * firm_rate + margin) / np.maximum(prior + known, _SMALLEST_AMOUNT)
    return rates


def _warnings_of(row: Columns, lifecycle: Lifecycle, late: Floats) -> list[Reason]:
    """Say what calls for attention whatever the stage."""
    facts = lifecycle.facts
    still_here = lifecycle.stage != STAGES.index("termination")
    bought, returned = np.nan_to_num(row["bought"]), np.nan_to_num(row["returned"])
    return [
        Reason(
            "late",
            still_here & (late >= _LATE),
            {
                "late_probability": late,
                "days_since_last": facts.days_since_last,
                "expected_gap_days": facts.expected_gap_days,
            },
        ),
        Reason(
            "many_returns",
            (returned > 0) & (returned >= _MANY_RETURNS * bought),
            {"returned_amount": returned, "bought_amount": bought},
        ),
    ]
