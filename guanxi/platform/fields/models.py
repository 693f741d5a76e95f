"""The fields a firm gives its records beside those that are built in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import Row


class CustomField(Row):
    """One field of a firm's own, of one object type; in the recycle bin it is archived.

    Object, key and type never change: values, views and programs rest on them. What else there is
    to say depends on the type and is in `settings`, as `guanxi.platform.fields.kinds` reads it.
    """

    object = models.CharField(max_length=60)
    key = models.CharField(max_length=40)
    type = models.CharField(max_length=20)
    labels = models.JSONField(_("labels"))  # by language as the client names it: {"zh-CN": "等级"}
    help = models.JSONField(_("help text"), db_default={}, blank=True)
    required = models.BooleanField(_("required"), db_default=False)
    settings = models.JSONField(_("settings"), db_default={}, blank=True)
    personal = models.BooleanField(_("personal data"), db_default=False)
    indexed = models.BooleanField(_("indexed"), db_default=False)
    position = models.PositiveSmallIntegerField(_("position"), db_default=0)
    # What writes the values instead of people, such as "classification"; "" for most fields.
    kept_by = models.CharField(max_length=40, db_default="", blank=True, editable=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="custom_field_key")]
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return f"{self.object}.custom.{self.key}"

    @property
    def wants_index(self) -> bool:
        """Whether it is to have an index now; an archived field gets its own back with it."""
        return self.indexed and self.deleted_at is None

    @property
    def full_name(self) -> tuple[str, str]:
        """Its object, and its name among the fields of that."""
        return self.object, f"custom.{self.key}"


class Link(models.Model):
    """One custom link of one record, beside the value it follows from; kept by triggers.

    The field says which objects the two records are of.
    """

    pk = models.CompositePrimaryKey("field_id", "record_id")
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="+", db_index=False)
    record_id = models.UUIDField()
    target_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["target_id", "field"], name="link_of_target")]

    def __str__(self) -> str:
        return f"{self.record_id} → {self.target_id}"


class FieldsVersion(models.Model):
    """The one row that is written with every change of a field or of a layout.

    Whoever writes it has the definitions to themselves; whoever reads it knows whether those in
    memory still hold.
    """

    id = models.BooleanField(primary_key=True, db_default=True)
    number = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_fields_version", condition=models.Q(id=True))
        ]

    def __str__(self) -> str:
        return str(self.number)
