"""Scores are ordinary, read-only fields of customers: in lists, filters, groups and exports.

So is how complete each one's data is."""

from guanxi.customers.privacy.dossier import leaves_out
from guanxi.customers.told_apart import let_tell_apart
from guanxi.insight.models import (
    SCORE_FIELDS,
    CustomerQuality,
    CustomerScore,
    ScoreSnapshot,
    SuspectedPair,
)
from guanxi.insight.quality import findings  # noqa: F401  lets filters ask for them
from guanxi.platform.merging.references import stays
from guanxi.platform.objects.registry import contribute

SAID = "What was said of a customer alone; the next run says it of all that became one."
stays(CustomerScore, SAID)
stays(ScoreSnapshot, SAID)
stays(SuspectedPair, "What was said of two as they were: the next search compares what became one.")
leaves_out(SuspectedPair, "A suspicion that names another person, until somebody decides.")
contribute("customer", CustomerScore, via="score", fields=SCORE_FIELDS)
stays(CustomerQuality, "What was found of one's own fields: those of the survivor are looked at.")
contribute("customer", CustomerQuality, via="quality", fields=["completeness"])
let_tell_apart("select first_id, second_id from insight_suspectedpair where state = 'not_the_same'")
leaves_out(CustomerQuality, "Which fields are empty or of another form: the fields are told.")
