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
from guanxi.analytics.trust.stability import (
    ClassStability,
    NumberStability,
    Stability,
    Transition,
    compare_snapshots,
    movers,
)

__all__ = [
    "Backtest",
    "Bin",
    "CalibrationBin",
    "ClassStability",
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
    "NumberStability",
    "Parameter",
    "Stability",
    "TargetCheck",
    "Transition",
    "Verdict",
    "Window",
    "backtest",
    "calibration",
    "compare",
    "compare_snapshots",
    "decide",
    "drift_of_categories",
    "drift_of_numbers",
    "drift_of_tables",
    "forecast_by_model",
    "forecast_by_scores",
    "model_card",
    "movers",
    "plain",
    "verdict_of",
]
