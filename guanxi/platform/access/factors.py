"""Second factors: an authenticator app with recovery codes, and passkeys.

A passkey that verified its holder (finger, face, PIN) is two factors in one and signs in alone.
"""

import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from pyotp.utils import strings_equal

from guanxi.platform.access.models import Factor, RecoveryCode, User
from guanxi.platform.objects.errors import DomainError, NotFound
from guanxi.platform.workspaces.sealing import seal, unseal

STEP = 30  # seconds a code is shown
SKEW = 1  # steps that clocks may differ
RECOVERY_CODES = 10
SEALED_FOR = "totp"
RESIDENT, VERIFIED = ResidentKeyRequirement.REQUIRED, UserVerificationRequirement.REQUIRED


class WrongCode(DomainError):
    status, code = 401, "wrong_code"

    def __init__(self) -> None:
        super().__init__(_("This code is wrong or was used already."), field="code")


class PasskeyRefused(DomainError):
    status, code = 401, "passkey_refused"

    def __init__(self) -> None:
        super().__init__(_("This passkey was not accepted."))


def kinds_of(user: User) -> list[str]:
    """The kinds of factor a user has to choose from."""
    return sorted(set(user.factors.values_list("kind", flat=True)))


# ------------------------------------------------------------------ authenticator app


def new_totp(user: User) -> dict[str, str]:
    """A secret to be put into an authenticator app, as text and as a QR code."""
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="Guanxi")
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=4)
    return {"secret": secret, "qr": picture}


@transaction.atomic
def add_totp(*, user: User, secret: str, code: str) -> list[str]:
    """Keep the app, once it shows a right code; returns new recovery codes. Raises WrongCode."""
    step = _step_of(secret, code, after=0)
    if step is None:
        raise WrongCode
    user.factors.filter(kind=Factor.Kind.TOTP).delete()
    Factor.objects.create(
        user=user, kind=Factor.Kind.TOTP, name="", counter=step,
        secret=seal(secret, purpose=SEALED_FOR),
    )  # fmt: skip
    return new_recovery_codes(user)


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Codes for the day the app is lost; those before open nothing any more."""
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _n in range(RECOVERY_CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(c)) for c in codes])
    return codes


def check_code(user: User, code: str) -> None:
    """Take a code of the app, or a recovery code, which is then spent. Raises WrongCode."""
    code = code.strip().replace(" ", "").lower()
    app = user.factors.filter(kind=Factor.Kind.TOTP).first()
    if app is None:
        raise WrongCode
    step = _step_of(unseal(bytes(app.secret), purpose=SEALED_FOR), code, after=app.counter)
    if step is not None and _advance(app, step):
        return
    if not user.recovery_codes.filter(digest=_digest(code)).delete()[0]:
        raise WrongCode


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The time step that the code is of; None if it is of none that is still to come."""
    totp, now = pyotp.TOTP(secret, interval=STEP), int(timezone.now().timestamp()) // STEP
    steps = range(now - SKEW, now + SKEW + 1)
    right = [s for s in steps if strings_equal(totp.generate_otp(s), code)]
    return next((s for s in right if s > after), None)


def _advance(factor: Factor, counter: int) -> bool:
    """Note a use; of two with the same counter, one is refused."""
    before = Factor.objects.filter(pk=factor.pk, counter__lt=counter)
    return bool(before.update(counter=counter, last_used_at=timezone.now()))


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


# ------------------------------------------------------------------ passkeys


def _server() -> Fido2Server:
    host = urlsplit(settings.URL).hostname or "localhost"
    party = PublicKeyCredentialRpEntity(id=host, name="Guanxi")
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.URL)


def begin_passkey(user: User) -> tuple[dict[str, Any], Any]:
    """What the browser needs to make a passkey, and what is to be kept until it has."""
    me = PublicKeyCredentialUserEntity(
        id=user.pk.bytes, name=user.username, display_name=user.full_name
    )
    known = [AttestedCredentialData(bytes(k.secret)) for k in _passkeys(user)]
    options, state = _server().register_begin(
        me, known, resident_key_requirement=RESIDENT, user_verification=VERIFIED
    )
    return dict(options), state


@transaction.atomic
def add_passkey(*, user: User, name: str, state: Any, answer: dict[str, Any]) -> None:
    """Keep a passkey the browser made. Raises PasskeyRefused."""
    try:
        made = _server().register_complete(state, RegistrationResponse.from_dict(answer))
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    data = made.credential_data
    if data is None or Factor.objects.filter(credential_id=data.credential_id).exists():
        raise PasskeyRefused
    Factor.objects.create(
        user=user, kind=Factor.Kind.PASSKEY, name=name, counter=made.counter,
        secret=bytes(data), credential_id=data.credential_id,
    )  # fmt: skip


def begin_sign_in(user: User | None) -> tuple[dict[str, Any], Any]:
    """What the browser needs to prove a passkey: one of `user`, or whichever somebody chooses."""
    known = [AttestedCredentialData(bytes(k.secret)) for k in _passkeys(user)] if user else None
    options, state = _server().authenticate_begin(known, user_verification=VERIFIED)
    return dict(options), state


def check_passkey(*, state: Any, answer: dict[str, Any], user: User | None = None) -> User:
    """Whose passkey answered; of `user` alone if given. Raises PasskeyRefused."""
    try:
        response = AuthenticationResponse.from_dict(answer)
        key: Factor = _passkeys(user).get(credential_id=response.raw_id)
        known = [AttestedCredentialData(bytes(key.secret))]
        _server().authenticate_complete(state, known, response)
    except (Factor.DoesNotExist, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error
    count = response.response.authenticator_data.counter
    # Many passkeys do not count at all; one that does never counts back, unless it was copied.
    if (count or key.counter) and not _advance(key, count):
        raise PasskeyRefused
    Factor.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    return key.user


def _passkeys(user: User | None) -> "QuerySet[Factor]":
    of_user = Q() if user is None else Q(user=user)
    living = Q(user__is_active=True, user__deleted_at=None, kind=Factor.Kind.PASSKEY)
    return Factor.objects.select_related("user__role").filter(of_user, living)


# ------------------------------------------------------------------ both


@transaction.atomic
def remove_factor(*, user: User, pk: UUID) -> None:
    """Raises NotFound. Recovery codes go with the app."""
    factor = user.factors.filter(pk=pk).first()
    if factor is None:
        raise NotFound
    factor.delete()
    if factor.kind == Factor.Kind.TOTP:
        user.recovery_codes.all().delete()


@transaction.atomic
def remove_all(user: User) -> int:
    """For somebody who lost them all; returns how many there were."""
    user.recovery_codes.all().delete()
    return user.factors.all().delete()[0]
