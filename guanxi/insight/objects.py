"""Scores are ordinary, read-only fields of customers: in lists, filters, groups and exports."""

from guanxi.insight.models import SCORE_FIELDS, CustomerScore
from guanxi.platform.objects.registry import contribute

contribute("customer", CustomerScore, via="score", fields=SCORE_FIELDS)
