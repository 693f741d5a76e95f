"""What to do next, for whom, and did it help? Experiments with a holdout, ranking, learning.

from guanxi.analytics.actions import assign, lift_report, outcomes
arms = assign(customers, experiment="win_back", shares={"treated": 0.9, "held_out": 0.1})
"""

from guanxi.analytics.actions.assignment import RatioCheck, assign, hashed_evenly, ratio_check
from guanxi.analytics.actions.experiment import LiftReport, lift_report, looks, outcomes
from guanxi.analytics.actions.lift import Lift, Outcomes, cuped, lift
from guanxi.analytics.actions.sample_size import customers_for_conversion, customers_for_money
from guanxi.analytics.actions.sequential import Course, Look, always_valid, course

__all__ = [
    "Course",
    "Lift",
    "LiftReport",
    "Look",
    "Outcomes",
    "RatioCheck",
    "always_valid",
    "assign",
    "course",
    "cuped",
    "customers_for_conversion",
    "customers_for_money",
    "hashed_evenly",
    "lift",
    "lift_report",
    "looks",
    "outcomes",
    "ratio_check",
]
