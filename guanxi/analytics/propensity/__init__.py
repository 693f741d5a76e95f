"""Churn, purchase, answer: the chance of each, learnt from the past, calibrated and explained.

from guanxi.analytics.propensity import PropensityModel, history_table
table = history_table(lines, cuts=[date(2026, 3, 31)], window_days=180, until=date(2026, 9, 30))
model = PropensityModel().fit(table, target="outcome", leave_out=["cut"], group="customer_id")
"""

from guanxi.analytics.propensity.boosting import MissingLibraryError
from guanxi.analytics.propensity.explain import Explained
from guanxi.analytics.propensity.history import buyers_after, history_features, history_table
from guanxi.analytics.propensity.inputs import CannotLearnError
from guanxi.analytics.propensity.late_columns import LateColumn, late_columns
from guanxi.analytics.propensity.metrics import (
    Auc,
    AucDifference,
    CalibrationLine,
    auc,
    auc_difference,
    brier,
    calibration_line,
    lift_table,
    log_loss,
)
from guanxi.analytics.propensity.model import PropensityModel
from guanxi.analytics.propensity.profit import ContactPlan, plan_contacts, profit_threshold

__all__ = [
    "Auc",
    "AucDifference",
    "CalibrationLine",
    "CannotLearnError",
    "ContactPlan",
    "Explained",
    "LateColumn",
    "MissingLibraryError",
    "PropensityModel",
    "auc",
    "auc_difference",
    "brier",
    "buyers_after",
    "calibration_line",
    "history_features",
    "history_table",
    "late_columns",
    "lift_table",
    "log_loss",
    "plan_contacts",
    "profit_threshold",
]
