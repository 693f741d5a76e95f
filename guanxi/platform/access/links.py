"""One-time links: how somebody new, or who has forgotten, chooses a password of their own.

The key stands behind the "#" of the address, which browsers send to no server and write into no
log; here only its hash is kept.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.platform.access.models import AccessLink, User
from guanxi.platform.access.services import set_password
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.services import current_workspace

GOOD_FOR = {
    AccessLink.Purpose.INVITE: dt.timedelta(days=7),
    AccessLink.Purpose.RESET: dt.timedelta(hours=24),
}


class LinkNotValid(DomainError):
    """The same whether it never was, was used, was revoked, or is too old."""

    status, code = 404, "link_not_valid"

    def __init__(self) -> None:
        super().__init__(_("This link is not valid any more. Ask for another one."))


@dataclass(frozen=True)
class NewLink:
    """A link as it is shown once."""

    link: AccessLink
    url: str
    mailed: bool


def make_link(user: User) -> NewLink:
    """Make the one living link of a user, which ends any before it; mail it if we can."""
    end_links(user)
    purpose = AccessLink.Purpose.RESET if user.has_usable_password() else AccessLink.Purpose.INVITE
    key = secrets.token_urlsafe(32)
    link = AccessLink(
        user=user,
        purpose=purpose,
        digest=_digest(key),
        expires_at=timezone.now() + GOOD_FOR[purpose],
    )
    link.save(force_insert=True)
    url = f"{settings.URL}/welcome#{key}"
    return NewLink(link, url, mailed=can_mail() and bool(user.email) and _mail(user, url))


def can_mail() -> bool:
    """Whether a mail server is configured."""
    return bool(settings.EMAIL_HOST)


def end_links(user: User) -> int:
    """End the user's living links; returns how many there were."""
    return user.links.filter(ended_at=None).update(ended_at=timezone.now())


def link_of_key(key: str, *, lock: bool = False) -> AccessLink:
    """The living link of a key, with its user. Raises LinkNotValid."""
    links = AccessLink.objects.select_related("user").filter(
        digest=_digest(key),
        ended_at=None,
        expires_at__gt=timezone.now(),
        user__is_active=True,
        user__deleted_at=None,
    )
    found = (links.select_for_update(of=("self",)) if lock else links).first()
    if found is None:
        raise LinkNotValid
    return found


def use_link(*, key: str, password: str) -> User:
    """Give the link's user this password; the link opens nothing afterwards.

    Of two at once, the second waits for the first and is refused. Raises LinkNotValid, or
    ValidationError naming the password, which leaves the link as it was.
    """
    user = link_of_key(key, lock=True).user
    set_password(user=user, password=password)
    end_links(user)
    return user


def _mail(user: User, url: str) -> bool:
    """Send the link; tells whether the mail server took it."""
    workspace = current_workspace()
    firm, language = (workspace.name, workspace.language) if workspace else ("", None)
    with translation.override(user.language or language):
        subject = _("Your access to %(firm)s") % {"firm": firm}
        text = _("Hello %(name)s,\n\nchoose your password here:\n%(url)s\n\nThe link works once.")
        text %= {"name": user.full_name, "url": url}
    try:
        return bool(send_mail(subject, text, None, [user.email]))
    except OSError:  # the server is away or refuses: the link is shown anyway
        return False


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
