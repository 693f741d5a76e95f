"""Second factors: proving one while signing in, adding and removing one's own."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access import factors
from guanxi.platform.access.api import describe_session
from guanxi.platform.access.braking import Brake, count_failure, refuse_if_braked
from guanxi.platform.access.middleware import (
    require_administrator,
    require_csrf,
    require_person,
)
from guanxi.platform.access.models import Factor
from guanxi.platform.access.people import person_to_change
from guanxi.platform.access.sign_in import (
    FACTOR_KEY,
    HALF_WAY,
    THROUGH_KEY,
    WrongCredentials,
    prove,
    require_no_provider,
    user_half_way,
)
from guanxi.platform.http.address import client_address
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["session"])
open_router = Router(tags=["session"], auth=None)

STATE, SECRET = "passkey_state", "totp_secret"


class FactorOut(Schema):
    id: UUID
    kind: Literal["totp", "passkey"]
    name: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None


class FactorsOut(Schema):
    items: list[FactorOut]
    recovery_codes: int = Field(description="How many are left.")
    needed: bool = Field(description="Whether the role asks for one.")
    password: bool = Field(
        description="Whether changes take the password; else a sign-in of the last ten minutes."
    )


class CodeIn(Strict):
    code: str = Field(max_length=50)


class PasswordIn(Strict):
    password: str = Field("", max_length=1000)


class TotpOut(Schema):
    secret: str
    qr: str = Field(description="A picture of it, as the address of an SVG.")


class CodesOut(Schema):
    codes: list[str]


class PasskeyIn(Strict):
    answer: JsonMap


class NewPasskeyIn(PasskeyIn):
    name: Text = Field(min_length=1, max_length=100)


# ------------------------------------------------------------------ signing in


@open_router.post("/session/code", response=dict[str, Any], summary="Sign in: the second factor")
def prove_code(request: Request, body: CodeIn) -> dict[str, Any]:
    """A code of the authenticator app, or a recovery code."""
    require_csrf(request)
    user = user_half_way(request)
    if user is None:
        raise WrongCredentials(_("Begin again with your sign-in name and password."))
    request.user = prove(request, user, lambda: factors.check_code(user, body.code))
    return describe_session(request, request.user)


@open_router.get("/session/passkey", response=JsonMap, summary="Sign in: what a passkey is asked")
def ask_passkey(request: Request) -> dict[str, Any]:
    options, request.session[STATE] = factors.begin_sign_in(user_half_way(request))
    return options


@open_router.post("/session/passkey", response=dict[str, Any], summary="Sign in by a passkey")
def prove_passkey(request: Request, body: PasskeyIn) -> dict[str, Any]:
    """After the password, or alone: it has seen to it that its holder is here."""
    require_csrf(request)
    brakes = [Brake(f"passkey\0{client_address(request)}", 60)]
    refuse_if_braked(brakes)
    half_way = user_half_way(request)
    try:
        user = factors.check_passkey(
            state=request.session.pop(STATE, None), answer=body.answer, user=half_way
        )
    except factors.PasskeyRefused:
        count_failure(brakes)
        raise
    if half_way is None:
        require_no_provider(user)
    request.user = prove(request, user, lambda: None)
    return describe_session(request, request.user)


# ------------------------------------------------------------------ one's own


def _require_self(request: Request, password: str | None = None) -> None:
    """Refuse a token, a session that has not proved the factors there are, a wrong password.

    Whoever has none, as a provider signs them in, has just come from there. Raises NotAllowed or
    TooManyAttempts.
    """
    require_person(request)
    if request.user.factors.exists() and not request.session.get(FACTOR_KEY):
        raise NotAllowed(_("Sign in again with your second factor to do this."))
    if password is None:
        return
    if not request.user.has_usable_password():
        through = request.session.get(THROUGH_KEY) or {"at": 0}
        if timezone.now().timestamp() - through["at"] > HALF_WAY.total_seconds():
            raise NotAllowed(_("Sign out and in again, and do this within ten minutes."))
    else:
        brakes = [Brake(f"own\0{request.user.pk}", 10)]
        refuse_if_braked(brakes)
        if not request.user.check_password(password):
            count_failure(brakes)
            raise NotAllowed(_("The current password is wrong."), field="password")


@router.get("/factors", response=FactorsOut, summary="My second factors")
def list_factors(request: Request) -> dict[str, Any]:
    require_person(request)
    return {
        "items": list(request.user.factors.order_by("created_at")),
        "recovery_codes": request.user.recovery_codes.count(),
        "needed": request.user.role.needs_second_factor,
        "password": request.user.has_usable_password(),
    }


@router.post("/factors/totp", response=TotpOut, summary="Begin to add an authenticator app")
def begin_totp(request: Request, body: PasswordIn) -> dict[str, str]:
    _require_self(request, body.password)
    made = factors.new_totp(request.user)
    request.session[SECRET] = made["secret"]
    return made


@router.post("/factors/totp/confirm", response=CodesOut, summary="Add the app, by a code it shows")
def confirm_totp(request: Request, body: CodeIn) -> dict[str, list[str]]:
    """Answers with recovery codes, shown this once. The app before, if any, is replaced."""
    _require_self(request)
    secret = request.session.get(SECRET)
    if secret is None:
        raise factors.WrongCode
    codes = factors.add_totp(user=request.user, secret=secret, code=body.code.strip())
    del request.session[SECRET]
    request.session[FACTOR_KEY] = True
    return {"codes": codes}


@router.post("/factors/passkey", response=JsonMap, summary="Begin to add a passkey")
def begin_passkey(request: Request, body: PasswordIn) -> dict[str, Any]:
    _require_self(request, body.password)
    options, request.session[STATE] = factors.begin_passkey(request.user)
    return options


@router.post("/factors/passkey/confirm", response={204: None}, summary="Add the passkey")
def confirm_passkey(request: Request, body: NewPasskeyIn) -> Status[None]:
    _require_self(request)
    state = request.session.pop(STATE, None)
    factors.add_passkey(user=request.user, name=body.name, state=state, answer=body.answer)
    request.session[FACTOR_KEY] = True
    return Status(204, None)


@router.post("/factors/codes", response=CodesOut, summary="New recovery codes, shown this once")
def new_codes(request: Request, body: PasswordIn) -> dict[str, list[str]]:
    _require_self(request, body.password)
    if not request.user.factors.filter(kind=Factor.Kind.TOTP).exists():
        raise NotAllowed(_("Recovery codes stand in for an authenticator app: add one first."))
    return {"codes": factors.new_recovery_codes(request.user)}


@router.post("/factors/{uuid:pk}/remove", response={204: None}, summary="Remove a second factor")
def remove(request: Request, pk: UUID, body: PasswordIn) -> Status[None]:
    _require_self(request, body.password)
    factors.remove_factor(user=request.user, pk=pk)
    return Status(204, None)


@router.delete(
    "/people/{uuid:pk}/factors",
    response={204: None},
    summary="Remove the second factors of somebody who lost them",
)
def remove_all_of(request: Request, pk: UUID) -> Status[None]:
    require_administrator(request)
    factors.remove_all(person_to_change(request.asker, pk))
    return Status(204, None)
