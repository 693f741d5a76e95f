"""What is remembered of those who were erased: that they must not be written to or called.

A suppression is a keyed hash of a telephone number or an e-mail address. Without the key, which
lies in the workspace's folder, nobody can tell whose it was; with it a later file that brings the
address again is known at once, and the customer it makes is contacted only once they said
themselves, after the erasure, that they may be.

The hash is SHA-256 of a secret of 64 characters before the address: PostgreSQL can do that for a
million customers at once. (It has no HMAC, and nobody learns a digest to lengthen it.)
"""

import hashlib
from collections.abc import Collection, Sequence
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Concat, Now

from guanxi.customers.consent.models import Channel, Consent
from guanxi.customers.models import Identity
from guanxi.platform.objects.record import UUID7

KEY = "erased-addresses"  # of the workspace; part of its backups
KIND_OF = {Channel.EMAIL: "email", Channel.PHONE: "phone", Channel.SMS: "phone"}
YES = (Consent.State.GRANTED, Consent.State.LIFTED)
NOT_THEMSELVES = (Consent.Source.IMPORT, Consent.Source.MERGE)


class Suppression(models.Model):
    """One address that was a customer's who is erased, as its keyed hash."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    kind = models.CharField(max_length=10, choices=[("phone", "phone"), ("email", "email")])
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "customers"
        constraints = [models.UniqueConstraint("kind", "digest", name="suppression_once")]

    def __str__(self) -> str:
        return self.kind


class Digest(models.Func):
    """The hash of a text, as `digest_of` makes it."""

    template = "sha256(convert_to(%(expressions)s, 'UTF8'))"
    output_field = models.BinaryField()


def _key() -> str:
    key: str = settings.HOME.key(KEY)
    return key


def digest_of(kind: str, normal: str) -> bytes:
    return hashlib.sha256(f"{_key()}{kind}:{normal}".encode()).digest()


def suppress(customers: Sequence[UUID]) -> None:
    """Remember the addresses of these customers, as no more than hashes."""
    addresses = Identity.objects.filter(customer__in=customers, kind__in=set(KIND_OF.values()))
    known = set(addresses.exclude(normal="").values_list("kind", "normal"))
    Suppression.objects.bulk_create(
        [Suppression(kind=kind, digest=digest_of(kind, normal)) for kind, normal in known],
        ignore_conflicts=True,
    )


def is_any(channel: str) -> bool:
    """Whether anybody was erased whom the channel reaches: usually nobody was."""
    kind = KIND_OF.get(Channel(channel))
    return kind is not None and Suppression.objects.filter(kind=kind).exists()


def bearing(channel: str) -> Exists:
    """The condition of a customer that an address of theirs for the channel is suppressed, and
    that they have not said since that they may be contacted."""
    address = Concat(Value(_key()), F("kind"), Value(":"), F("normal"))
    since = Consent.objects.filter(
        customer=OuterRef("customer"), channel=channel, state__in=YES, in_force=True,
        deleted_at=None, given_at__gt=OuterRef("_since"),
    ).exclude(source__in=NOT_THEMSELVES)  # fmt: skip
    same = Suppression.objects.filter(kind=OuterRef("kind"), digest=OuterRef("_digest"))
    borne = (
        Identity.objects.filter(
            customer=OuterRef("pk"), kind=KIND_OF[Channel(channel)], deleted_at=None
        )
        .annotate(_digest=Digest(address))
        .annotate(_since=models.Subquery(same.values("created_at")[:1]))
        .filter(_since__isnull=False)
    )
    return Exists(borne.filter(~Exists(since)))


def suppressed(customers: Collection[UUID], channel: str) -> set[UUID]:
    """Those of the customers who are not to be contacted on the channel for this reason."""
    from guanxi.customers.models import Customer

    if not is_any(channel):
        return set()
    found = Customer.objects.filter(bearing(channel), pk__in=customers)
    return set(found.values_list("pk", flat=True))


def closed_channels(customer: UUID) -> set[str]:
    """The channels on which one customer is not to be contacted for this reason."""
    kinds = set(Suppression.objects.values_list("kind", flat=True).distinct())
    channels = [c for c, kind in KIND_OF.items() if kind in kinds]
    return {c.value for c in channels if suppressed([customer], c)}
