"""Does a model beat rules that need no model? With an interval, and with one word.

A customer's loss is the squared error of the forecast; a customer seen at several cuts counts once,
with the mean. The differences of loss, model less rule, are resampled by customer (BCa bootstrap).
The interval speaks of other customers in the same times, not of other times: more cuts help there.

    better      against every rule the whole interval of the difference is below 0. Every rule must
                be beaten, so that many rules make no false victory likelier. A rule without an
                answer (see `naive_forecasts`) is not asked.
    no_better   against some rule the whole interval is above 0, or even its favourable end gains
                less than `LEAST_GAIN` of the rule's loss.
    cannot_say  all else: too few customers, too little history, or an interval that leaves it open.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from guanxi.analytics.intervals import Measured, bootstrap_mean
from guanxi.analytics.models.inputs import Floats

Verdict = Literal["better", "no_better", "cannot_say"]

LEAST_GAIN = 0.01
FEWEST_CUSTOMERS = 30


class Comparison(NamedTuple):
    """Mean squared errors of the model and of a rule on one target; their difference, below 0 where
    the model is better; and the `gain`, the share of the rule's loss that the model saves.
    """

    target: str
    rule: str
    customers: int
    model_loss: float
    rule_loss: float
    difference: Measured
    gain: float


def compare(
    target: str, rule: str, model_losses: Floats, rule_losses: Floats, *, seed: int, level: float
) -> Comparison:
    """Compare two columns of losses of the same customers, two or more."""
    model_loss, rule_loss = float(model_losses.mean()), float(rule_losses.mean())
    difference = bootstrap_mean(model_losses - rule_losses, seed=seed, level=level)
    gain = 1 - model_loss / rule_loss if rule_loss else np.nan
    return Comparison(target, rule, len(model_losses), model_loss, rule_loss, difference, gain)


def verdict_of(comparisons: Sequence[Comparison]) -> Verdict:
    """Give the word for one target from its comparisons with all rules (see above)."""
    if any(found.customers < FEWEST_CUSTOMERS for found in comparisons) or not comparisons:
        return "cannot_say"
    if any(_is_beaten_by(found) for found in comparisons):
        return "no_better"
    return "better" if all(found.difference.high < 0 for found in comparisons) else "cannot_say"


def _is_beaten_by(found: Comparison) -> bool:
    return found.difference.low > 0 or -found.difference.low <= LEAST_GAIN * found.rule_loss
