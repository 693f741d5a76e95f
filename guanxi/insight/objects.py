"""Scores are ordinary, read-only fields of customers: in lists, filters, groups and exports."""

from guanxi.insight.models import CustomerScore
from guanxi.platform.objects.registry import contribute

SCORE_FIELDS = (
    "stage",
    "stage_confidence",
    "rfm_class",
    "rfm_r",
    "rfm_f",
    "rfm_m",
    "abc_class",
    "purchases",
    "monetary",
    "revenue_12m",
    "margin_12m",
    "first_purchase_on",
    "last_purchase_on",
    "recency_days",
    "expected_gap_days",
    "late_probability",
    "probability_alive",
    "expected_purchases_12m",
    "expected_spend",
    "expected_value_12m",
)

contribute("customer", CustomerScore, via="score", fields=SCORE_FIELDS)
