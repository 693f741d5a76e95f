"""What the models say of each customer, when they said it, and what people make of it.

Scores, history, runs and suspected pairs are derived: no event is told of them (they are no `Row`),
a run is one.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.jobs.models import Job
from guanxi.platform.objects.columns import MoneyField, ScoreField
from guanxi.platform.objects.record import UUID7

# They stay out of models, of attention and of customer equity.
NOT_SCORED = (Customer.Category.PUBLIC_INTEREST, Customer.Category.INTERNAL)


class Stage(models.TextChoices):
    """The six lifecycle stages, named as `guanxi.analytics` names them."""

    POTENTIAL = "potential", _("potential")
    DEVELOPMENT = "development", _("development")
    GROWTH = "growth", _("growth")
    MATURITY = "maturity", _("maturity")
    TERMINATION = "termination", _("termination")
    RETURN = "return", pgettext_lazy("lifecycle stage", "return")


class RFMClass(models.TextChoices):
    """The eight classes of the textbooks: spend (important, general) by recency and frequency."""

    IMPORTANT_VALUE = "important_value", _("important, to value")
    IMPORTANT_DEVELOP = "important_develop", _("important, to develop")
    IMPORTANT_KEEP = "important_keep", _("important, to keep")
    IMPORTANT_WIN_BACK = "important_win_back", _("important, to win back")
    GENERAL_VALUE = "general_value", _("general, to value")
    GENERAL_DEVELOP = "general_develop", _("general, to develop")
    GENERAL_KEEP = "general_keep", _("general, to keep")
    GENERAL_WIN_BACK = "general_win_back", _("general, to win back")


class ABCClass(models.TextChoices):
    """The Pareto classes: A brings the first 80 % of the year's value, B up to 95 %, C the rest."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    NONE = "none", _("no value")


def reporting_money(verbose_name: object, **options: Any) -> MoneyField:
    """An amount in the workspace's reporting currency, which no column of the row names."""
    return MoneyField(verbose_name, currency="", null=True, **options)


class ScoreRun(models.Model):
    """One complete scoring of all customers. A run that failed or was killed leaves no row."""

    class AsOfReason(models.TextChoices):
        TODAY = "today", _("today")
        NEWEST_PURCHASE = "newest_purchase", _("day of the newest purchase")
        CHOSEN = "chosen", _("chosen")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    as_of = models.DateField(_("as of"))
    as_of_reason = models.CharField(max_length=16, choices=AsOfReason)
    newest_purchase = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    value_basis = models.CharField(max_length=8)  # "margin" where costs are known, else "revenue"
    horizon_days = models.PositiveIntegerField()
    customers = models.PositiveBigIntegerField()
    counts = models.JSONField(db_default={})
    params = models.JSONField(db_default={})
    warnings = models.JSONField(db_default=[])
    timings = models.JSONField(db_default={})  # seconds by step
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["-finished_at"], name="score_run_latest")]

    def __str__(self) -> str:
        return f"{self.as_of}"


class CustomerScore(models.Model):
    """What the latest run says of one customer. Money is in the reporting currency.

    Every customer in use has a row, except the public-interest and internal ones and those who
    came after the run.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="score"
    )
    stage = models.CharField(_("lifecycle stage"), max_length=12, choices=Stage)
    stage_confidence = ScoreField(_("confidence in the stage"), null=True)
    rfm_class = models.CharField(_("RFM class"), max_length=20, choices=RFMClass, null=True)  # noqa: DJ001 - null: cannot be said
    rfm_r = models.PositiveSmallIntegerField(_("RFM: recency"), null=True)
    rfm_f = models.PositiveSmallIntegerField(_("RFM: frequency"), null=True)
    rfm_m = models.PositiveSmallIntegerField(_("RFM: spend"), null=True)
    abc_class = models.CharField(_("ABC class"), max_length=4, choices=ABCClass, null=True)  # noqa: DJ001 - null: cannot be said
    purchases = models.PositiveIntegerField(_("purchases"), db_default=0)
    monetary = reporting_money(_("bought in all"))
    revenue_12m = reporting_money(_("revenue of the last 12 months"))
    margin_12m = reporting_money(_("margin of the last 12 months"))
    first_purchase_on = models.DateField(_("first purchase"), null=True)
    last_purchase_on = models.DateField(_("last purchase"), null=True)
    recency_days = models.PositiveIntegerField(_("days since the last purchase"), null=True)
    expected_gap_days = models.FloatField(_("usual days between purchases"), null=True)
    late_probability = ScoreField(_("late for own rhythm"), null=True)
    probability_alive = ScoreField(_("probability of being active"), null=True)
    expected_purchases_12m = models.FloatField(_("expected purchases in 12 months"), null=True)
    expected_spend = reporting_money(_("expected spend per purchase"))
    expected_value_12m = reporting_money(_("expected value in 12 months"))
    reasons = models.JSONField(db_default=[])
    snapshot_on = models.DateField()  # as-of day of the customer's newest entry in the history

    class Meta:
        verbose_name = _("score")
        indexes = [
            models.Index(fields=["expected_value_12m", "customer"], name="score_by_expected"),
            models.Index(fields=["monetary", "customer"], name="score_by_monetary"),
            models.Index(fields=["recency_days", "customer"], name="score_by_recency"),
            models.Index(fields=["stage", "expected_value_12m", "customer"], name="score_by_stage"),
            models.Index(fields=["rfm_class"], name="score_by_rfm"),
            models.Index(fields=["abc_class"], name="score_by_abc"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.stage}"


# What of a score is shown as a field of the customer, in this order.
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


class ScoreSnapshot(models.Model):
    """What was said of one customer as of one day, the first day it was said.

    An entry is written when stage, RFM or ABC class changed, and once a calendar month: the stage
    in force on a day is that of the newest entry up to it. The key holds the day, so that the
    table can be cut into partitions by it.
    """

    pk = models.CompositePrimaryKey("customer_id", "as_of")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    as_of = models.DateField()
    stage = models.CharField(max_length=12, choices=Stage)
    probability_alive = models.FloatField(null=True)
    expected_value_12m = reporting_money(_("expected value in 12 months"))
    rfm_class = models.CharField(max_length=20, choices=RFMClass, null=True)  # noqa: DJ001
    abc_class = models.CharField(max_length=4, choices=ABCClass, null=True)  # noqa: DJ001

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of}"


class AttentionItem(models.Model):
    """A customer whose behaviour calls for somebody, why, and what came of it.

    At most one item per customer and kind is open. A snoozed one is open but hidden before its
    day. `stake` is money of the reporting currency in the coming year, see `attention`.
    """

    class Kind(models.TextChoices):
        LATE = "late", _("late for their own rhythm")
        STAGE_FELL = "stage_fell", _("stage fell")
        VALUE_AT_RISK = "value_at_risk", _("value at risk")
        NEW_PROMISING = "new_promising", _("new and promising")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DISMISSED = "dismissed", _("dismissed")
        SUPERSEDED = "superseded", _("no longer so")

    class DismissReason(models.TextChoices):
        WRONG = "wrong", _("it is wrong")
        KNOWN = "known", _("known already")
        NOT_WORTH = "not_worth", _("not worth it")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=10, choices=State, db_default=State.OPEN)
    stake = MoneyField(_("at stake"), currency="")
    facts = models.JSONField(db_default={})
    as_of = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    snoozed_until = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    dismiss_reason = models.CharField(
        max_length=10, choices=DismissReason, blank=True, db_default=""
    )
    note = models.TextField(blank=True, db_default="")
    # What was done about it, so that the effect can be measured later.
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")
    interaction = models.ForeignKey(Interaction, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "customer", "kind", name="attention_once", condition=models.Q(state="open")
            ),
            models.CheckConstraint(
                name="attention_dismissed_has_reason",
                condition=~models.Q(state="dismissed") | ~models.Q(dismiss_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["stake", "id"], name="attention_by_stake", condition=models.Q(state="open")
            ),
            models.Index(fields=["customer", "kind", "-decided_at"], name="attention_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"


class SuspectedPair(models.Model):
    """Two customers who are more likely one, as the latest search found, and what a person said.

    Both are of one kind. A pair that was merged is no longer shown, as one of it is out of use; it
    is there again when the merge is taken back, until the next search.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        NOT_THE_SAME = "not_the_same", _("not the same")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    first = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    probability = models.FloatField()
    # The probability times one more than what both are expected to bring in 12 months.
    priority = models.FloatField()
    evidence = models.JSONField(db_default=[])  # [{field, level, weight in bits}] as matching says
    state = models.CharField(max_length=12, choices=State, db_default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # A number made of all that was compared when it was decided: another one, another question.
    compared = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("first", "second", name="suspected_pair_once"),
            models.CheckConstraint(
                name="suspected_pair_in_order", condition=models.Q(first__lt=models.F("second"))
            ),
            models.CheckConstraint(
                name="suspected_pair_decided",
                condition=models.Q(state="open")
                | models.Q(
                    decided_at__isnull=False, decided_by__isnull=False, compared__isnull=False
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "id"],
                name="suspected_pair_by_priority",
                condition=models.Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


# At the end: what is measured and summed is of customers and their pairs.
from guanxi.insight.quality.models import (  # noqa: E402
    CustomerQuality,
    QualityFigure,
    QualitySettings,
    QualitySnapshot,
)
from guanxi.insight.value.models import LedgerState, ServiceRate, ValueMonth  # noqa: E402

__all__ = [
    "NOT_SCORED",
    "SCORE_FIELDS",
    "ABCClass",
    "AttentionItem",
    "CustomerQuality",
    "CustomerScore",
    "LedgerState",
    "QualityFigure",
    "QualitySettings",
    "QualitySnapshot",
    "RFMClass",
    "ScoreRun",
    "ScoreSnapshot",
    "ServiceRate",
    "Stage",
    "SuspectedPair",
    "ValueMonth",
]
