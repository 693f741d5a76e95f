"""How a firm arranges the pages and forms of its records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import Row


class Layout(Row):
    """The arrangement of one object's page and new-record form, for one role or for everyone else.

    It says what is shown where, never who may see it: that is for roles. In the recycle bin it is
    no longer used, and the arrangement that it stood before is.
    """

    object = models.CharField(max_length=60)
    role = models.ForeignKey(
        "platform.Role", models.CASCADE, null=True, verbose_name=_("role"), related_name="+"
    )
    # In their order: {"name", "labels" by language (none: as declared), "fields" by name}.
    groups = models.JSONField(_("groups"))
    hidden = models.JSONField(_("hidden fields"), db_default=[])
    form = models.JSONField(_("fields of a new record"))

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        constraints = [
            models.UniqueConstraint(
                fields=["object", "role"], name="layout_of_role", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.object} ({self.role_id})"
