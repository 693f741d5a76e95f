"""The objects a firm declares beside those that are built in, and their records."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models import Territory
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.objects.record import Record, Row, not_deleted

PREFIX = "custom_"  # no name that is built in begins so: an update never takes one away
NAME = rf"^{PREFIX}[a-z](_?[a-z0-9])*$"


def is_firms_name(name: str) -> bool:
    """Whether an object of the firm's own may be called so."""
    return re.fullmatch(NAME, name) is not None


def address_of(name: str) -> str:
    """Where the records of an object are: custom_tea_set is "custom-tea-set"."""
    return name.replace("_", "-")


class CustomObject(Row):
    """One object of a firm's own; in the recycle bin it is archived, its records untouched.

    The name never changes: records, fields, views, rights and programs rest on it.
    """

    name = models.CharField(max_length=60, unique=True)
    labels = models.JSONField(_("labels"))  # by language, as of custom fields
    # Only where it is another word: in Chinese many are called as one is.
    labels_plural = models.JSONField(_("labels of several"), db_default={}, blank=True)
    icon = models.CharField(_("icon"), max_length=40)
    description = models.JSONField(_("description"), db_default={}, blank=True)

    class Meta:
        verbose_name = _("custom object")
        verbose_name_plural = _("custom objects")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="custom_object_name",
                condition=models.Q(name__regex=NAME),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return self.name.removeprefix(PREFIX)


class CustomRecord(Record):
    """One record of any of the firm's own objects; of which, `object` says for good.

    Each object has a proxy of this model that knows its records alone
    (`guanxi.platform.custom_objects.definitions`). Nothing else reads or writes them.
    """

    is_shared = True

    # A key of CustomObject.name: the database holds it.
    object = models.CharField(max_length=60, editable=False)
    name = models.CharField(_("name"), max_length=200)
    name_sort = DerivedField(source="name", derive=name_sort_key)
    territory = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("territory"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("record of a custom object")
        verbose_name_plural = _("records of custom objects")
        indexes = [
            models.Index(
                fields=["object", "name_sort", "id"],
                name="customrecord_by_name",
                condition=not_deleted(),
            ),
            models.Index(
                fields=["object", "created_at", "id"],
                name="customrecord_by_creation",
                condition=not_deleted(),
            ),
            models.Index(
                fields=["object", "owner", "name_sort", "id"],
                name="customrecord_of_owner",
                condition=not_deleted(),
            ),
            models.Index(
                fields=["object", "territory"],
                name="customrecord_of_territory",
                condition=not_deleted(),
            ),
        ]

    def __str__(self) -> str:
        return self.name
