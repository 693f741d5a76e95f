"""Which records are one customer: probabilistic record linkage, learnt without labels.

from guanxi.analytics.matching import cluster_pairs, find_matches
found = find_matches(records, kind="person")
clusters = cluster_pairs(records["id"], found.pairs)
"""

from guanxi.analytics.matching.clusters import cluster_pairs
from guanxi.analytics.matching.linkage import (
    Matches,
    MatchModel,
    find_matches,
    match_standardized,
)
from guanxi.analytics.matching.records import Kind, standardized
from guanxi.analytics.matching.thresholds import expected_precision, threshold_for

__all__ = [
    "Kind",
    "MatchModel",
    "Matches",
    "cluster_pairs",
    "expected_precision",
    "find_matches",
    "match_standardized",
    "standardized",
    "threshold_for",
]
