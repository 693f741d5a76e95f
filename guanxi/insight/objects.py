"""Scores are ordinary, read-only fields of customers: in lists, filters, groups and exports."""

from guanxi.customers.privacy.dossier import leaves_out
from guanxi.insight.models import SCORE_FIELDS, CustomerScore, ScoreSnapshot, SuspectedPair
from guanxi.platform.merging.references import stays
from guanxi.platform.objects.registry import contribute

SAID = "What was said of a customer alone; the next run says it of all that became one."
stays(CustomerScore, SAID)
stays(ScoreSnapshot, SAID)
stays(SuspectedPair, "What was said of two as they were: the next search compares what became one.")
leaves_out(SuspectedPair, "A suspicion that names another person, until somebody decides.")
contribute("customer", CustomerScore, via="score", fields=SCORE_FIELDS)
