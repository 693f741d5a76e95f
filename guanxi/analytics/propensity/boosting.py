"""Boosted trees by LightGBM, stopped where rows held out are told best.

Ke, G., Meng, Q., Finley, T. et al. (2017): LightGBM: A highly efficient gradient boosting decision
tree. NeurIPS 30. Contributions are SHAP values of the trees: Lundberg, S. M. et al. (2020): From
local explanations to global understanding with explainable AI for trees. Nature Machine
Intelligence 2, 56-67.
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.columns import Columns, Rows
from guanxi.analytics.propensity.folds import Folds
from guanxi.analytics.propensity.inputs import Bools

_MOST_TREES = 1500
_PATIENCE = 100
# Small trees in small steps, each of a part of rows and columns: what tables of a few thousand
# customers bear. The number of trees is all that is chosen by the data.
SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_cat_to_onehot": 8,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class MissingLibraryError(RuntimeError):
    """Boosted trees were asked for on a machine that lacks what they need."""


@dataclass(frozen=True)
class Boosting:
    """Fitted trees."""

    columns: Columns
    booster: Any

    def log_odds(self, rows: Rows) -> Floats:
        """Give the log odds of each row."""
        log_odds: Floats = self.booster.predict(_matrix(self.columns, rows), raw_score=True)
        return log_odds

    def contributions(self, rows: Rows) -> Floats:
        """Give the SHAP value of each column: what it adds to `base`."""
        return self._shap(rows)[:, :-1]

    @property
    def base(self) -> float:
        """The mean of the log odds over the rows learnt from, as the trees see them."""
        numbers = {column.name: np.zeros(1) for column in self.columns.numbers}
        codes = {column.name: np.zeros(1, np.int64) for column in self.columns.categories}
        return float(self._shap(Rows(1, numbers, codes, {}, {}))[0, -1])

    def _shap(self, rows: Rows) -> Floats:
        values: Floats = self.booster.predict(_matrix(self.columns, rows), pred_contrib=True)
        return values


def fit_boosting(
    columns: Columns, rows: Rows, said: Bools, *, trees: int, seed: int, threads: int
) -> Boosting:
    """Fit with the number of trees given."""
    lightgbm = load_lightgbm()
    parameters = {**SETTINGS, "seed": seed, "num_threads": threads}
    data = _dataset(lightgbm, columns, rows, said)
    return Boosting(columns, lightgbm.train(parameters, data, num_boost_round=trees))


def choose_boosting(
    columns: Columns, rows: Rows, said: Bools, folds: Folds, *, seed: int, threads: int
) -> tuple[int, Floats]:
    """Choose the number of trees of least log loss out of fold, the same for all folds; give it and
    the log odds so found."""
    lightgbm = load_lightgbm()
    parameters = {**SETTINGS, "seed": seed, "num_threads": threads}
    run = lightgbm.cv(
        parameters,
        _dataset(lightgbm, columns, rows, said),
        num_boost_round=_MOST_TREES,
        folds=list(folds.parts),
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
        return_cvbooster=True,
    )
    boosters = run["cvbooster"]
    trees = int(boosters.best_iteration)
    matrix, log_odds = _matrix(columns, rows), np.full(rows.count, np.nan)
    for booster, (_, held) in zip(boosters.boosters, folds.parts, strict=True):
        log_odds[held] = booster.predict(matrix[held], raw_score=True, num_iteration=trees)
    return trees, log_odds


def load_lightgbm() -> ModuleType:
    """Import LightGBM when it is wanted; raises MissingLibraryError with what to install."""
    try:
        import lightgbm
    except OSError as error:  # the package is there, a library of the system is not
        raise MissingLibraryError(
            "Boosted trees (LightGBM) need the OpenMP library libgomp, which this machine lacks "
            f"({error}). Install it (Debian, Ubuntu: apt-get install libgomp1; Fedora: dnf install "
            'libgomp; Alpine: apk add libgomp), or fit with candidates=("logistic",).'
        ) from error
    module: ModuleType = lightgbm
    return module


def _dataset(lightgbm: ModuleType, columns: Columns, rows: Rows, said: Bools) -> Any:
    first = len(columns.numbers)
    return lightgbm.Dataset(
        _matrix(columns, rows),
        said.astype(np.float64),
        categorical_feature=list(range(first, first + len(columns.categories))),
        params={"verbosity": -1},
        free_raw_data=False,
    )


def _matrix(columns: Columns, rows: Rows) -> Floats:
    """Numbers as they are, levels as their places; NaN for what is missing or was never seen."""
    numbers = [rows.numbers[column.name] for column in columns.numbers]
    codes = [rows.codes[column.name] for column in columns.categories]
    places = [np.where(code >= 0, code, np.nan) for code in codes]
    return np.column_stack([*numbers, *places])
