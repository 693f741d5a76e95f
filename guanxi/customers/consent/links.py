"""Signed links by which customers, without signing in, see and change what they allow.

The key stands behind the "#" of the address, which browsers send to no server and write into no
log. Nothing is kept of a link: its signature says for whom it is, until when, and how it was handed
over, so that guessing one finds nothing and one firm's link opens nothing at another's.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from guanxi.customers.consent.models import Consent
from guanxi.customers.models import Customer, Identity, normal_identity
from guanxi.platform.access.links import LinkNotValid, can_mail
from guanxi.platform.access.models import User
from guanxi.platform.merging.redirects import survivor_of
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.record import object_name
from guanxi.platform.workspaces.services import current_workspace

SALT = "guanxi.preferences"
GOOD_FOR = dt.timedelta(days=30)


class NotMailed(DomainError):
    status, code = 409, "not_mailed"


@dataclass(frozen=True)
class Opened:
    """What a valid link opens: one customer's preferences, or one consent to confirm.

    `address`: the e-mail address it was sent to; None for one that `handed_by` handed over.
    """

    customer: Customer
    consent: Consent | None
    is_mailed: bool
    handed_by: UUID | None


@dataclass(frozen=True)
class NewLink:
    """A link just made. One that was mailed is told to nobody else: so its use proves something."""

    url: str | None
    mailed_to: str
    expires_at: dt.datetime


def make_link(
    *, customer: Customer, by: User, consent: Consent | None = None, mail: bool = False
) -> NewLink:
    """A link to a customer's preferences, or to confirm one consent; mailed, or to hand over.

    Raises NotMailed if there is no mail server, no address, or the server refuses.
    """
    payload: dict[str, Any] = {"c": customer.pk.hex}
    if consent is not None:
        payload["n"] = consent.pk.hex
    if mail:
        payload["a"] = _digest(normal_identity(Identity.Kind.EMAIL, customer.email))
    else:
        payload["u"] = by.pk.hex
    url = f"{settings.URL}/preferences#{signing.dumps(payload, salt=SALT)}"
    expires_at = timezone.now() + GOOD_FOR
    if not mail:
        return NewLink(url, "", expires_at)
    _mail(customer.email, url, confirms=consent is not None)
    return NewLink(None, customer.email, expires_at)


def open_link(key: str) -> Opened:
    """Whom a key is for, by now: of a customer that was merged, the one that remains.

    Raises LinkNotValid, the same whatever is wrong with the key.
    """
    try:
        payload = signing.loads(key, salt=SALT, max_age=GOOD_FOR)
        pk = UUID(payload["c"])
        remaining = survivor_of(object_name(Customer), pk) or pk
        customer = Customer.objects.get(pk=remaining, deleted_at=None)
        consent = None
        if "n" in payload:
            consent = Consent.objects.select_related("purpose", "text").get(
                pk=UUID(payload["n"]), customer=customer, deleted_at=None
            )
        if "a" in payload:
            if not _has_address(customer, payload["a"]):
                raise LinkNotValid
            return Opened(customer, consent, is_mailed=True, handed_by=None)
        by = User.objects.get(pk=UUID(payload["u"]), is_active=True, deleted_at=None)
        return Opened(customer, consent, is_mailed=False, handed_by=by.pk)
    except (
        signing.BadSignature, Customer.DoesNotExist, Consent.DoesNotExist, User.DoesNotExist,
    ):  # fmt: skip
        raise LinkNotValid from None


def _digest(normal: str) -> str:
    return hashlib.sha256(normal.encode()).hexdigest()[:32]


def _has_address(customer: Customer, digest: str) -> bool:
    """Whether the address a link was sent to is still the customer's."""
    known = Identity.objects.filter(customer=customer, kind=Identity.Kind.EMAIL, deleted_at=None)
    return any(
        constant_time_compare(_digest(n), digest) for n in known.values_list("normal", flat=True)
    )


def _mail(address: str, url: str, *, confirms: bool) -> None:
    if not can_mail():
        raise NotMailed(_("No mail server is set up. Copy the link instead."))
    if not address:
        raise NotMailed(_("This customer has no e-mail address. Copy the link instead."))
    workspace = current_workspace()
    firm, language = (workspace.name, workspace.language) if workspace else ("", "en")
    with translation.override(language):
        if confirms:
            subject = _("Please confirm: %(firm)s may write to you") % {"firm": firm}
            text = _(
                "Hello,\n\nplease confirm here that %(firm)s may write to you:\n%(url)s\n\n"
                "If you did not ask for this, do nothing: then nobody will."
            )
        else:
            subject = _("What %(firm)s may write to you about") % {"firm": firm}
            text = _(
                "Hello,\n\nsee and change here what %(firm)s may contact you about:\n%(url)s\n\n"
                "The link works for 30 days. Do not pass it on."
            )
        text %= {"firm": firm, "url": url}
    try:
        sent = send_mail(subject, text, None, [address])
    except OSError:
        sent = 0
    if not sent:
        raise NotMailed(_("The mail server did not take the message. Copy the link instead."))
