"""How customers fare over time: from stage to stage, by cohort, and until they buy again.

from guanxi.analytics.over_time import stage_flows, transition_matrix
matrix = transition_matrix(stage_flows(history))
"""

from guanxi.analytics.over_time.cohorts import cohorts
from guanxi.analytics.over_time.repeat_curve import RepeatCurve, repeat_curve
from guanxi.analytics.over_time.stage_flows import (
    TransitionMatrix,
    stage_flows,
    stage_flows_between,
    transition_matrix,
)

__all__ = [
    "RepeatCurve",
    "TransitionMatrix",
    "cohorts",
    "repeat_curve",
    "stage_flows",
    "stage_flows_between",
    "transition_matrix",
]
