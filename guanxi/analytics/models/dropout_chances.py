"""P(Y = y) of a customer who is alive now, buys at a Gamma rate and drops out at a Beta risk.

Whoever buys y times has stayed after each of them, and the time ended; or left after the y-th, when
as many purchases or more would have come:
    B(a, B + y) / B(a, B) f(y) + [y > 0] B(a + 1, B + y - 1) / B(a, B) P(Y' >= y)
Y' are the purchases of one who never leaves, negative binomial with density f; P(Y' >= y) is the
incomplete beta function I(y, A) at load / (1 + load).
"""

import numpy as np
from scipy.special import betainc, betaln, gammaln, xlogy

from guanxi.analytics.models.inputs import Floats


def chances_before_dropout(
    *, shape: Floats, load: Floats, leave: float, stay: Floats, most: int
) -> Floats:
    """Give a row a customer, a column each number of purchases from 0 to `most`, for A = `shape`,
    p ~ Beta(`leave`, `stay`), and the load (the time ahead by the rate's scale)."""
    rate, stays = shape[:, None], stay[:, None]
    time = load[:, None]
    y = np.arange(most + 1.0)
    choose = gammaln(rate + y) - gammaln(rate) - gammaln(y + 1)
    log_chance = choose - (rate + y) * np.log1p(time) + xlogy(y, time)
    stayed = betaln(leave, stays + y) - betaln(leave, stays)
    chances = np.exp(stayed + log_chance)
    after = y[1:]
    left = betaln(leave + 1, stays + after - 1) - betaln(leave, stays)
    chances[:, 1:] += np.exp(left) * betainc(after, rate, time / (1 + time))
    return np.asarray(chances)
