"""How likely is it that a customer leaves, buys, answers? Learnt from a table with what came of it.

    model = PropensityModel(seed=1).fit(table, target="left", leave_out=["customer_id"])
    model.probabilities(tomorrow)

A ridge logistic regression, boosted trees and the mean of the two in log odds are judged by rows
held out, the one of least log loss is taken, and its log odds are calibrated by the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.special import expit, logit

from guanxi.analytics.models.contract import NotFittedError
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.boosting import choose_boosting, fit_boosting
from guanxi.analytics.propensity.calibration import (
    Calibrator,
    cross_calibrated,
    fit_calibrator,
)
from guanxi.analytics.propensity.columns import Columns, Rows
from guanxi.analytics.propensity.explain import Explained
from guanxi.analytics.propensity.folds import Folds
from guanxi.analytics.propensity.inputs import Bools, enough_of_both
from guanxi.analytics.propensity.logistic import choose_logistic, fit_logistic
from guanxi.analytics.propensity.metrics import Auc, auc, log_losses
from guanxi.analytics.propensity.table import read_arrow, read_target

Kind = Literal["logistic", "boosting", "average"]
KINDS: tuple[Kind, ...] = ("logistic", "boosting", "average")
# With fewer of the rarer outcome little can be relied on.
_FEW = 100
# The gain over the naive rule has to be this many standard errors (one-sided 95 %).
_PLAIN = 1.645
_MOSTLY = 0.5


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


class PropensityModel:
    """The chance of a yes for each row of a table.

    After `fit`: `choice_` and all `candidates_`; `calibration_` ("platt" or "isotonic");
    `columns_` (those used, and those dropped, with the reason); `base_rate_`; `held_out_`, each
    row's probability by models and calibration that had not seen it (NaN in the first block of
    rows in time order), and by these `log_loss_`, `naive_log_loss_` (that of the share of yes among
    the rows learnt from) and `auc_`; `beats_naive_`; `warnings_`, whole sentences.
    """

    choice_: Kind
    candidates_: list[Candidate]
    calibration_: str
    columns_: Columns
    base_rate_: float
    held_out_: Floats
    log_loss_: float
    naive_log_loss_: float
    auc_: Auc
    beats_naive_: bool
    warnings_: list[str]

    def __init__(
        self,
        *,
        seed: int = 0,
        candidates: Sequence[Kind] = KINDS,
        folds: int = 5,
        threads: int = 1,
    ) -> None:
        """Choose among `candidates`; equal seeds and tables give equal models."""
        if not candidates or set(candidates) - set(KINDS):
            raise ValueError(f"candidates must be some of {', '.join(KINDS)}, not {candidates!r}")
        if folds < 2:
            raise ValueError(f"folds must be 2 or more, not {folds!r}")
        self.seed, self.candidates, self.folds, self.threads = seed, candidates, folds, threads

    def fit(
        self,
        table: ir.Table | pa.Table,
        *,
        target: str,
        positive: str | None = None,
        leave_out: Sequence[str] = (),
        categories: Sequence[str] = (),
        group: str | None = None,
        in_time_order: bool = False,
    ) -> Self:
        """Learn from every row of `table`.

        `target` names the column of what came of it: truth values, 1 and 0, or two texts of which
        `positive` is the yes. `leave_out` are columns not to be looked at (keys); `categories` are
        numbers that only name something. Rows with the same `group` are never on both sides when
        models are judged. With `in_time_order` (earliest row first) models are judged by later
        rows, and a category whose later values were mostly unseen before (a month in less than a
        year) is not used: its effect cannot be told from that of time.

        Raises CannotLearnError if all rows have one outcome, too few have the rarer one, or no
        column varies; MissingLibraryError if the machine lacks what boosted trees need.
        """
        read = read_arrow(table)
        said = read_target(read, target, positive)
        rarer = enough_of_both(target, said)
        if group is not None and in_time_order:
            raise ValueError("group and in_time_order exclude each other")
        hidden = [target, *leave_out, *([group] if group else [])]
        self.columns_ = Columns.learn(read, leave_out=hidden, categories=categories)
        rows = self.columns_.read(read)
        count = min(self.folds, rarer)
        if in_time_order:
            folds = Folds.in_time(said, count=count)
            self.columns_ = self.columns_.without(_of_their_time(rows, folds))
        elif group is not None:
            folds = Folds.grouped(said, read[group], count=count, seed=self.seed)
        else:
            folds = Folds.stratified(said, count=count, seed=self.seed)
        self.candidates_ = self._tried(rows, said, folds)
        best = min(self.candidates_, key=lambda candidate: candidate.log_loss)
        self.choice_ = best.kind
        self._model = self._fitted_on_all(best, rows, said)
        seen = folds.held_out
        self._calibrator: Calibrator = fit_calibrator(best.stated[seen], said[seen])
        self.calibration_ = self._calibrator.method
        self.base_rate_ = float(said.mean())
        self.held_out_ = expit(cross_calibrated(best.stated, said, folds))
        unused = self.columns_.dropped.items()
        self.warnings_ = [f"Column {name} is not used: {why}." for name, why in unused]
        if rarer < _FEW:
            self.warnings_.append(
                f"The rarer outcome was seen {rarer} times only: what is said of it is rough."
            )
        self.warnings_ += self._judged(said, folds)
        return self

    def probabilities(self, table: ir.Table | pa.Table) -> Floats:
        """Give each row's calibrated probability of a yes."""
        stated: Floats = expit(self.log_odds(table))
        return stated

    def log_odds(self, table: ir.Table | pa.Table) -> Floats:
        """Give the log odds of these probabilities."""
        rows = self._read(table)
        return self._calibrator.log_odds(self._model.log_odds(rows))

    def explain(self, table: ir.Table | pa.Table) -> Explained:
        """Say what each column adds to each row's log odds, as the model sees them before they are
        calibrated (which changes no order)."""
        rows = self._read(table)
        return Explained(self.columns_, rows, self._model.base, self._model.contributions(rows))

    def unknown_levels(self, table: ir.Table | pa.Table) -> dict[str, int]:
        """Count, by column, the rows with a category never seen when learning. It adds nothing in
        a logistic regression and counts as missing in trees."""
        return self._read(table).unknown

    def card(self) -> dict[str, Any]:
        """Give what there is to say of the fit, ready for JSON."""
        self._check_fitted()
        return {
            "choice": self.choice_,
            "candidates": {
                c.kind: {"log_loss": c.log_loss, **c.settings} for c in self.candidates_
            },
            "calibration": self.calibration_,
            "columns": self.columns_.names,
            "dropped": self.columns_.dropped,
            "rows": len(self.held_out_),
            "base_rate": self.base_rate_,
            "log_loss": self.log_loss_,
            "naive_log_loss": self.naive_log_loss_,
            "auc": self.auc_._asdict(),
            "beats_naive": self.beats_naive_,
            "seed": self.seed,
            "warnings": self.warnings_,
        }

    def _tried(self, rows: Rows, said: Bools, folds: Folds) -> list[Candidate]:
        tried: list[Candidate] = []
        stated: dict[Kind, Floats] = {}
        settings: dict[Kind, dict[str, Any]] = {"average": {}}
        if {"logistic", "average"} & set(self.candidates):
            chosen, stated["logistic"] = choose_logistic(self.columns_, rows, said, folds)
            self._logistic = chosen
            settings["logistic"] = {"curved": chosen.curved, "strength": chosen.strength}
        if {"boosting", "average"} & set(self.candidates):
            self._trees, stated["boosting"] = choose_boosting(
                self.columns_, rows, said, folds, seed=self.seed, threads=self.threads
            )
            settings["boosting"] = {"trees": self._trees}
        if "average" in self.candidates:
            stated["average"] = (stated["logistic"] + stated["boosting"]) / 2
        seen = folds.held_out
        for kind in self.candidates:
            loss = float(log_losses(said[seen], expit(stated[kind][seen])).mean())
            tried.append(Candidate(kind, loss, settings[kind], stated[kind]))
        return tried

    def _fitted_on_all(self, best: Candidate, rows: Rows, said: Bools) -> Fitted:
        members: list[Fitted] = []
        if best.kind in ("logistic", "average"):
            members.append(fit_logistic(self.columns_, rows, said, self._logistic))
        if best.kind in ("boosting", "average"):
            members.append(
                fit_boosting(
                    self.columns_,
                    rows,
                    said,
                    trees=self._trees,
                    seed=self.seed,
                    threads=self.threads,
                )
            )
        return members[0] if len(members) == 1 else Average(tuple(members))

    def _judged(self, said: Bools, folds: Folds) -> list[str]:
        """Hold the model against the rule that gives everybody the share of yes so far."""
        seen = folds.held_out
        naive = np.full(len(said), np.nan)
        for train, held in folds.parts:
            naive[held] = said[train].mean()
        losses = log_losses(said[seen], self.held_out_[seen])
        gains = log_losses(said[seen], naive[seen]) - losses
        self.log_loss_ = float(losses.mean())
        self.naive_log_loss_ = self.log_loss_ + float(gains.mean())
        self.auc_ = auc(said[seen], logit(self.held_out_[seen]))
        error = float(gains.std(ddof=1)) / np.sqrt(len(gains))
        self.beats_naive_ = bool(gains.mean() > _PLAIN * error)
        if self.beats_naive_:
            return []
        return [
            "On rows held out the model tells no more than the share of yes does "
            f"({self.base_rate_:.3g} for everybody): do not use it."
        ]

    def _read(self, table: ir.Table | pa.Table) -> Rows:
        self._check_fitted()
        return self.columns_.read(read_arrow(table))

    def _check_fitted(self) -> None:
        if not hasattr(self, "_calibrator"):
            raise NotFittedError("PropensityModel has learnt nothing yet: call fit first")


def _of_their_time(rows: Rows, folds: Folds) -> dict[str, str]:
    """Find the categories of which rows held out mostly have values not seen until then."""
    return {
        name: "most of its values were new when they came: it cannot be told from time itself"
        for name, codes in rows.codes.items()
        if folds.unseen(codes) > _MOSTLY
    }
