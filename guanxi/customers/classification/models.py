"""What a firm classifies its customers by, who is in which class by which rule, and exceptions."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.fields.models import CustomField
from guanxi.platform.objects.columns import text
from guanxi.platform.objects.record import Row, not_deleted


class Classification(Row):
    """One way to divide customers. Its classes are the choices of a custom field that it keeps.

    `rules` are asked in their order, the first that holds decides: a list of {"key", "name",
    "result", "filter"}. `otherwise` is the class of those that no rule takes; "" is none.
    """

    field = models.OneToOneField(CustomField, models.PROTECT, related_name="classification")
    rules = models.JSONField(_("rules"), db_default=[], blank=True)
    otherwise = text(60, _("otherwise"))
    nightly = models.BooleanField(_("every night"), db_default=True)

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")

    def __str__(self) -> str:
        return str(self.field)

    @property
    def key(self) -> str:
        """Under which customers hold their class, among their custom values."""
        return self.field.key


class Placement(models.Model):
    """Why a customer is in a class: the rule that decided, by its key; "" if none of them did."""

    pk = models.CompositePrimaryKey("customer_id", "classification_id")
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", db_index=False
    )
    classification = models.ForeignKey(Classification, models.CASCADE, related_name="+")
    result = models.CharField(max_length=60)
    rule = models.CharField(max_length=40, db_default="")
    placed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.customer_id} {self.result}"


class ClassOverride(Row):
    """Somebody's word that a customer is in a class whatever the rules say, and why."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="+", db_index=False
    )
    classification = models.ForeignKey(Classification, models.CASCADE, related_name="+")
    result = models.CharField(_("class"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("exception from a classification")
        verbose_name_plural = _("exceptions from classifications")
        constraints = [
            models.UniqueConstraint(
                "customer", "classification", name="class_override_once", condition=not_deleted()
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.result}"
