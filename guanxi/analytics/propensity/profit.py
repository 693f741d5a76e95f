"""Whom is it worth contacting? Where the expected profit of the contact is above zero.

    profit = p * gain - (1 - p) * waste - cost

`gain` is what a contact brings from somebody who says yes (for churn: the value kept, times the
share of leavers whom a contact makes stay), `waste` what it loses on somebody who does not (a
discount for those who would have stayed anyway), `cost` what it costs in any case. So a contact
pays from p = (cost + waste) / (gain + waste) on.

Elkan, C. (2001): The foundations of cost-sensitive learning. IJCAI 17, 973-978.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.inputs import Floats, vectors
from guanxi.analytics.propensity.inputs import Bools, probabilities


class ContactPlan(NamedTuple):
    """Who is to be contacted, and what that is expected to bring.

    `profit` and `threshold` (the probability from which on a contact pays; infinite where it
    never does) have a value for every customer, contacted or not, in the unit of gain and cost.
    """

    contact: Bools
    profit: Floats
    threshold: Floats
    expected_profit: float


def plan_contacts(
    probability: ArrayLike,
    *,
    gain: ArrayLike,
    cost: ArrayLike,
    waste: ArrayLike = 0.0,
    at_most: int | None = None,
) -> ContactPlan:
    """Contact those whose contact is expected to bring a profit, the most profitable `at_most` of
    them. Gain, cost and waste are one number, or one for each customer; none is negative.
    """
    rows = len(np.atleast_1d(np.asarray(probability)))
    stated = probabilities("probability", np.atleast_1d(probability), rows=rows)
    worth, price, lost = vectors(
        gain=np.broadcast_to(np.asarray(gain, dtype=np.float64), rows),
        cost=np.broadcast_to(np.asarray(cost, dtype=np.float64), rows),
        waste=np.broadcast_to(np.asarray(waste, dtype=np.float64), rows),
    )
    if at_most is not None and at_most < 0:
        raise ValueError(f"at_most must be 0 or more, not {at_most!r}")
    profit = stated * worth - (1 - stated) * lost - price
    contact = profit > 0
    if at_most is not None and contact.sum() > at_most:
        best = np.argsort(-profit, kind="stable")[:at_most]
        contact = np.zeros(rows, dtype=bool)
        contact[best] = True
    return ContactPlan(
        contact, profit, _thresholds(worth, price, lost), float(profit[contact].sum())
    )


def profit_threshold(*, gain: float, cost: float, waste: float = 0.0) -> float:
    """Give the probability from which on a contact pays; infinite if it never does."""
    worth, price, lost = vectors(gain=[gain], cost=[cost], waste=[waste])
    return float(_thresholds(worth, price, lost)[0])


def _thresholds(gain: Floats, cost: Floats, waste: Floats) -> Floats:
    pays = gain > cost
    at_stake = np.where(pays, gain + waste, 1.0)
    thresholds: Floats = np.where(pays, (cost + waste) / at_stake, np.inf)
    return thresholds
