"""What we sell."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.columns import CurrencyField, MoneyField, text
from guanxi.platform.objects.record import Customizable, Row, not_deleted


class Product(Customizable, Row):
    """Something we sell, known by its code."""

    code = models.CharField(_("product code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    category = text(100, _("product category"))
    unit = text(20, _("unit"))
    currency = CurrencyField(_("currency"), max_length=3, blank=True, db_default="")
    list_price = MoneyField(_("list price"), null=True, blank=True)
    unit_cost = MoneyField(_("unit cost"), null=True, blank=True)
    is_active = models.BooleanField(_("on sale"), db_default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint("code", name="product_code", condition=not_deleted())
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="product_by_name", condition=not_deleted())
        ]

    def __str__(self) -> str:
        return self.name
