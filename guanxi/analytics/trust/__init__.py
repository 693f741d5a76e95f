"""Is a model to be trusted? Backtests against naive rules, calibration, drift, model cards.

from guanxi.analytics.trust import backtest
found = backtest(lines, as_of=date(2026, 3, 31))
"""

from guanxi.analytics.trust.backtest import Backtest, CutCheck, TargetCheck, backtest
from guanxi.analytics.trust.card import (
    Decision,
    Ground,
    ModelCard,
    Parameter,
    Window,
    decide,
    model_card,
)
from guanxi.analytics.trust.comparison import Comparison, Verdict, compare, verdict_of
from guanxi.analytics.trust.drift import (
    Bin,
    Drift,
    drift_of_categories,
    drift_of_numbers,
    drift_of_tables,
)
from guanxi.analytics.trust.forecasts import (
    Forecast,
    Forecaster,
    forecast_by_model,
    forecast_by_scores,
)
from guanxi.analytics.trust.measures import CalibrationBin, Errors, Group, calibration
from guanxi.analytics.trust.plain import plain

__all__ = [
    "Backtest",
    "Bin",
    "CalibrationBin",
    "Comparison",
    "CutCheck",
    "Decision",
    "Drift",
    "Errors",
    "Forecast",
    "Forecaster",
    "Ground",
    "Group",
    "ModelCard",
    "Parameter",
    "TargetCheck",
    "Verdict",
    "Window",
    "backtest",
    "calibration",
    "compare",
    "decide",
    "drift_of_categories",
    "drift_of_numbers",
    "drift_of_tables",
    "forecast_by_model",
    "forecast_by_scores",
    "model_card",
    "plain",
    "verdict_of",
]
