"""The base of every table people work with."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.custom_values import CustomValues


class UUID7(models.Func):
    """A time-ordered key (RFC 9562) made by the database, so that COPY has one too."""

    function = "guanxi_uuid7"
    arity = 0
    output_field = models.UUIDField()


class Row(models.Model):
    """One row with a key, its times and a place in the recycle bin.

    A trigger keeps `updated_at`.
    """

    # Columns that `clean` computes, each with the field it follows: undone and refused with it.
    computed: ClassVar[dict[str, str]] = {}
    # Columns the event stream does not tell: secrets, and what a trigger keeps from other rows.
    untold: ClassVar[tuple[str, ...]] = ()
    # Whether triggers write rows of this table: they follow from changes that are told already.
    kept_by_triggers: ClassVar[bool] = False
    # Whether rows of several objects share the table; then its column `object` names each one's.
    is_shared: ClassVar[bool] = False

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Customizable(models.Model):
    """What a firm may give fields of its own (`guanxi.platform.fields`)."""

    custom = CustomValues(_("custom fields"), db_default={}, blank=True)

    class Meta:
        abstract = True


class Record(Customizable, Row):
    """A row with an owner and the firm's custom fields."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("owner"),
        related_name="+",
    )

    class Meta:
        abstract = True


def object_name(model: type[models.Model]) -> str:
    """The name of an object in addresses, events and scopes: OrderLine -> "order_line"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model.__name__).lower()


def not_deleted(**extra: Any) -> models.Q:
    """The condition of a partial unique key: a record in the recycle bin blocks nobody."""
    return models.Q(deleted_at__isnull=True, **extra)
