"""The value ledger: what each customer brought and cost, month by month, and how far it is made.

Derived but for the rates: no event is told of it.
"""

from typing import Any
from uuid import UUID

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction
from guanxi.platform.objects.columns import MoneyField, text
from guanxi.platform.objects.record import Row, not_deleted

THE_LEDGER = UUID(int=1)
# Sums of absurd amounts at absurd rates are absurd too, but must not stop the ledger.
WIDE = 40


class ServiceRate(Row):
    """What one interaction on a channel costs the firm from a day on, in the reporting currency."""

    channel = models.CharField(_("channel"), max_length=10, choices=Interaction.Channel)
    valid_from = models.DateField(_("valid from"))
    cost = MoneyField(_("cost of one interaction"), currency="", validators=[MinValueValidator(0)])
    note = text(200, _("how it was worked out"))

    class Meta:
        verbose_name = _("service rate")
        verbose_name_plural = _("service rates")
        constraints = [
            models.UniqueConstraint(
                "channel", "valid_from", name="service_rate_of_day", condition=not_deleted()
            ),
            models.CheckConstraint(
                name="service_rate_not_negative", condition=models.Q(cost__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.valid_from}"


def amount(**options: Any) -> MoneyField:
    return MoneyField(currency="", max_digits=WIDE, **options)


class ValueMonth(models.Model):
    """What one customer brought and cost in one month of the books, in the reporting currency.

    Every order is converted at its own rate, part by part; `revenue` is sales less returns plus
    adjustments. `discount` is what the sales' unit prices came to above their amounts. `margin` is
    of the lines whose cost is known, null if none is; they make up `costed` of the revenue. An
    adjustment costs nothing unless it says so. Of the `interactions`, `unpriced` had no rate and
    are no part of `cost_to_serve`. A month in which nothing happened has no row.
    """

    pk = models.CompositePrimaryKey("customer_id", "month")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()  # its first day
    orders = models.PositiveIntegerField()
    sales = amount()
    discount = amount()
    returns = amount()
    adjustments = amount()
    revenue = amount()
    costed = amount()
    margin = amount(null=True)
    interactions = models.PositiveIntegerField()
    unpriced = models.PositiveIntegerField()
    cost_to_serve = amount()

    class Meta:
        indexes = [models.Index(fields=["month"], name="value_by_month")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month}"


class LedgerState(models.Model):
    """The one row that says how far the ledger is made: customer by customer, in their order.

    `built_at` is null while it is being made, anew or to be checked; `corrected` counts the rows
    that the last check found to be other than they should have been.
    """

    id = models.UUIDField(primary_key=True, default=THE_LEDGER)
    began_at = models.DateTimeField(db_default=Now())
    checks = models.BooleanField(db_default=False)
    last = models.UUIDField(null=True)
    done = models.PositiveBigIntegerField(db_default=0)
    total = models.PositiveBigIntegerField(db_default=0)
    changed = models.PositiveBigIntegerField(db_default=0)
    built_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    corrected = models.PositiveBigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_value_ledger", condition=models.Q(id=THE_LEDGER))
        ]

    def __str__(self) -> str:
        return "value ledger"
