"""Who the firm deals with: persons and organizations in one table, and how they hang together."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.customers.credit_codes import LONGEST, CreditCodeField
from guanxi.customers.id_numbers import DOCUMENTS, hashed, is_document, seal_identity
from guanxi.customers.names import name_match
from guanxi.customers.relations import rules
from guanxi.platform.access.models import Territory
from guanxi.platform.objects.columns import (
    ChoicesField,
    CurrencyField,
    DerivedField,
    MoneyField,
    PhoneField,
    long_text,
    normalize_phone,
    text,
)
from guanxi.platform.objects.constraints import KeptByTrigger
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.objects.record import Customizable, Record, Row, not_deleted
from guanxi.standardizing import credit_code


class Tag(Row):
    """A word people put on customers to find them again."""

    COLORS = [
        (c, c) for c in ("blue", "green", "gold", "red", "purple", "cyan", "magenta", "orange")
    ]

    name = models.CharField(_("name"), max_length=60)
    color = models.CharField(_("color"), max_length=10, choices=COLORS, db_default="blue")

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint("name", name="tag_name", condition=not_deleted())]

    def __str__(self) -> str:
        return self.name


class Customer(Record):
    """A person or an organization the firm deals with, or may.

    `phone` and `email` are the ones to use first; a trigger keeps them and the credit code among
    the identities, where all matching happens. The address is the main one; `Address` rows hold
    others.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ORGANIZATION = "organization", _("organization")

    class Category(models.TextChoices):
        CONSUMER = "consumer", _("consumer")
        INTERMEDIARY = "intermediary", _("intermediary")
        PUBLIC_INTEREST = "public_interest", _("public-interest")
        INTERNAL = "internal", _("internal")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    name_sort = DerivedField(source="name", derive=name_sort_key)
    name_match = DerivedField(source="name", derive=name_match)
    category = models.CharField(
        _("category"), max_length=16, choices=Category, db_default=Category.CONSUMER
    )
    credit_code = CreditCodeField(_("credit code"), max_length=LONGEST, blank=True, db_default="")
    phone = PhoneField(_("phone"), max_length=60, blank=True, db_default="")
    phone_normal = DerivedField(source="phone", derive=normalize_phone, max_length=60)
    email = models.EmailField(_("e-mail"), blank=True, db_default="")
    website = models.URLField(_("website"), blank=True, db_default="")
    industry = text(100, _("industry"))
    job_title = text(100, _("job title"))
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    country = text(60, _("country"))
    province = text(60, _("province"))
    city = text(60, _("city"))
    district = text(60, _("district"))
    street = text(200, _("street address"))
    postal_code = text(20, _("postal code"))
    territory = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("territory"),
        related_name="customers",
    )
    source = text(100, _("source"))
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    currency = CurrencyField(_("currency"), max_length=3, blank=True, db_default="")
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True)
    tags = models.ManyToManyField(
        Tag, through="CustomerTag", blank=True, verbose_name=_("tags"), related_name="customers"
    )
    remark = long_text(_("remark"))
    # Since when it is a stub without personal values, which nothing fills again.
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                "credit_code",
                name="customer_credit_code",
                condition=not_deleted() & ~models.Q(credit_code=""),
            ),
            models.CheckConstraint(
                name="customer_erased_stays",
                condition=models.Q(erased_at=None)
                | models.Q(
                    name_match="",
                    phone="",
                    email="",
                    website="",
                    street="",
                    remark="",
                    credit_code="",
                    birthday=None,
                ),
                violation_error_message=_(
                    "The personal data of this customer were erased: nothing can be added."
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["name_sort", "id"], name="customer_by_name", condition=not_deleted()
            ),
            models.Index(
                fields=["owner", "name_sort", "id"],
                name="customer_of_owner",
                condition=not_deleted(),
            ),
            models.Index(
                fields=["city", "name_sort", "id"],
                name="customer_by_city",
                condition=not_deleted(),
            ),
            models.Index(
                fields=["created_at", "id"], name="customer_by_creation", condition=not_deleted()
            ),
            models.Index(fields=["name_match"], name="customer_by_match", condition=not_deleted()),
            models.Index(
                fields=["territory"], name="customer_of_territory", condition=not_deleted()
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerTag(Row):
    """One tag on one customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("customer", "tag", name="customer_tag")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tag_id}"


class Identity(Row):
    """One value by which a customer is known on a channel or in another system.

    External ids (per source) and WeChat openids belong to one customer; a phone or an e-mail may be
    shared by several (switchboards, families). `normal` is what matching compares: E.164 or lower
    case. A credit code that is not primary is one that a merged customer had. Of a document,
    `value` is the mask, `normal` a keyed hash, and `sealed` the number (`id_numbers`).
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        EMAIL = "email", _("e-mail")
        EXTERNAL = "external", _("external id")
        WECHAT = "wechat", _("WeChat")
        CREDIT_CODE = "credit_code", _("credit code")
        RESIDENT_ID = "resident_id", _("identity card")
        PASSPORT = "passport", _("passport")
        HK_MACAO_PERMIT = "hk_macao_permit", _("travel permit (Hong Kong, Macao)")
        TAIWAN_PERMIT = "taiwan_permit", _("travel permit (Taiwan)")
        RESIDENCE_PERMIT = "residence_permit", _("permanent residence card")
        OTHER_ID = "other_id", _("other document")

    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), related_name="identities"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    source = text(100, _("source"))
    value = models.CharField(_("value"), max_length=254)
    normal = models.CharField(max_length=254, editable=False, db_default="")
    is_primary = models.BooleanField(_("primary"), db_default=False, editable=False)
    sealed = models.TextField(editable=False, db_default="", default="")

    computed = {"normal": "value"}
    untold = ("sealed",)
    kept_by_triggers = True

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(
                "kind",
                "source",
                "normal",
                name="identity_belongs_to_one",
                condition=not_deleted(kind__in=("external", "wechat", *DOCUMENTS)),
            ),
            models.UniqueConstraint(
                "customer",
                "kind",
                "source",
                "normal",
                name="identity_once_per_customer",
                condition=not_deleted(),
            ),
            models.CheckConstraint(
                name="identity_sealed",
                condition=models.Q(
                    ~models.Q(sealed=""),
                    kind__in=DOCUMENTS,
                    normal__regex="^[0-9a-f]{64}$",
                    value__regex=r"\*",
                )
                | models.Q(~models.Q(kind__in=DOCUMENTS), sealed=""),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "normal"], name="identity_lookup", condition=not_deleted())
        ]

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        if self.is_primary is True:
            raise ValidationError(_("Change the customer's own phone or e-mail instead."))
        if self.kind == self.Kind.CREDIT_CODE:  # where it can be held that it is one customer's
            raise ValidationError({"kind": _("Write it into the customer's own field.")})
        if is_document(self.kind) or self.sealed:
            seal_identity(self)
            return
        self.normal = normal_identity(self.kind, self.value)
        if not self.normal:
            raise ValidationError({"value": _("This is no telephone number.")})


def normal_identity(kind: str, value: str) -> str:
    """The form in which identities are compared; "" for a phone that cannot be one."""
    match kind:
        case Identity.Kind.PHONE:
            return normalize_phone(value)
        case Identity.Kind.EMAIL:
            return value.strip().lower()
        case Identity.Kind.CREDIT_CODE:
            return credit_code(value)
        case _ if is_document(kind):
            return hashed(kind, value)
        case _:
            return value.strip()


class Address(Customizable, Row):
    """A further address of a customer: where to deliver, where to bill."""

    class Kind(models.TextChoices):
        DELIVERY = "delivery", _("delivery")
        BILLING = "billing", _("billing")
        OTHER = "other", _("other")

    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), related_name="addresses"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    country = text(60, _("country"))
    province = text(60, _("province"))
    city = text(60, _("city"))
    district = text(60, _("district"))
    street = models.CharField(_("street address"), max_length=200)
    postal_code = text(20, _("postal code"))

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        indexes = [models.Index(fields=["customer"], name="address_of_customer")]

    def __str__(self) -> str:
        return self.street


class ContactRole(models.TextChoices):
    """What a person is in what an organization buys; often several at once."""

    DECIDER = "decider", _("decider")
    PAYER = "payer", _("payer")
    BUYER = "buyer", _("buyer")
    USER = "user", pgettext_lazy("contact role", "user")
    RECEIVER = "receiver", _("receiver")
    INFLUENCER = "influencer", _("influencer")
    GATEKEEPER = "gatekeeper", _("gatekeeper")
    CHAMPION = "champion", _("champion")
    TECHNICAL = "technical", _("technical contact")


class RelationshipQuerySet(models.QuerySet["Relationship"]):
    def on(self, day: dt.date) -> "RelationshipQuerySet":
        """Those that hold on a day."""
        began = models.Q(since=None) | models.Q(since__lte=day)
        return self.filter(began, models.Q(until=None) | models.Q(until__gte=day), deleted_at=None)


class Relationship(Customizable, Row):
    """How one customer stands to another: `customer` is `kind` of `other`, from a day to a day.

    Both days belong to it; without one it is open on that side. Mutual kinds are kept in either
    direction. Triggers hold the rules over time (relations/relationships.sql).
    """

    class Kind(models.TextChoices):
        CONTACT = "contact_of", _("contact of")
        HOUSEHOLD = "household", _("same household as")
        PARENT = "parent_company", _("parent company of")
        PARTNER = "partner", _("partner of")
        REFERRER = "referrer", _("referrer of")
        GUARANTOR = "guarantor", _("guarantor of")

    MUTUAL = (Kind.HOUSEHOLD, Kind.PARTNER)

    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), related_name="relationships"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    other = models.ForeignKey(
        Customer,
        models.CASCADE,
        verbose_name=_("other customer"),
        related_name="inverse_relationships",
    )
    role = text(100, _("role"))
    roles = ChoicesField(_("contact roles"), choices=ContactRole)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    objects = RelationshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        constraints = [
            models.CheckConstraint(
                name="relationship_with_another",
                condition=~models.Q(customer=models.F("other")),
                violation_error_message=_("A customer cannot be related to itself."),
            ),
            models.CheckConstraint(
                name="relationship_ends_after_it_begins",
                condition=models.Q(until=None)
                | models.Q(since=None)
                | models.Q(until__gte=models.F("since")),
                violation_error_message=_("It cannot end before it begins."),
            ),
            models.CheckConstraint(
                name="relationship_roles",
                condition=models.Q(roles__isnull=True)
                | models.Q(roles__contained_by=[value for value, _label in ContactRole.choices]),
            ),
            models.UniqueConstraint(
                "other",
                "kind",
                "customer",
                name="relationship_once",
                condition=not_deleted(until=None),
                violation_error_message=_("These two are related in this way already."),
            ),
            KeptByTrigger(
                name="relationship_overlap", fields=["other"], code="overlap",
                explain=rules.explain_overlap,
            ),
            KeptByTrigger(
                name="relationship_one_parent", fields=["customer"], code="second_parent",
                explain=rules.explain_second_parent,
            ),
            KeptByTrigger(
                name="relationship_no_circle", fields=["customer"], code="circle",
                explain=rules.explain_circle,
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["other"], name="relationship_of_other"),
            models.Index(fields=["customer", "kind", "other"], name="relationship_by_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.other_id}"


# At the end: they point to customers.
from guanxi.customers.classification.models import (  # noqa: E402
    Classification,
    ClassOverride,
    Placement,
)
from guanxi.customers.consent.models import Consent, ConsentText, Purpose  # noqa: E402
from guanxi.customers.privacy.models import (  # noqa: E402
    PrivacyProof,
    PrivacyRequest,
    PrivacySettings,
    ProcessingActivity,
)
from guanxi.customers.suppression import Suppression  # noqa: E402

__all__ = [
    "Address",
    "ClassOverride",
    "Classification",
    "Consent",
    "ConsentText",
    "ContactRole",
    "Customer",
    "CustomerTag",
    "Identity",
    "Placement",
    "PrivacyProof",
    "PrivacyRequest",
    "PrivacySettings",
    "ProcessingActivity",
    "Purpose",
    "Relationship",
    "Suppression",
    "Tag",
    "normal_identity",
]
