"""How customers truly behave: the process that scores are to find again.

While alive a customer buys at a rate lambda a day, lambda ~ Gamma(r, alpha); after each repeat
purchase the customer leaves for good with chance p ~ Beta(a, b) (BG/NBD: Fader, Hardie and Lee
2005). A purchase is worth Gamma(p, nu) with nu ~ Gamma(q, v), whatever the rate (Gamma-Gamma:
Fader and Hardie 2013). There is no season. Time between purchases is rounded to whole days, at
least one, so that days seen are purchases made and their mean stays what it was.
"""

from dataclasses import dataclass

import numpy as np

from guanxi.demo.columns import Flags, Floats, Ints
from guanxi.demo.money import price_level

WINDOW_DAYS = 1_095  # customers began to buy within these


@dataclass(frozen=True)
class Parameters:
    """The truth about the crowd; alpha in days, v in yuan."""

    r: float = 1.1
    alpha: float = 48.0
    a: float = 0.7
    b: float = 4.0
    p: float = 2.2
    q: float = 2.6
    v: float = 2_400.0

    def in_currency(self, currency: str) -> "Parameters":
        """The same crowd, spending in another currency."""
        v = self.v * price_level(currency)
        return Parameters(self.r, self.alpha, self.a, self.b, self.p, self.q, v)


@dataclass(frozen=True)
class Buyers:
    """The truth about each buyer."""

    rate: Floats
    leave: Floats
    scale: Floats  # nu
    age: Ints  # days since the first purchase
    alive: Flags
    repeats: Ints


@dataclass(frozen=True)
class Purchases:
    """What the buyers did: one row a purchase, the first ones included."""

    buyer: Ints
    ago: Ints  # days before today, which is not over: at least one
    value: Floats  # in the reporting currency


def simulate(
    random: np.random.Generator, parameters: Parameters, count: int
) -> tuple[Buyers, Purchases]:
    """Draw buyers and all they bought until today."""
    age = random.integers(1, WINDOW_DAYS + 1, count)
    rate = random.gamma(parameters.r, 1 / parameters.alpha, count)
    leave = random.beta(parameters.a, parameters.b, count)
    scale = random.gamma(parameters.q, 1 / parameters.v, count)
    buyer, ago, alive = _purchases(random, rate, leave, age)
    repeats = np.bincount(buyer, minlength=count) - 1
    value = random.gamma(parameters.p, 1.0, len(buyer)) / scale[buyer]
    buyers = Buyers(rate, leave, scale, age, alive, repeats.astype(np.int64))
    return buyers, Purchases(buyer, ago, value)


def _purchases(
    random: np.random.Generator, rate: Floats, leave: Floats, age: Ints
) -> tuple[Ints, Ints, Flags]:
    alive = np.ones(len(age), np.bool_)
    ago = age.copy()
    buying = np.arange(len(age))
    who, when = [buying], [age]
    while len(buying):
        gap = random.exponential(size=len(buying)) / np.maximum(rate[buying], 1e-9)
        ago[buying] -= np.maximum(np.rint(gap), 1).astype(np.int64)
        buying = buying[ago[buying] > 0]
        who.append(buying)
        when.append(ago[buying])
        leaves = random.random(len(buying)) < leave[buying]
        alive[buying[leaves]] = False
        buying = buying[~leaves]
    return np.concatenate(who), np.concatenate(when), alive
