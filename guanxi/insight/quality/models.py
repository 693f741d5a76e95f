"""What is found of the customers' data: of each now, and of all together day by day.

Derived, but for the settings: no event is told of findings and figures, a measuring is one job.
"""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.customers.models import Customer
from guanxi.platform.jobs.models import Job
from guanxi.platform.objects.columns import ScoreField
from guanxi.platform.objects.record import Row

THE_SETTINGS = UUID(int=1)


class QualitySettings(Row):
    """The one row that says what counts as good data, and whether obvious duplicates are merged
    without asking. Without it the defaults hold."""

    counted = ArrayField(  # null: the usual fields
        models.CharField(max_length=120), null=True, blank=True
    )
    stale_after_days = models.PositiveIntegerField(
        db_default=365, validators=[MinValueValidator(30), MaxValueValidator(3650)]
    )
    merges_by_itself = models.BooleanField(db_default=False)
    # The share of pairs merged by itself that are to be one customer, as the search expects.
    precision = models.FloatField(
        db_default=0.99, validators=[MinValueValidator(0.9), MaxValueValidator(0.9999)]
    )
    merges_at_most = models.PositiveIntegerField(
        db_default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

    class Meta:
        verbose_name = _("settings of data quality")
        constraints = [
            models.CheckConstraint(name="one_quality_settings", condition=models.Q(id=THE_SETTINGS))
        ]

    def __str__(self) -> str:
        return "quality settings"


class CustomerQuality(models.Model):
    """What was found of one customer's fields: "phone.missing", "phone.invalid", "phone.stale".

    A customer who came after the last measuring has no row.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="quality"
    )
    completeness = ScoreField(_("completeness"), null=True)
    findings = ArrayField(models.TextField(), db_default=[])

    class Meta:
        indexes = [
            GinIndex(fields=["findings"], name="quality_findings"),
            models.Index(fields=["completeness", "customer"], name="quality_by_completeness"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.findings}"


class QualitySnapshot(models.Model):
    """One measuring of all customers, the last of its day."""

    day = models.DateField(primary_key=True)
    measured_at = models.DateTimeField(db_default=Now())
    customers = models.PositiveBigIntegerField()
    pairs_open = models.PositiveIntegerField()
    pairs_decided = models.PositiveIntegerField()
    looked_at = ArrayField(models.CharField(max_length=120))  # fields
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.day}"


class QualityFigure(models.Model):
    """How many customers of a source and kind had a finding on a day; "" counts all of them.

    `source` is null for those of the rarer sources together.
    """

    snapshot = models.ForeignKey(QualitySnapshot, models.CASCADE, related_name="figures")
    source = models.CharField(max_length=100, null=True)  # noqa: DJ001 - null: the rarer ones
    kind = models.CharField(max_length=12, choices=Customer.Kind)
    finding = models.CharField(max_length=140)
    customers = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "finding", "source", "kind"],
                name="quality_figure_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.finding} {self.customers}"
