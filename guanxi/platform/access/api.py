"""Session, set-up, the asker's own settings, passwords and tokens."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core.cache import cache
from django.middleware.csrf import get_token
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field

from guanxi.platform.access import factors, services
from guanxi.platform.access.explain import explain
from guanxi.platform.access.middleware import (
    require_administrator,
    require_csrf,
    require_person,
    signed_in,
)
from guanxi.platform.access.models import IdentityProvider, Token, User
from guanxi.platform.access.people import person_to_change
from guanxi.platform.access.predicate import get_permitted
from guanxi.platform.access.sign_in import (
    THROUGH_KEY,
    issue_token,
    lacks_factor,
    sign_in,
    user_half_way,
)
from guanxi.platform.access.sso.views import problem_of
from guanxi.platform.events.telling import tell
from guanxi.platform.http.address import client_address
from guanxi.platform.http.languages import FROM_CLIENT, TO_CLIENT, Language
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotAllowed, NotFound
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.registry import is_declared, object_asked_for
from guanxi.platform.objects.schemas import LinkOut, Strict
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.services import current_workspace

router = Router(tags=["session"])
open_router = Router(tags=["session"], auth=None)


def describe_user(user: User) -> dict[str, Any]:
    labels = dict(services.role_labels())
    return {
        "id": str(user.pk),
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "language": TO_CLIENT.get(user.language),
        "theme": user.theme,
        "density": user.density,
        "time_zone": user.time_zone,
        "role": {
            "name": user.role.name,
            "label": user.role.label or labels.get(user.role.name, user.role.name),
        },
        "team": {"id": str(user.team.pk), "label": user.team.name} if user.team else None,
        "administer": bool(user.role.grants.get("administer")),
        "preferences": user.preferences,
    }


def _on_loopback(request: Request) -> bool:
    return client_address(request) in ("127.0.0.1", "::1", "")


def describe_session(request: Request, user: User | None) -> dict[str, Any]:
    get_token(request)
    workspace = current_workspace()
    half_way = None if user else user_half_way(request)
    session: dict[str, Any] = {
        "user": describe_user(user) if user else None,
        "workspace": workspace
        and {
            "name": workspace.name,
            "language": TO_CLIENT[workspace.language],
            "time_zone": workspace.time_zone,
            "currency": workspace.currency,
            "week_start": workspace.week_start,
            "is_demo": workspace.is_demo,
        },
        "languages": list(FROM_CLIENT),
        "setup_needed": workspace is None,
        "version": settings.VERSION,
        "add_factor": user is not None and lacks_factor(request),
        "prove": factors.kinds_of(half_way) if half_way else [],
    }
    if user is None:
        active = IdentityProvider.objects.filter(is_active=True).order_by("name")
        named = active.values_list("pk", "name")
        session["providers"] = [{"id": str(pk), "name": name} for pk, name in named]
        session["problem"] = problem_of(request)
    if user is None and workspace and workspace.is_demo and _on_loopback(request):
        labels = dict(services.role_labels())
        people = (
            User.objects.filter(is_active=True, deleted_at=None)
            .select_related("role")
            .order_by("created_at")[:12]
        )
        session["demo_users"] = [
            {
                "username": u.username,
                "full_name": u.full_name,
                "role_label": labels.get(u.role.name, u.role.name),
                "password": settings.DEMO_PASSWORD,
            }
            for u in people
        ]
    return session


class Credentials(Strict):
    username: Text = Field(max_length=100)
    password: str = Field(max_length=1000)


class SetupIn(Strict):
    token: str = Field(max_length=100)
    firm: Text = Field(min_length=1, max_length=200)
    language: Language
    time_zone: str = Field(max_length=64)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    week_start: Literal[1, 7] = 1
    full_name: Text = Field(min_length=1, max_length=150)
    username: Text = Field(min_length=1, max_length=100)
    password: str = Field(max_length=1000)


class OwnSettings(Strict):
    language: Language | None = None
    theme: Literal["system", "light", "dark"] | None = None
    density: Literal["comfortable", "compact"] | None = None
    time_zone: str | None = Field(None, max_length=64)
    preferences: JsonMap | None = None


@open_router.get("/session", response=dict[str, Any], summary="Who is signed in, and where")
def read_session(request: Request) -> dict[str, Any]:
    return describe_session(request, request.user)


@open_router.post("/session", response=dict[str, Any], summary="Sign in")
def start_session(request: Request, body: Credentials) -> dict[str, Any]:
    """Where a second factor is due, the user is null and `prove` names what there is."""
    require_csrf(request)
    user = sign_in(request, username=body.username, password=body.password)
    request.user = user  # type: ignore[assignment]
    return describe_session(request, user)


class SignedOut(Schema):
    go_on: str | None = Field(
        description="Where an identity provider signs people out that let this one in."
    )


@open_router.delete("/session", response=SignedOut, auth=signed_in, summary="Sign out")
def end_session(request: Request) -> dict[str, Any]:
    tell(request, "sign_out", request.user.pk, actor_id=request.user.pk)
    through = request.session.get(THROUGH_KEY) or {}
    request.session.flush()
    return {"go_on": through.get("leave")}


@open_router.post("/setup", response=dict[str, Any], summary="Set up an empty workspace")
def set_up(request: Request, body: SetupIn) -> dict[str, Any]:
    values = body.model_dump()
    values["language"] = FROM_CLIENT[values["language"]]
    services.set_up(**values)
    return describe_session(
        request, sign_in(request, username=body.username, password=body.password)
    )


@router.patch("/session/user", response=dict[str, Any], summary="Change my own settings")
def change_own_settings(request: Request, body: OwnSettings) -> dict[str, Any]:
    require_person(request)
    user = User.objects.select_related("role", "team").get(pk=request.user.pk)
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    if "language" in values:
        values["language"] = FROM_CLIENT[values["language"]]
        translation.activate(values["language"])
    for name, value in values.items():
        setattr(user, name, value)
    user.clean()
    if values:
        user.save(update_fields=list(values))
    return describe_user(user)


class PasswordIn(Strict):
    password: str = Field(max_length=1000)
    current: str | None = Field(None, max_length=1000)


@router.post("/users/{uuid:pk}/password", response={204: None}, summary="Set a password")
def set_password(request: Request, pk: UUID, body: PasswordIn) -> Status[None]:
    require_person(request)
    own = pk == request.user.pk
    if not own:
        require_administrator(request)
    user = request.user if own else person_to_change(request.asker, pk)
    if own and not user.check_password(body.current or ""):
        raise NotAllowed(_("The current password is wrong."), field="current")
    services.set_password(user=user, password=body.password)
    if own and request.token is None:
        update_session_auth_hash(request, user)
    return Status(204, None)


class WorkspaceIn(Strict):
    name: Text | None = Field(None, min_length=1, max_length=200)
    language: Language | None = None
    week_start: Literal[1, 7] | None = None


@router.patch("/workspace", response=dict[str, Any], summary="Change the workspace's settings")
def change_workspace(request: Request, body: WorkspaceIn) -> dict[str, Any]:
    require_administrator(request)
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    if "language" in values:
        values["language"] = FROM_CLIENT[values["language"]]
    if values:
        Workspace.objects.update(**values)
    cache.delete("workspace")
    return describe_session(request, request.user)


def _known_scope(scope: str) -> str:
    """ "read", "write", or either of them for one object: "customer:read"."""
    name, _colon, kind = scope.rpartition(":")
    if kind not in ("read", "write") or (name and not is_declared(name)):
        raise ValueError(_('"%(name)s" is no scope.') % {"name": scope[:60]})
    return scope


class TokenIn(Strict):
    name: Text = Field(min_length=1, max_length=100)
    scopes: list[Annotated[str, AfterValidator(_known_scope)]] = Field(min_length=1, max_length=100)


class OwnTokenOut(Schema):
    id: str
    name: str
    scopes: list[str]
    user: LinkOut


@router.get("/session/token", response=OwnTokenOut, summary="The token that this request brings")
def read_own_token(request: Request) -> dict[str, Any]:
    """For programs: whether their token lives, whose it is and what it opens."""
    if request.token is None:
        raise NotFound(_("There is no such token."))
    return {
        "id": str(request.token.pk),
        "name": request.token.name,
        "scopes": request.token.scopes,
        "user": {"id": str(request.user.pk), "label": request.user.full_name},
    }


@router.get("/tokens", response=dict[str, Any], summary="My tokens")
def list_tokens(request: Request) -> dict[str, Any]:
    require_person(request)
    tokens = Token.objects.filter(user=request.user, revoked_at=None).order_by("-created_at")
    return {
        "items": [
            {
                "id": str(t.pk),
                "name": t.name,
                "scopes": t.scopes,
                "created_at": t.created_at.isoformat(),
                "last_used_on": t.last_used_on and t.last_used_on.isoformat(),
            }
            for t in tokens
        ]
    }


@router.post(
    "/tokens", response={201: dict[str, Any]}, summary="Make a token; its key is shown once"
)
def create_token(request: Request, body: TokenIn) -> Status[dict[str, Any]]:
    require_person(request)
    token, key = issue_token(user=request.user, name=body.name, scopes=body.scopes)
    made = {"id": str(token.pk), "name": token.name, "scopes": token.scopes, "key": key}
    return Status(201, made)


@router.delete("/tokens/{uuid:pk}", response={204: None}, summary="Revoke a token")
def revoke_token(request: Request, pk: UUID) -> Status[None]:
    require_person(request)
    revoked = Token.objects.filter(pk=pk, user=request.user, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise NotFound(_("There is no such token."))
    return Status(204, None)


class GroundOut(Schema):
    """One way in which the role lets people see such records."""

    code: Literal["all", "owner", "team", "unowned", "territory", "shared", "linked"]
    holds: bool = Field(description="Whether it holds for this person and this record.")
    link: str | None = Field(description="The field with the record it depends on.")


class AccessOut(Schema):
    """They see the record if any ground holds; no grounds: their role sees no such record."""

    user: LinkOut
    role: str
    team: str | None
    verbs: list[Literal["read", "change", "delete"]]
    scope: Literal["own", "territory", "team", "all"] | None
    grounds: list[GroundOut]
    hidden_fields: list[str]


@router.get(
    "/access/{object}/{uuid:pk}",
    response=AccessOut,
    summary="Why somebody may or may not see a record",
)
def read_access(request: Request, object: str, pk: UUID, user: UUID) -> dict[str, Any]:
    """Administrators ask about anybody, everybody else about themselves."""
    require_person(request)
    if user != request.user.pk and not request.asker.grants.administer:
        raise NotAllowed(_("Only an administrator may do this."))
    declared = object_asked_for(object)
    record = get_permitted(request.asker, declared.model, pk)
    person = get_permitted(request.asker, User, user)
    found = explain(person, declared, record)
    described = describe_user(person)
    return {
        "user": {"id": str(person.pk), "label": person.full_name},
        "role": described["role"]["label"],
        "team": person.team and person.team.name,
        **asdict(found),
    }
