"""First set-up, and what administrators do with users."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.platform.access.grants import BUILT_IN_ROLES
from guanxi.platform.access.models import Role, User
from guanxi.platform.events.telling import tell_of
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.services import found_workspace


class SetupTokenWrong(DomainError):
    status, code = 403, "setup_token_wrong"


class AlreadySetUp(DomainError):
    status, code = 409, "already_set_up"


def setup_token() -> str:
    """The secret of the one-time set-up link: valid until the workspace is set up."""
    return hmac.new(settings.SECRET_KEY.encode(), b"guanxi.setup", sha256).hexdigest()[:40]


def setup_link() -> str | None:
    """The address that sets this workspace up; None once that is done."""
    return None if Workspace.objects.exists() else f"{settings.URL}/setup?token={setup_token()}"


def ensure_roles() -> dict[str, Role]:
    """The built-in roles, made and named where they are not; a firm's changes to them are kept."""
    Role.objects.bulk_create(
        [Role(name=name, grants=grants) for name, grants in BUILT_IN_ROLES.items()],
        ignore_conflicts=True,
    )
    roles = {role.name: role for role in Role.objects.all()}
    for name, label in role_labels():
        if not roles[name].label:
            roles[name].label = label
    Role.objects.bulk_update(roles.values(), ["label"])
    return roles


def add_user(*, username: str, full_name: str, role: str, password: str, **details: Any) -> User:
    """Create a user who signs in with a password. Raises ValidationError naming the field."""
    user = User(username=username, full_name=full_name, role=Role.objects.get(name=role), **details)
    user.set_password(password)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.clean_fields(exclude=["role", "team", "password"])
    user.clean()
    user.validate_constraints()
    user.save(force_insert=True)
    return user


@transaction.atomic
def set_up(
    *,
    token: str,
    firm: str,
    language: str,
    time_zone: str,
    currency: str,
    week_start: int,
    full_name: str,
    username: str,
    password: str,
) -> User:
    """Found the workspace and its first administrator.

    Raises SetupTokenWrong, AlreadySetUp, or ValidationError naming the field.
    """
    if not hmac.compare_digest(token.encode(), setup_token().encode()):
        raise SetupTokenWrong(_("This set-up link is not valid. Use the one the server printed."))
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('guanxi.setup', 0))")
    if Workspace.objects.exists():
        raise AlreadySetUp(_("This workspace is set up already. Sign in instead."))
    found_workspace(
        firm=firm, language=language, time_zone=time_zone, currency=currency, week_start=week_start
    )
    with translation.override(language):
        ensure_roles()
    return add_user(
        username=username,
        full_name=full_name,
        role="administrator",
        password=password,
        language=language,
    )


def set_password(*, user: User, password: str) -> None:
    """Give a user a new password; their sessions end. Raises ValidationError."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    tell_of("password", user.pk)


def role_labels() -> Sequence[tuple[str, str]]:
    """Built-in roles with their translated names."""
    return [
        ("administrator", _("administrator")),
        ("manager", _("manager")),
        ("account_manager", _("account manager")),
        ("sales", _("sales")),
        ("marketer", _("marketer")),
        ("service", _("service agent")),
        ("analyst", _("analyst")),
        ("read_only", _("read-only")),
    ]
