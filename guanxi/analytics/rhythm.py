"""Each customer's own rhythm of buying, and how unusual the present silence is.

Purchases are Poisson with a rate that varies over customers as Gamma(r, alpha). A customer with
x repeat purchases in the t days between first and last has, by Bayes, a rate that is
Gamma(r + x, alpha + t); the chance that such a customer stays away for longer than g days is
    P(gap > g) = ((alpha + t) / (alpha + t + g))^(r + x)
(the Lomax tail: Fader, Hardie, Lee 2005, without the dropout). With a short history the firm's
rhythm decides, with a long one the customer's own.
"""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the name of a column argument here
from typing import Any, Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from numpy.typing import ArrayLike

from guanxi.analytics.models.inputs import vectors
from guanxi.analytics.purchases import days_between, purchase_days

# In the recent rhythm each gap weighs this much of the next: the last three make up two thirds.
GAP_WEIGHT_KEPT = 0.7


@dataclass(frozen=True)
class RatePrior:
    """What is known of a customer's rate of buying before looking: Gamma(r, alpha), in days."""

    r: float
    alpha: float

    @classmethod
    def of_population(cls, *, frequency: ArrayLike, age: ArrayLike) -> Self | None:
        """Let the firm's mean rate count as much as one purchase; None if nobody came back."""
        x, age_now = vectors(frequency=frequency, age=age)
        if not (x.sum() > 0 and age_now.sum() > 0):
            return None
        return cls(r=1.0, alpha=float(age_now.sum() / x.sum()))

    # NumPy arrays and Ibis columns alike, so that a notebook and the engine share the formula.
    def gap_chance(self, *, frequency: Any, active_days: Any, gap_days: Any) -> Any:
        """Give P(gap > g): how often this customer stays away longer, just by chance."""
        known = self.alpha + active_days
        return (known / (known + gap_days)) ** (self.r + frequency)

    def pace_kept(self, *, active_days: Any, gap_days: Any) -> Any:
        """Give the rate to expect now as a share of the rate expected just after the last
        purchase, (alpha + t) / (alpha + t + g): what the silence has left of the custom.
        """
        known = self.alpha + active_days
        return known / (known + gap_days)

    def expected_gap_days(self, *, frequency: Any, active_days: Any) -> Any:
        """Give one over the expected rate: (alpha + t) / (r + x)."""
        return (self.alpha + active_days) / (self.r + frequency)


def rhythm(
    table: ir.Table | pa.Table, *, customer: str, date: str, as_of: Date, prior: RatePrior
) -> ir.Table:
    """Describe the rhythm of each customer's purchase days, as a lazy expression.

    `mean_gap_days` and `recent_gap_days` (exponentially weighted, null for who bought once);
    `expected_gap_days`, `days_since_last`, and `late_probability` = 1 - P(gap > days_since_last).
    """
    days = with_gaps(
        purchase_days(table, customer=customer, date=date, amount=None, as_of=as_of), customer
    )
    found = days.group_by(customer).aggregate(**gap_measures(days))
    found = found.mutate(days_since_last=days_between(found["last_on"], ibis.literal(as_of)))
    history = {"frequency": found["purchases"] - 1, "active_days": found["active_days"]}
    chance = prior.gap_chance(**history, gap_days=found["days_since_last"])
    return found.mutate(
        expected_gap_days=prior.expected_gap_days(**history), late_probability=1.0 - chance
    ).drop("active_days")


def with_gaps(days: ir.Table, customer: str) -> ir.Table:
    """Add to each purchase day `gap_days` since the one before, and its `place` from the last."""
    backwards = ibis.window(group_by=customer, order_by=days["day"].desc())
    return days.mutate(
        gap_days=days_between(days["day"].lead().over(backwards), days["day"]),
        place=ibis.row_number().over(backwards),
    )


def gap_measures(days: ir.Table) -> dict[str, ir.Value]:
    """Give the aggregates of `with_gaps` that make up a rhythm."""
    weight = ibis.literal(GAP_WEIGHT_KEPT) ** days["place"]
    gap, has_gap = days["gap_days"], days["gap_days"].notnull()
    return {
        "purchases": days.count(),
        "first_on": days["day"].min(),
        "last_on": days["day"].max(),
        "active_days": days_between(days["day"].min(), days["day"].max()),
        "last_gap_days": gap.max(where=days["place"] == 0),
        "mean_gap_days": gap.mean(),
        "recent_gap_days": (gap * weight).sum() / weight.sum(where=has_gap),
    }
