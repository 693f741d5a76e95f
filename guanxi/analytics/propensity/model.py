"""How likely is it that a customer leaves, buys, answers? Learnt from a table with what came of it.

    model = PropensityModel(seed=1).fit(table, target="left", leave_out=["customer_id"])
    model.probabilities(tomorrow)

A ridge logistic regression, boosted trees and the mean of the two in log odds are judged by rows
held out, the one of least log loss is taken, and its log odds are calibrated by the same rows.
"""

from collections.abc import Sequence
from typing import Any, Self

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.special import expit, logit

from guanxi.analytics.models.contract import NotFittedError
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.calibration import (
    Calibrator,
    cross_calibrated,
    fit_calibrator,
)
from guanxi.analytics.propensity.candidates import (
    KINDS,
    Candidate,
    Fitted,
    Kind,
    fit_candidate,
    try_candidates,
)
from guanxi.analytics.propensity.columns import Columns, Rows
from guanxi.analytics.propensity.explain import Explained
from guanxi.analytics.propensity.folds import Folds, Places
from guanxi.analytics.propensity.inputs import Bools, enough_of_both
from guanxi.analytics.propensity.metrics import Auc, auc, log_losses
from guanxi.analytics.propensity.table import drawn, read_arrow, read_groups, read_target

# With fewer of the rarer outcome little can be relied on.
_FEW = 100
# The gain over the naive rule has to be this many standard errors (one-sided 95 %).
_PLAIN = 1.645
_MOSTLY = 0.5


class PropensityModel:
    """The chance of a yes for each row of a table.

    After `fit`: `choice_` and all `candidates_`; `calibration_` ("platt" or "isotonic");
    `columns_` (those used, and those dropped, with the reason); `rows_` learnt from, and the
    `base_rate_` among them; `held_out_`, each row's probability by models and calibration that had
    not seen it (NaN in the first block of rows in time order, and in rows not learnt from), and by
    these `log_loss_`, `naive_log_loss_` (that of the share of yes among
    the rows learnt from) and `auc_`; `beats_naive_`; `warnings_`, whole sentences.
    """

    choice_: Kind
    candidates_: list[Candidate]
    calibration_: str
    columns_: Columns
    rows_: int
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
        most_rows: int = 100_000,
    ) -> None:
        """Choose among `candidates`; equal seeds and tables give equal models.

        Of more than `most_rows` rows so many are learnt from, drawn by chance (groups as a whole)
        or, in time order, the newest: more would hardly tell more, and take long.
        """
        if not candidates or set(candidates) - set(KINDS):
            raise ValueError(f"candidates must be some of {', '.join(KINDS)}, not {candidates!r}")
        if folds < 2:
            raise ValueError(f"folds must be 2 or more, not {folds!r}")
        if most_rows < 1:
            raise ValueError(f"most_rows must be 1 or more, not {most_rows!r}")
        self.seed, self.candidates, self.folds, self.threads = seed, candidates, folds, threads
        self.most_rows = most_rows

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
        """Learn from the rows of `table`.

        `target` names the column of what came of it: truth values, 1 and 0, or two texts of which
        `positive` is the yes. `leave_out` are columns not to be looked at (keys); `categories` are
        numbers that only name something. Rows with the same `group` are never on both sides when
        models are judged. With `in_time_order` (earliest row first) models are judged by later
        rows, and a category whose later values were mostly unseen before (a month in less than a
        year) is not used: its effect cannot be told from that of time.

        Raises CannotLearnError if all rows have one outcome, too few have the rarer one, or no
        column varies; MissingLibraryError if the machine lacks what boosted trees need.
        """
        if group is not None and in_time_order:
            raise ValueError("group and in_time_order exclude each other")
        read = read_arrow(table)
        groups = None if group is None else read_groups(read, group)
        used = self._used(read.num_rows, groups, in_time_order=in_time_order)
        self.warnings_ = []
        if len(used) < read.num_rows:
            self.warnings_.append(f"It is learnt from {len(used)} of the {read.num_rows} rows.")
        held_out = np.full(read.num_rows, np.nan)
        read, groups = read.take(used), None if groups is None else groups[used]
        said = read_target(read, target, positive)
        rarer = enough_of_both(target, said)
        hidden = [target, *leave_out, *([group] if group else [])]
        self.columns_ = Columns.learn(read, leave_out=hidden, categories=categories)
        rows = self.columns_.read(read)
        count = min(self.folds, rarer)
        if in_time_order:
            folds = Folds.in_time(said, count=count)
            self.columns_ = self.columns_.without(_of_their_time(rows, folds))
        elif groups is not None:
            folds = Folds.grouped(said, groups, count=count, seed=self.seed)
        else:
            folds = Folds.stratified(said, count=count, seed=self.seed)
        run = {"seed": self.seed, "threads": self.threads}
        self.candidates_ = try_candidates(self.candidates, self.columns_, rows, said, folds, **run)
        best = min(self.candidates_, key=lambda candidate: candidate.log_loss)
        self.choice_ = best.kind
        self._model: Fitted = fit_candidate(best, self.columns_, rows, said, **run)
        seen = folds.held_out
        self._calibrator: Calibrator = fit_calibrator(best.stated[seen], said[seen])
        self.calibration_ = self._calibrator.method
        self.base_rate_, self.rows_ = float(said.mean()), len(used)
        held_out[used] = expit(cross_calibrated(best.stated, said, folds))
        self.held_out_ = held_out
        unused = self.columns_.dropped.items()
        self.warnings_ += [f"Column {name} is not used: {why}." for name, why in unused]
        if rarer < _FEW:
            self.warnings_.append(
                f"The rarer outcome was seen {rarer} times only: what is said of it is rough."
            )
        self._judge(held_out[used], said, folds, groups)
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
            "rows": self.rows_,
            "base_rate": self.base_rate_,
            "log_loss": self.log_loss_,
            "naive_log_loss": self.naive_log_loss_,
            "auc": self.auc_._asdict(),
            "beats_naive": self.beats_naive_,
            "seed": self.seed,
            "warnings": self.warnings_,
        }

    def _used(self, rows: int, groups: Places | None, *, in_time_order: bool) -> Places:
        """Choose the rows to learn from: all, or the newest, or some by chance."""
        if rows <= self.most_rows:
            return np.arange(rows)
        if in_time_order:
            return np.arange(rows - self.most_rows, rows)
        return drawn(rows, self.most_rows, groups=groups, seed=self.seed)

    def _judge(self, stated: Floats, said: Bools, folds: Folds, groups: Places | None) -> None:
        """Hold the model against the rule that gives everybody the share of yes so far."""
        seen = folds.held_out
        naive = np.full(len(said), np.nan)
        for train, held in folds.parts:
            naive[held] = said[train].mean()
        losses = log_losses(said[seen], stated[seen])
        gains = log_losses(said[seen], naive[seen]) - losses
        self.log_loss_ = float(losses.mean())
        self.naive_log_loss_ = self.log_loss_ + float(gains.mean())
        self.auc_ = auc(said[seen], logit(stated[seen]))
        each = np.arange(len(gains)) if groups is None else groups[seen]
        # Rows of one group gain or lose together: they count as one draw.
        error = np.sqrt((np.bincount(each, gains - gains.mean()) ** 2).sum()) / len(gains)
        self.beats_naive_ = bool(gains.mean() > _PLAIN * error)
        if not self.beats_naive_:
            self.warnings_.append(
                "On rows held out the model tells no more than the share of yes does "
                f"({self.base_rate_:.3g} for everybody): do not use it."
            )

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
