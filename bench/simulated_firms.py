"""Firms whose truth is known: what was seen of customers, who had left, and what came next.

Written apart from the models that are held against them, straight from what the models assume: a
customer draws a rate and a risk, then buys or leaves one event after another.
"""

from typing import NamedTuple

import numpy as np

Columns = dict[str, np.ndarray]
Truth = dict[str, float]

YEAR = 365.0
MONTHS = 12


class Firm(NamedTuple):
    """`seen` is what a model is fitted to; the rest was hidden from it."""

    seen: Columns
    there: np.ndarray  # whether the customer was still one
    came: np.ndarray  # in the next twelve months: purchases, renewals; or the mean spend
    before: np.ndarray  # the same of the last twelve months: the naive forecast


def after_purchases(truth: Truth, size: int, random: np.random.Generator, *, first: bool) -> Firm:
    """Customers who may leave after a purchase: BG/NBD, or MBG/NBD if after the `first` too."""
    age = random.integers(365, 731, size).astype(float)
    rate = random.gamma(truth["r"], 1 / truth["alpha"], size)
    risk = random.beta(truth["a"], truth["b"], size)
    x, last, came, before = np.zeros((4, size))
    there = np.ones(size, bool)
    now = np.zeros(size)
    going = np.arange(size)
    if first:
        stays = random.random(size) >= risk
        there &= stays
        going = going[stays]
    while len(going):
        now[going] += random.exponential(size=len(going)) / np.maximum(rate[going], 1e-300)
        going = going[now[going] <= age[going] + YEAR]
        seen = now[going] <= age[going]
        early, late = going[seen], going[~seen]
        x[early] += 1
        last[early] = now[early]
        before[early] += now[early] > age[early] - YEAR
        came[late] += 1
        leaves = random.random(len(going)) < risk[going]
        there[going[leaves & seen]] = False
        going = going[~leaves]
    return Firm({"frequency": x, "recency": last, "age": age}, there, came, before)


def at_any_moment(truth: Truth, size: int, random: np.random.Generator) -> Firm:
    """Customers who may leave at any moment: Pareto/NBD."""
    age = random.integers(365, 731, size).astype(float)
    rate = random.gamma(truth["r"], 1 / truth["alpha"], size)
    leaving = np.maximum(random.gamma(truth["s"], 1 / truth["beta"], size), 1e-300)
    until = random.exponential(size=size) / leaving
    borders = np.stack([np.zeros(size), age - YEAR, age, age + YEAR])
    spans = np.diff(np.minimum(borders, until), axis=0)
    early, before, came = random.poisson(rate * spans).astype(float)
    # The last of k moments drawn evenly from a span.
    share = random.random(size)
    of_early = spans[0] * share ** (1 / np.maximum(early, 1))
    of_late = age - YEAR + spans[1] * share ** (1 / np.maximum(before, 1))
    last = np.where(before > 0, of_late, np.where(early > 0, of_early, 0.0))
    seen = {"frequency": early + before, "recency": last, "age": age}
    return Firm(seen, until > age, came, before)


def at_occasions(truth: Truth, size: int, random: np.random.Generator) -> Firm:
    """Customers who buy or not, month by month, and may leave before each: BG/BB."""
    months = random.integers(MONTHS, 2 * MONTHS + 1, size)
    buys = random.beta(truth["alpha"], truth["beta"], size)
    risk = random.beta(truth["gamma"], truth["delta"], size)
    x, last, came, before = np.zeros((4, size))
    alive, there = np.ones(size, bool), np.ones(size, bool)
    for month in range(1, 3 * MONTHS + 1):
        alive &= random.random(size) >= risk
        # There at the next occasion: what the model gives a chance of.
        there = np.where(month == months + 1, alive, there)
        bought = alive & (random.random(size) < buys)
        early = bought & (month <= months)
        x += early
        last[early] = month
        before += early & (month > months - MONTHS)
        came += bought & (month > months) & (month <= months + MONTHS)
    seen = {"frequency": x, "recency": last, "periods": months.astype(float)}
    return Firm(seen, there, came, before)


def under_contract(truth: Truth, size: int, random: np.random.Generator) -> Firm:
    """Customers who renew or not, month by month: sBG. Who has left has nothing to come."""
    most = random.integers(3, 2 * MONTHS + 1, size)
    risk = random.beta(truth["alpha"], truth["beta"], size)
    renewed, lost, came = np.zeros((3, size))
    alive = np.ones(size, bool)
    there = np.zeros(size, bool)
    for month in range(1, 3 * MONTHS + 1):
        stays = random.random(size) >= risk
        early = month <= most
        renewed += alive & stays & early
        lost += alive & ~stays & early
        came += alive & stays & ~early & (month <= most + MONTHS)
        there |= alive & stays & (month == most + 1)
        alive &= stays
    seen = {"periods": renewed + lost, "lost": lost}
    return Firm(seen, there, came, np.minimum(renewed, MONTHS))


def spending(truth: Truth, size: int, random: np.random.Generator) -> Firm:
    """Customers who spend each at their own scale: Gamma-Gamma. To come are three purchases."""
    x = 1.0 + random.negative_binomial(0.8, 0.25, size)
    scale = random.gamma(truth["q"], 1 / truth["v"], size)
    mean = random.gamma(truth["p"] * x) / scale / x
    came = random.gamma(truth["p"] * 3, size=size) / scale / 3
    return Firm({"frequency": x, "monetary": mean}, np.ones(size, bool), came, mean)
