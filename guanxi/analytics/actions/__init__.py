"""What to do next, for whom, and did it help? Experiments with a holdout, ranking, learning.

from guanxi.analytics.actions import assign, lift_report, outcomes
arms = assign(customers, experiment="win_back", shares={"treated": 0.9, "held_out": 0.1})
"""

from guanxi.analytics.actions.assignment import RatioCheck, assign, hashed_evenly, ratio_check
from guanxi.analytics.actions.experiment import LiftReport, lift_report, looks, outcomes
from guanxi.analytics.actions.learning import (
    ActionPrior,
    Rails,
    action_results,
    draw_actions,
    learned_shares,
)
from guanxi.analytics.actions.lift import Lift, Outcomes, cuped, lift
from guanxi.analytics.actions.ranking import rank_candidates
from guanxi.analytics.actions.sample_size import customers_for_conversion, customers_for_money
from guanxi.analytics.actions.sequential import Course, Look, always_valid, course

__all__ = [
    "ActionPrior",
    "Course",
    "Lift",
    "LiftReport",
    "Look",
    "Outcomes",
    "Rails",
    "RatioCheck",
    "action_results",
    "always_valid",
    "assign",
    "course",
    "cuped",
    "customers_for_conversion",
    "customers_for_money",
    "draw_actions",
    "hashed_evenly",
    "learned_shares",
    "lift",
    "lift_report",
    "looks",
    "outcomes",
    "rank_candidates",
    "ratio_check",
]
