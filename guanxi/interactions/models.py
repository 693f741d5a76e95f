"""What the timeline shows: every touch with a customer, and what is still to be done."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from guanxi.customers.models import Customer
from guanxi.platform.objects.columns import long_text, text
from guanxi.platform.objects.models import SavedView
from guanxi.platform.objects.record import UUID7, Record, not_deleted


class Interaction(Record):
    """One touch with one customer on one channel, in or out, with its outcome."""

    class Channel(models.TextChoices):
        CALL = "call", _("call")
        EMAIL = "email", _("e-mail")
        VISIT = "visit", _("visit")
        MEETING = "meeting", _("meeting")
        CHAT = "chat", _("chat")
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")
        WEB = "web", _("web")
        NOTE = "note", _("note")

    class Direction(models.TextChoices):
        IN = "in", _("incoming")
        OUT = "out", _("outgoing")
        NONE = "none", _("neither")

    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), related_name="interactions"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction, db_default=Direction.NONE
    )
    happened_at = models.DateTimeField(_("happened at"), db_default=Now())
    subject = text(200, _("subject"))
    body = long_text(_("text"))
    outcome = text(100, _("outcome"))

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(
                fields=["customer", "-happened_at", "-id"], name="interaction_of_customer"
            ),
            models.Index(
                fields=["happened_at", "id"], name="interaction_by_time", condition=not_deleted()
            ),
            models.Index(
                fields=["owner", "happened_at", "id"],
                name="interaction_of_owner",
                condition=not_deleted(),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.channel


class Task(Record):
    """Something to be done by one person until a day, for a customer or not."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class Kind(models.TextChoices):
        CALL = "call", _("call")
        VISIT = "visit", _("visit")
        MESSAGE = "message", _("message")
        OTHER = "other", _("other")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, db_default=Kind.OTHER)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("customer"),
        related_name="tasks",
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, db_default=Status.OPEN)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    description = long_text(_("description"))

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_done_has_time",
                condition=~models.Q(status="done") | models.Q(completed_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="task_of_customer"),
            models.Index(
                fields=["owner", "status", "due_on", "id"],
                name="task_of_owner",
                condition=not_deleted(),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Snippet(models.Model):
    """A text that is written again and again, put in by its shortcut or name.

    `text` may hold variables, such as {{customer.name}}: see `guanxi.interactions.snippets`.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    shortcut = models.CharField(max_length=40, blank=True, db_default="")
    text = models.TextField()
    shared = models.CharField(
        max_length=10, choices=SavedView.Shared, db_default=SavedView.Shared.PRIVATE
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("shortcut"),
                name="snippet_shortcut",
                condition=~models.Q(shortcut=""),
            )
        ]

    def __str__(self) -> str:
        return self.name
