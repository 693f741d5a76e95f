"""What customers bought: orders with their lines, in money whose rate is kept with the order."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.customers.models import Customer
from guanxi.platform.objects.columns import CurrencyField, MoneyField, text
from guanxi.platform.objects.record import Customizable, Record, Row, not_deleted
from guanxi.platform.workspaces.services import books_zone, current_workspace
from guanxi.products.models import Product


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def on(self, currency: str, day: dt.date) -> Decimal | None:
        """What one unit was worth on that day in the reporting currency; None if nobody said."""
        rates = self.filter(currency=currency, valid_from__lte=day, deleted_at=None)
        return rates.order_by("-valid_from").values_list("rate", flat=True).first()

    def today_of(self, currency: Any) -> models.Subquery:
        """Today's rate of a currency: a value, or a column of the outer query."""
        past = self.filter(valid_from__lte=timezone.now().astimezone(books_zone()).date())
        rates = past.filter(currency=currency, deleted_at=None)
        return models.Subquery(rates.order_by("-valid_from").values("rate")[:1])


class ExchangeRate(Row):
    """What one unit of `currency` was worth in the reporting currency from a day on."""

    currency = CurrencyField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(_("exchange rate"), max_digits=20, decimal_places=10)
    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                "currency", "valid_from", name="rate_of_day", condition=not_deleted()
            ),
            models.CheckConstraint(name="rate_positive", condition=models.Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}"


class Order(Record):
    """One order or return as its source recorded it. Without a customer: an anonymous sale.

    `total` is the sum of its lines in `currency`, `reporting_total` the same at `rate`, the rate of
    the order's day. A trigger on the lines keeps `total`.
    """

    class Status(models.TextChoices):
        PLACED = "placed", _("placed")
        COMPLETED = "completed", _("completed")
        CANCELLED = "cancelled", _("cancelled")

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("customer"),
        related_name="orders",
    )
    source = text(100, _("source"))
    number = models.CharField(_("order number"), max_length=100)
    ordered_at = models.DateTimeField(_("ordered at"))
    ordered_on = models.DateField(_("ordered on"), editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, db_default=Status.COMPLETED
    )
    currency = CurrencyField(_("currency"), max_length=3)
    rate = models.DecimalField(_("exchange rate"), max_digits=20, decimal_places=10, db_default=1)
    total = MoneyField(_("total"), rate="rate", db_default=0, editable=False)
    reporting_total = models.GeneratedField(
        verbose_name=_("total in reporting currency"),
        expression=Round(models.F("total") * models.F("rate"), 4),
        output_field=MoneyField(currency=""),  # the firm's own
        db_persist=True,
    )

    computed = {"ordered_on": "ordered_at"}
    untold = ("total",)  # follows from the lines, whose changes are told

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(
                "source", "number", name="order_number", condition=not_deleted()
            ),
            models.CheckConstraint(name="order_rate_positive", condition=models.Q(rate__gt=0)),
        ]
        indexes = [
            models.Index(fields=["customer", "-ordered_at", "-id"], name="order_of_customer"),
            models.Index(
                fields=["ordered_at", "id"], name="order_by_time", condition=not_deleted()
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        """Keep the order's day, in the time zone of the books, and a new order's rate of that day.

        Raises ValidationError for a foreign currency without a rate on that day.
        """
        if not isinstance(self.ordered_at, dt.datetime):
            return
        self.ordered_on = self.ordered_at.astimezone(books_zone()).date()
        workspace = current_workspace()
        at_par = workspace is None or self.currency == workspace.currency
        if at_par or not isinstance(self.rate, DatabaseDefault):
            return
        rate = ExchangeRate.objects.on(self.currency, self.ordered_on)
        if rate is None:
            message = _("There is no exchange rate for this currency on this day. Enter it first.")
            raise ValidationError({"currency": message})
        self.rate = rate


class OrderLine(Customizable, Row):
    """One product on one order. A return has a negative quantity and amount."""

    class Kind(models.TextChoices):
        SALE = "sale", _("sale")
        RETURN = "return", _("return")
        ADJUSTMENT = "adjustment", _("adjustment")

    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="lines")
    position = models.PositiveIntegerField(_("line number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, db_default=Kind.SALE)
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("product"),
        related_name="order_lines",
    )
    description = text(300, _("description"))
    quantity = models.DecimalField(_("quantity"), max_digits=19, decimal_places=4)
    unit_price = models.DecimalField(_("unit price"), max_digits=19, decimal_places=6)
    amount = models.DecimalField(_("amount"), max_digits=19, decimal_places=4)
    cost = models.DecimalField(_("cost"), max_digits=19, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        indexes = [
            models.Index(fields=["order", "position"], name="line_of_order"),
            models.Index(fields=["product"], name="line_of_product"),
        ]

    def __str__(self) -> str:
        return self.description
