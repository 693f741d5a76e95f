from django.db import models

from guanxi.customers.models import Customer
from guanxi.platform.objects.columns import CurrencyField, MoneyField, ScoreField, text
from guanxi.platform.objects.record import Record, not_deleted


class PlotOfTea(Record):
    """A field of tea somebody looks after, perhaps for a customer."""

    class Soil(models.TextChoices):
        RED = "red", "red earth"
        YELLOW = "yellow", "yellow earth"

    name = models.CharField("name", max_length=50)
    soil = models.CharField("soil", max_length=10, choices=Soil, db_default=Soil.RED)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="plots"
    )
    planted_on = models.DateField("planted on", null=True, blank=True)
    rows = models.PositiveIntegerField("rows", db_default=1)
    rent = MoneyField("rent", null=True, blank=True)
    currency = CurrencyField("currency", max_length=3, blank=True, db_default="")
    sunshine = ScoreField("sunshine", null=True, blank=True)
    is_wild = models.BooleanField("wild", db_default=False)
    remark = text(100, "remark")

    class Meta:
        verbose_name = "plot of tea"
        verbose_name_plural = "plots of tea"
        constraints = [
            models.UniqueConstraint("name", name="plot_name", condition=not_deleted()),
            models.CheckConstraint(name="plot_has_rows", condition=models.Q(rows__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name
