"""What an erasure leaves of scores and of what was done about them: the figures."""

from django.db import transaction
from django.db.models import Q

from guanxi.insight.duplicates import forget_compared
from guanxi.insight.models import (
    AttentionItem,
    CustomerQuality,
    CustomerScore,
    QualityFigure,
    QualitySettings,
    QualitySnapshot,
    ScoreRun,
    ScoreSnapshot,
    SuspectedPair,
)
from guanxi.platform.erasing.stores import Erasing, erases, holds_none


def empty_notes(erasing: Erasing) -> None:
    AttentionItem.objects.filter(customer__in=erasing.ids).exclude(note="").update(note="")


def forget_pairs(erasing: Erasing) -> None:
    """What was found of a customer who is no more who they were."""
    SuspectedPair.objects.filter(Q(first__in=erasing.ids) | Q(second__in=erasing.ids)).delete()
    transaction.on_commit(forget_compared)


def forget_findings(erasing: Erasing) -> None:
    CustomerQuality.objects.filter(customer__in=erasing.ids).delete()


erases(AttentionItem, empty_notes)
erases(CustomerQuality, forget_findings)
erases(SuspectedPair, forget_pairs)
holds_none(
    "Figures and the reasons of a score, which name orders and days; the warehouse behind them"
    " knows customers by their ids alone.",
    CustomerScore,
    ScoreRun,
    ScoreSnapshot,
)
holds_none(
    "Settings, and numbers of customers by source and finding: that names a field, never a value.",
    QualityFigure,
    QualitySettings,
    QualitySnapshot,
)
