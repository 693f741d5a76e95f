"""What a propensity model may be: a regression, trees, or the mean of both; tried and fitted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from scipy.special import expit

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.boosting import choose_boosting, fit_boosting
from guanxi.analytics.propensity.columns import Columns, Rows
from guanxi.analytics.propensity.folds import Folds
from guanxi.analytics.propensity.inputs import Bools
from guanxi.analytics.propensity.logistic import LogisticSettings, choose_logistic, fit_logistic
from guanxi.analytics.propensity.metrics import log_losses

Kind = Literal["logistic", "boosting", "average"]
KINDS: tuple[Kind, ...] = ("logistic", "boosting", "average")


class Fitted(Protocol):
    """A fitted model that is a sum over columns."""

    @property
    def base(self) -> float:
        """The log odds that contributions are added to."""

    def log_odds(self, rows: Rows) -> Floats:
        """Give the log odds of each row."""

    def contributions(self, rows: Rows) -> Floats:
        """Give what each column adds to the base."""


@dataclass(frozen=True)
class Average:
    """The mean of models in log odds."""

    members: tuple[Fitted, ...]

    @property
    def base(self) -> float:
        """The log odds that contributions are added to."""
        return float(np.mean([member.base for member in self.members]))

    def log_odds(self, rows: Rows) -> Floats:
        """Give the log odds of each row."""
        return np.asarray(np.mean([member.log_odds(rows) for member in self.members], axis=0))

    def contributions(self, rows: Rows) -> Floats:
        """Give what each column adds to the base."""
        return np.asarray(np.mean([member.contributions(rows) for member in self.members], axis=0))


@dataclass(frozen=True)
class Candidate:
    """What was tried, and how it told rows held out: the mean log loss, before calibration."""

    kind: Kind
    log_loss: float
    settings: dict[str, Any]
    stated: Floats = field(repr=False)


def try_candidates(
    kinds: Sequence[Kind],
    columns: Columns,
    rows: Rows,
    said: Bools,
    folds: Folds,
    *,
    seed: int,
    threads: int,
) -> list[Candidate]:
    """Have each kind choose its settings, and say by rows held out how well it tells."""
    stated: dict[Kind, Floats] = {}
    settings: dict[Kind, dict[str, Any]] = {"logistic": {}, "boosting": {}}
    if {"logistic", "average"} & set(kinds):
        chosen, stated["logistic"] = choose_logistic(columns, rows, said, folds)
        settings["logistic"] = {"curved": chosen.curved, "strength": chosen.strength}
    if {"boosting", "average"} & set(kinds):
        trees, stated["boosting"] = choose_boosting(
            columns, rows, said, folds, seed=seed, threads=threads
        )
        settings["boosting"] = {"trees": trees}
    if "average" in kinds:
        stated["average"] = (stated["logistic"] + stated["boosting"]) / 2
        settings["average"] = {**settings["logistic"], **settings["boosting"]}
    seen = folds.held_out
    losses = {kind: log_losses(said[seen], expit(stated[kind][seen])).mean() for kind in kinds}
    return [Candidate(kind, float(losses[kind]), settings[kind], stated[kind]) for kind in kinds]


def fit_candidate(
    candidate: Candidate, columns: Columns, rows: Rows, said: Bools, *, seed: int, threads: int
) -> Fitted:
    """Fit to all rows with the settings that were chosen."""
    members: list[Fitted] = []
    found = candidate.settings
    if candidate.kind in ("logistic", "average"):
        settings = LogisticSettings(found["curved"], found["strength"])
        members.append(fit_logistic(columns, rows, said, settings))
    if candidate.kind in ("boosting", "average"):
        trees = found["trees"]
        members.append(fit_boosting(columns, rows, said, trees=trees, seed=seed, threads=threads))
    return members[0] if len(members) == 1 else Average(tuple(members))
