"""What unhappy customers cost beyond themselves: those whom their tales keep away.

    cost = unhappy * (1 - recovered) * told * prospects * deterred * value of a new customer

An unhappy customer tells so many people; a share of them are prospects, who might have become
customers; a share of these is deterred (after TARP 1979/1986, Consumer complaint handling in
America). Who was won over again by how the complaint was handled tells no such tales. The figures
are a firm's own, from its surveys: there are none that hold for every trade.
"""

import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.inputs import Floats, vectors


def word_of_mouth_cost(
    unhappy: ArrayLike,
    *,
    told: float,
    prospects: float,
    deterred: float,
    value_of_new_customer: float,
    recovered: ArrayLike = 0.0,
) -> Floats:
    """Give each customer's cost by negative word of mouth, in the money of the value.

    `unhappy`: the chance that a customer is unhappy, or the number of its bad experiences;
    `recovered`: the share of them made good, one for all or one a customer.
    """
    (bad,) = vectors(unhappy=unhappy)
    made_good = np.broadcast_to(np.asarray(recovered, float), bad.shape)
    for name, share in (("prospects", prospects), ("deterred", deterred)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be a share between 0 and 1, not {share!r}")
    if not ((made_good >= 0) & (made_good <= 1)).all():
        raise ValueError("recovered must hold shares between 0 and 1")
    for name, number in (("told", told), ("value_of_new_customer", value_of_new_customer)):
        if not (np.isfinite(number) and number >= 0):
            raise ValueError(f"{name} must be 0 or more, not {number!r}")
    lost: Floats = bad * (1 - made_good) * told * prospects * deterred
    return lost * value_of_new_customer
