"""The likelihoods of purchase models written out as the papers have them, customer by customer.

The yardstick for the parameters of two libraries: it shares nothing with either of them.
"""

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1

Columns = dict[str, np.ndarray]


def beta_geometric(columns: Columns, r: float, alpha: float, a: float, b: float) -> float:
    """BG/NBD: Fader, Hardie, Lee (2005), equation (6)."""
    x, t_x, age = columns["frequency"], columns["recency"], columns["age"]
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + t_x)
    mixture = np.where(x > 0, np.logaddexp(stayed, left), stayed)
    counts = gammaln(r + x) - gammaln(r) + betaln(a, b + x) - betaln(a, b)
    return float((counts + r * np.log(alpha) + mixture).sum())


def modified_beta_geometric(columns: Columns, r: float, alpha: float, a: float, b: float) -> float:
    """MBG/NBD: Batislam, Denizel, Filiztekin (2007)."""
    x, t_x, age = columns["frequency"], columns["recency"], columns["age"]
    stayed = betaln(a, b + x + 1) - (r + x) * np.log(alpha + age)
    left = betaln(a + 1, b + x) - (r + x) * np.log(alpha + t_x)
    counts = gammaln(r + x) - gammaln(r) - betaln(a, b) + r * np.log(alpha)
    return float((counts + np.logaddexp(stayed, left)).sum())


def pareto(columns: Columns, r: float, alpha: float, s: float, beta: float) -> float:
    """Pareto/NBD: Fader, Hardie (2005), equations 17 and 18, by Gauss's function."""
    x, t_x, age = columns["frequency"], columns["recency"], columns["age"]
    total, last = r + s + x, np.where(alpha >= beta, s + 1, r + x)
    most, apart = max(alpha, beta), abs(alpha - beta)
    shrunk = ((most + t_x) / (most + age)) ** total
    early = hyp2f1(total, last, total + 1, apart / (most + t_x))
    late = hyp2f1(total, last, total + 1, apart / (most + age))
    with np.errstate(divide="ignore"):
        left = np.log(s / total) - total * np.log(most + t_x) + np.log(early - late * shrunk)
    stayed = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return float((counts + np.logaddexp(stayed, left)).sum())


def gamma_gamma(columns: Columns, p: float, q: float, v: float) -> float:
    """Gamma-Gamma: Fader, Hardie (2013), equation (1a)."""
    x, mean = columns["frequency"], columns["monetary"]
    value = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    value += (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(x * mean + v)
    return float(value.sum())
