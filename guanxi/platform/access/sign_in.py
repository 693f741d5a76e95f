"""Signing in: by password with a brake on guessing, by a provider's word, by session, by token.

Every request asks the database whether its user and token still hold; the user and role themselves
are read again only when that answer says that one of them was written since.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from copy import copy
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from guanxi.platform.access.braking import (
    Brake,
    count_failure,
    forgive,
    of_sign_in,
    refuse_if_braked,
)
from guanxi.platform.access.models import IdentityProvider, Token, User
from guanxi.platform.events.telling import NOBODY, tell
from guanxi.platform.fields.version import VERSION as FIELDS_VERSION
from guanxi.platform.http.address import client_address
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.services import current_workspace

HALF_WAY = dt.timedelta(minutes=10)  # between the password and the second factor
HALF_WAY_KEY, FACTOR_KEY, THROUGH_KEY = "half_way", "factor", "through"

# Whenever a row is written, its new version has another transaction or stands in another place.
USER_VERSION = """
select (u.xmin, u.ctid, r.xmin, r.ctid)::text{more}
from platform_user u join platform_role r on r.id = u.role_id
where u.id = {user} and u.is_active and u.deleted_at is null
"""
BY_ID = USER_VERSION.format(more=f", ({FIELDS_VERSION})", user="%s")
BY_DIGEST = f"""
select t.*, ({USER_VERSION.format(more="", user="t.user_id")}) as user_version,
    ({FIELDS_VERSION}) as fields_version
from platform_token t
where t.digest = %s and t.revoked_at is null and (t.expires_at is null or t.expires_at > %s)
"""  # noqa: S608  constants only


class WrongCredentials(DomainError):
    status, code = 401, "wrong_credentials"


class UseProvider(DomainError):
    """The firm lets nobody but administrators in by what we ask for ourselves."""

    status, code = 403, "use_provider"

    def __init__(self) -> None:
        names = IdentityProvider.objects.filter(is_active=True).values_list("name", flat=True)
        told = {"names": _(" or ").join(sorted(names))}
        super().__init__(_("Your firm wants you to sign in with %(names)s.") % told)


@dataclass(frozen=True)
class Through:
    """Which identity provider let somebody in, when, and where signing out goes on."""

    provider: str
    leave: str | None
    at: float
    proves_factor: bool


class PasswordBackend:
    """Finds the user of a name and password; takes as long for a name that does not exist."""

    def authenticate(
        self,
        request: Request | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: UUID | str) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(BY_ID, [user_id])
            row = cursor.fetchone()
        return _user(UUID(str(user_id)), *row) if row else None


@lru_cache(maxsize=1000)
def _user_at(pk: UUID, version: str) -> User:
    return User.objects.select_related("role").get(pk=pk)


def _user(pk: UUID, version: str, fields_version: str | None) -> User:
    """The user as they and their role are in the version named; the caller's own to change."""
    user = copy(_user_at(pk, version))
    user.fields_version = fields_version
    return user


def sign_in(request: Request, *, username: str, password: str) -> User | None:
    """Start a session; None if a second factor is still to be proved.

    Raises WrongCredentials, or TooManyAttempts with the seconds to wait.
    """
    brakes = of_sign_in(username, client_address(request))
    refuse_if_braked(brakes)
    user = PasswordBackend().authenticate(request, username=username, password=password)
    if user is None:
        count_failure(brakes)
        known = User.objects.filter(username__iexact=username, deleted_at=None).first()
        tell_refused(request, known, "password")
        raise WrongCredentials(_("The sign-in name or the password is wrong."))
    forgive(brakes[0])
    require_no_provider(user)
    return user if let_in(request, user) else None


def require_no_provider(user: User) -> None:
    """Raise UseProvider where only administrators may sign in without one."""
    workspace = current_workspace()
    everybody = workspace is None or workspace.passwords_for == Workspace.Passwords.EVERYBODY
    if not everybody and not user.role.grants.get("administer"):
        raise UseProvider


def let_in(request: Request, user: User, *, through: Through | None = None) -> bool:
    """Sign this browser in, or half-way where a second factor is due; tells whether it is in."""
    if user.factors.exists() and not (through and through.proves_factor):
        request.session.flush()
        request.session[HALF_WAY_KEY] = {
            "user": str(user.pk),
            "proof": user.get_session_auth_hash(),
            "until": (timezone.now() + HALF_WAY).timestamp(),
            "through": through and asdict(through),
        }
        return False
    begin_session(request, user, through)
    return True


def user_half_way(request: Request) -> User | None:
    """Who has come in here a moment ago, by password or provider, without a second factor yet."""
    kept = request.session.get(HALF_WAY_KEY)
    if not kept or not 0 < kept["until"] - timezone.now().timestamp() <= HALF_WAY.total_seconds():
        return None
    user = PasswordBackend().get_user(kept["user"])
    same = user and constant_time_compare(kept["proof"], user.get_session_auth_hash())
    return user if same else None


def prove(request: Request, user: User, check: Callable[[], None]) -> User:
    """Let the rest of a sign-in happen if `check` passes; its failures are counted.

    Raises what `check` raises, or TooManyAttempts.
    """
    brakes = [Brake(f"factor\0{user.pk}", 10)]
    refuse_if_braked(brakes)
    try:
        check()
    except DomainError:
        count_failure(brakes)
        tell_refused(request, user, "factor")
        raise
    forgive(brakes[0])
    through = request.session.pop(HALF_WAY_KEY, {}).get("through")
    begin_session(request, user, through and Through(**through))
    request.session[FACTOR_KEY] = True
    return user


def lacks_factor(request: Request) -> bool:
    """Whether the role asks for a second factor that this session has not proved."""
    if request.token is not None or not request.user.role.needs_second_factor:
        return False
    return not request.session.get(FACTOR_KEY)


def begin_session(request: Request, user: User, through: Through | None = None) -> None:
    """Sign this browser in as `user`, under a new key, noting which device it is."""
    request.session.flush()  # nothing of whoever was here, or was on the way, stays
    login(request, user, backend="guanxi.platform.access.sign_in.PasswordBackend")
    facts = {}
    if through is not None:
        request.session[THROUGH_KEY] = asdict(through)
        facts["provider"] = through.provider
        if through.proves_factor:
            request.session[FACTOR_KEY] = True
    request.session["address"] = client_address(request) or None
    agent = request.headers.get("User-Agent", "").replace("\0", "")
    request.session["user_agent"] = agent[:300]
    address = request.session["address"]
    facts |= {"address": address, "user_agent": agent[:300]}
    tell(request, "sign_in", user.pk, actor_id=user.pk, **facts)


def tell_refused(request: Request, known: User | None, what: str, **facts: str) -> None:
    """Whose name it was, if anybody's: what else was typed may be a password in the wrong place."""
    address = client_address(request) or None
    pk = known.pk if known else NOBODY
    tell(request, "sign_in_refused", pk, actor_id=None, what=what, address=address, **facts)


def user_of_session(request: Request) -> User | None:
    """The active user of the session; None if there is none or the password changed since."""
    user_id = request.session.get(SESSION_KEY)
    user = PasswordBackend().get_user(user_id) if user_id else None
    if user is None:
        return None
    proof = request.session.get(HASH_SESSION_KEY, "")
    return user if constant_time_compare(proof, user.get_session_auth_hash()) else None


def issue_token(*, user: User, name: str, scopes: list[str]) -> tuple[Token, str]:
    """Make a token; its key is shown this once and only its hash is kept."""
    key = f"gx_{secrets.token_urlsafe(32)}"
    token = Token(user=user, name=name, scopes=scopes, digest=_digest(key))
    token.save(force_insert=True)
    return token, key


def living_tokens() -> "QuerySet[Token]":
    """Tokens that were not revoked, have not expired, and whose user still works here."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Token.objects.filter(
        unexpired, revoked_at=None, user__is_active=True, user__deleted_at=None
    )


def user_of_token(key: str) -> Token | None:
    """The living token of a key, with its user; None if it is unknown, expired or revoked."""
    token: Any = next(iter(Token.objects.raw(BY_DIGEST, [_digest(key), timezone.now()])), None)
    if token is None or token.user_version is None:
        return None
    token.user = _user(token.user_id, token.user_version, token.fields_version)
    today = timezone.now().date()
    if token.last_used_on != today:
        Token.objects.filter(pk=token.pk).update(last_used_on=today)
    found: Token = token
    return found


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
