"""Identity providers over HTTP: for administrators who signed in, not for tokens."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.access.models import IdentityProvider
from guanxi.platform.access.sso import providers
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.schemas import Strict
from guanxi.platform.workspaces.models import Workspace

router = Router(tags=["provider"])
Domain = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z0-9-]{2,}$")
]
Passwords = Literal["everybody", "administrators"]


class RoleByValue(Strict):
    """Whoever has this value in the claim gets this role."""

    value: Text = Field(min_length=1, max_length=200)
    role: UUID


class ProviderChange(Strict):
    name: Text | None = Field(None, min_length=1, max_length=100)
    issuer: Text | None = Field(None, min_length=1, max_length=500)
    client_id: Text | None = Field(None, min_length=1, max_length=500)
    secret: Text | None = Field(None, min_length=1, max_length=1000)
    domains: list[Domain] | None = Field(None, min_length=1, max_length=100)
    role: UUID | None = Field(
        None, description="Of people it knows and we do not; null: they are refused."
    )
    claim: Text | None = Field(None, max_length=100)
    roles: list[RoleByValue] | None = Field(None, max_length=100)
    proves_factor: bool | None = None
    is_active: bool | None = None


class ProviderIn(ProviderChange):
    id: UUID | None = Field(None, description="Chosen beforehand, to know the redirect address.")
    name: Text = Field(min_length=1, max_length=100)
    issuer: Text = Field(min_length=1, max_length=500)
    client_id: Text = Field(min_length=1, max_length=500)
    secret: Text = Field(min_length=1, max_length=1000)
    domains: list[Domain] = Field(min_length=1, max_length=100)


class RoleByValueOut(Schema):
    value: str
    role: UUID


class ProviderOut(Schema):
    """Without its secret, which nobody is shown again."""

    id: UUID
    name: str
    issuer: str
    client_id: str
    domains: list[str]
    role: UUID | None
    claim: str
    roles: list[RoleByValueOut]
    proves_factor: bool
    is_active: bool
    redirect_address: str = Field(description="To be registered with the provider.")
    created_at: dt.datetime


class ProvidersOut(Schema):
    items: list[ProviderOut]
    passwords_for: Passwords
    redirect_address: str = Field(description='With "{id}" for the id of a provider.')


class PasswordsIn(Strict):
    passwords_for: Passwords


class TestedOut(Schema):
    fault: str | None = Field(description="What keeps people from signing in, in words.")


def _redirect_address(pk: object) -> str:
    return f"{settings.URL}/sso/{pk}/back"


def _describe(provider: IdentityProvider) -> dict[str, Any]:
    plain = ("id", "name", "issuer", "client_id", "domains", "claim", "roles", "proves_factor",
             "is_active", "created_at")  # fmt: skip
    return {
        **{name: getattr(provider, name) for name in plain},
        "role": provider.role_id,
        "redirect_address": _redirect_address(provider.pk),
    }


def _values(body: ProviderChange) -> dict[str, Any]:
    """What is given; null is a value for the role alone."""
    sent = body.model_dump(exclude_unset=True)
    values = {k: v for k, v in sent.items() if v is not None or k == "role"}
    if "roles" in values:
        values["roles"] = [{"value": r["value"], "role": str(r["role"])} for r in values["roles"]]
    return values


@router.get("", response=ProvidersOut, operation_id="list_providers", summary="Identity providers")
def list_providers(request: Request) -> dict[str, Any]:
    require_administrator(request)
    return {
        "items": [_describe(p) for p in IdentityProvider.objects.order_by("name", "pk")],
        "passwords_for": Workspace.objects.values_list("passwords_for", flat=True).first(),
        "redirect_address": _redirect_address("{id}"),
    }


@router.post(
    "",
    response={201: ProviderOut},
    operation_id="add_provider",
    summary="Let people sign in by another system (OpenID Connect)",
)
def add_provider(request: Request, body: ProviderIn) -> Status[dict[str, Any]]:
    require_administrator(request)
    added = providers.add_provider(asker=request.asker, values=_values(body))
    return Status(201, _describe(added))


@router.put(
    "/passwords",
    response=PasswordsIn,
    operation_id="set_passwords_for",
    summary="Say who may sign in without a provider",
)
def set_passwords_for(request: Request, body: PasswordsIn) -> dict[str, Any]:
    """Administrators always may."""
    require_administrator(request)
    providers.set_passwords_for(asker=request.asker, whom=body.passwords_for)
    return {"passwords_for": body.passwords_for}


@router.patch(
    "/{uuid:pk}", response=ProviderOut, operation_id="change_provider", summary="Change a provider"
)
def change_provider(request: Request, pk: UUID, body: ProviderChange) -> dict[str, Any]:
    """The secret stays what it was unless another is given."""
    require_administrator(request)
    return _describe(providers.change_provider(asker=request.asker, pk=pk, values=_values(body)))


@router.delete(
    "/{uuid:pk}",
    response={204: None},
    operation_id="remove_provider",
    summary="Remove a provider",
)
def remove_provider(request: Request, pk: UUID) -> Status[None]:
    require_administrator(request)
    providers.remove_provider(asker=request.asker, pk=pk)
    return Status(204, None)


@router.post(
    "/{uuid:pk}/test",
    response=TestedOut,
    operation_id="test_provider",
    summary="Ask a provider what it says of itself",
)
def test_provider(request: Request, pk: UUID) -> dict[str, Any]:
    require_administrator(request)
    providers.require_trusted(request.asker)
    provider = IdentityProvider.objects.filter(pk=pk).first()
    if provider is None:
        raise NotFound
    return {"fault": providers.fault_of_provider(provider)}
