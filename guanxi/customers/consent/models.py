"""Purposes, the texts customers agree to, and the evidence of what each customer said."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.platform.objects.columns import long_text
from guanxi.platform.objects.columns import text as short_text
from guanxi.platform.objects.record import Row, not_deleted


class ActingUser(models.Func):
    """Whoever acts in this transaction (`guanxi.platform.events.context`); null for nobody."""

    template = "nullif(current_setting('guanxi.actor', true), '')::uuid"
    arity = 0
    output_field = models.UUIDField()


class ClockTime(models.Func):
    """The time of day, which goes on within a transaction."""

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()


class Purpose(Row):
    """What the firm contacts customers for, or uses their data for. In the bin it is retired.

    Legal bases are those of GDPR art. 6 (1) and PIPL art. 13 that a firm can have towards its
    customers; only the first needs a yes, but a no is heeded for all of them.
    """

    class Basis(models.TextChoices):
        CONSENT = "consent", _("consent")
        CONTRACT = "contract", _("performance of a contract")
        OBLIGATION = "obligation", _("legal obligation")
        INTEREST = "interest", _("legitimate interest")

    name = models.CharField(_("name"), max_length=100)
    legal_basis = models.CharField(
        _("legal basis"), max_length=12, choices=Basis, db_default=Basis.CONSENT
    )
    by_channel = models.BooleanField(_("asked per channel"), db_default=True)
    double_opt_in = models.BooleanField(_("confirmed by e-mail link"), db_default=False)
    is_offered = models.BooleanField(_("on the preference page"), db_default=True)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [
            models.UniqueConstraint("name", name="purpose_name", condition=not_deleted())
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_consent(self) -> bool:
        return self.legal_basis == self.Basis.CONSENT


class ConsentText(Row):
    """What customers read when they are asked, in one version; never changed, only followed by
    another. The newest one is shown."""

    purpose = models.ForeignKey(
        Purpose, models.PROTECT, verbose_name=_("purpose"), related_name="texts"
    )
    version = models.CharField(_("version"), max_length=40)
    title_en = short_text(100, _("title in English"))
    title_zh_hans = short_text(100, _("title in simplified Chinese"))
    title_zh_hant = short_text(100, _("title in traditional Chinese"))
    text_en = long_text(_("text in English"))
    text_zh_hans = long_text(_("text in simplified Chinese"))
    text_zh_hant = long_text(_("text in traditional Chinese"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint(
                "purpose", "version", name="consent_text_version", condition=not_deleted()
            )
        ]

    def __str__(self) -> str:
        return self.version


class Channel(models.TextChoices):
    """Ways to reach a customer, and the use of data that reaches nobody."""

    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    SMS = "sms", _("SMS")
    WECHAT = "wechat", _("WeChat")
    POST = "post", _("post")
    DATA = "data", _("use of data")


REACHING = [c.value for c in Channel if c != Channel.DATA]


class Consent(Row):
    """One word of a customer on one channel, about one purpose or, without one, about all contact.

    Evidence: rows are added, never changed (a trigger holds it); merging moves them to another
    customer. Another trigger keeps `in_force`: of all words about one purpose on one channel the
    latest said, of words of the same instant the strictest; and a grant only while no
    "do not contact" stands on its channel.
    """

    class State(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("consent", "granted")
        PENDING = "pending", _("awaiting confirmation")
        WITHDRAWN = "withdrawn", _("withdrawn")
        BLOCKED = "blocked", _("do not contact")
        LIFTED = "lifted", _("may be contacted again")

    class Source(models.TextChoices):
        CALL = "call", _("call")
        FORM = "form", _("form")
        LETTER = "letter", _("e-mail or letter")
        IN_PERSON = "in_person", _("in person")
        IMPORT = "import", _("import")
        PREFERENCES = "preferences", _("preference page")
        LINK = "link", _("preference page, link handed over")
        MERGE = "merge", _("merging of customers")

    # What people may state; the rest only the program itself can say.
    STATED = (Source.CALL, Source.FORM, Source.LETTER, Source.IN_PERSON, Source.IMPORT)
    OF_CONTACT = (State.BLOCKED, State.LIFTED)

    untold = ("in_force",)

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, verbose_name=_("customer"), related_name="consents"
    )
    purpose = models.ForeignKey(
        Purpose,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("purpose"),
        related_name="consents",
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=State)
    in_force = models.BooleanField(_("in force"), db_default=False, editable=False)
    given_at = models.DateTimeField(_("said at"), db_default=ClockTime())
    source = models.CharField(_("source"), max_length=12, choices=Source, db_default=Source.CALL)
    text = models.ForeignKey(
        ConsentText,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("consent text"),
        related_name="+",
    )
    note = short_text(500, _("remark"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        db_default=ActingUser(),
        verbose_name=_("recorded by"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                name="consent_about_purpose_or_contact",
                condition=models.Q(purpose=None, state__in=("blocked", "lifted"))
                | models.Q(purpose__isnull=False, state__in=("granted", "pending", "withdrawn")),
                violation_error_message=_(
                    "Name a purpose, or choose whether the customer may be contacted at all."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-given_at"], name="consent_of_customer"),
            models.Index(
                fields=["purpose", "channel", "state", "customer"],
                name="consent_in_force",
                condition=models.Q(in_force=True, deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}"

    def clean(self) -> None:
        """The rules for what people record; what the program itself writes keeps them already."""
        if self.source in self.Source and self.source not in self.STATED:
            raise ValidationError({"source": _("People cannot state this source.")})
        if isinstance(self.given_at, dt.datetime) and self.given_at > timezone.now():
            raise ValidationError({"given_at": _("This lies in the future.")})
        if self.purpose is not None:
            self._clean_purpose(self.purpose)
        elif self.channel == Channel.DATA:
            raise ValidationError({"channel": _("Name the purpose that data are used for.")})

    def _clean_purpose(self, purpose: Purpose) -> None:
        if purpose.by_channel == (self.channel == Channel.DATA):
            raise ValidationError({"channel": _("This purpose is not asked for this channel.")})
        if self.text is None and self.state != self.State.WITHDRAWN:
            self.text = newest_text(purpose)
        if self.text is not None and self.text.purpose_id != purpose.pk:
            raise ValidationError({"text": _("This text is about another purpose.")})
        if self.state == self.State.GRANTED and asks_back(purpose, self.channel):
            message = _('The customer confirms this by a link: record "awaiting confirmation".')
            raise ValidationError({"state": message})


def newest_text(purpose: Purpose) -> ConsentText | None:
    """The version that is shown now."""
    return purpose.texts.filter(deleted_at=None).order_by("-created_at", "-pk").first()


def asks_back(purpose: Purpose, channel: Any) -> bool:
    """Whether a yes holds only once its customer has confirmed it by a link."""
    return purpose.double_opt_in and channel == Channel.EMAIL
