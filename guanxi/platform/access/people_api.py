"""People of the firm as administrators see them, and the one-time links that let them in."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.db.models import Model
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access import links, people
from guanxi.platform.access.middleware import require_administrator, require_csrf
from guanxi.platform.access.models import User
from guanxi.platform.access.sso import providers
from guanxi.platform.http.languages import FROM_CLIENT, TO_CLIENT, Language
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.schemas import JobOut, Strict

router = Router(tags=["people"])
open_router = Router(tags=["people"], auth=None)


class NamedOut(Schema):
    id: UUID
    label: str


class PersonOut(Schema):
    id: UUID
    username: str
    full_name: str
    email: str
    role: NamedOut
    team: NamedOut | None
    language: Language | None
    status: Literal["active", "invited", "inactive"]
    last_seen_at: dt.datetime | None
    link_until: dt.datetime | None = Field(description="Until when a one-time link is open.")
    is_linked: bool = Field(description="Whether an identity provider signs them in.")


class PeopleOut(Schema):
    items: list[PersonOut]
    mail: bool = Field(description="Whether links are sent by mail too.")


class NewLinkOut(Schema):
    """A one-time link: shown now and never again."""

    url: str
    expires_at: dt.datetime
    mailed: bool


class InvitedOut(Schema):
    person: PersonOut
    link: NewLinkOut


class PersonChange(Strict):
    full_name: Text | None = Field(None, min_length=1, max_length=150)
    email: Text | None = Field(None, max_length=254)
    role: UUID | None = None
    team: UUID | None = None
    language: Language | None = None


class PersonIn(PersonChange):
    username: Text = Field(min_length=1, max_length=100)
    full_name: Text = Field(min_length=1, max_length=150)
    role: UUID


class LeavingIn(Strict):
    hand_to: UUID | None = None


class WorkOut(Schema):
    """How many records of one object somebody would leave behind."""

    object: str
    count: int


class LeftOut(Schema):
    job: JobOut | None


def _named(record: Model | None, label: str) -> dict[str, Any] | None:
    return {"id": record.pk, "label": label} if record else None


def _describe(person: Any) -> dict[str, Any]:
    status = "inactive" if not person.is_active else "invited" if person.is_invited else "active"
    return {
        "id": person.pk,
        "username": person.username,
        "full_name": person.full_name,
        "email": person.email,
        "role": _named(person.role, person.role.label or person.role.name),
        "team": _named(person.team, person.team.name if person.team else ""),
        "language": TO_CLIENT.get(person.language),
        "status": status,
        "last_seen_at": person.last_seen_at,
        "link_until": person.link_until,
        "is_linked": person.is_linked,
    }


def _person(pk: UUID) -> dict[str, Any]:
    return _describe(people.everybody().get(pk=pk))


def _shown_once(made: links.NewLink) -> dict[str, Any]:
    return {"url": made.url, "expires_at": made.link.expires_at, "mailed": made.mailed}


def _values(body: PersonChange) -> dict[str, Any]:
    """What is given, in the words of the model; null is a value for the team and language alone."""
    values = body.model_dump(exclude_unset=True)
    if "language" in values:
        values["language"] = FROM_CLIENT.get(values["language"], "")
    return {n: v for n, v in values.items() if v is not None or n == "team"}


@router.get("/people", response=PeopleOut, summary="Everybody who may sign in")
def list_people(request: Request) -> dict[str, Any]:
    require_administrator(request)
    return {"items": [_describe(p) for p in people.everybody()], "mail": links.can_mail()}


@router.post("/people", response={201: InvitedOut}, summary="Invite somebody by a one-time link")
def invite(request: Request, body: PersonIn) -> Status[dict[str, Any]]:
    require_administrator(request)
    person, made = people.invite_person(asker=request.asker, values=_values(body))
    return Status(201, {"person": _person(person.pk), "link": _shown_once(made)})


@router.patch("/people/{uuid:pk}", response=PersonOut, summary="Change somebody's role or team")
def change(request: Request, pk: UUID, body: PersonChange) -> dict[str, Any]:
    require_administrator(request)
    people.change_person(asker=request.asker, pk=pk, values=_values(body))
    return _person(pk)


@router.get(
    "/people/{uuid:pk}/work", response=list[WorkOut], summary="What somebody would leave behind"
)
def work(request: Request, pk: UUID) -> list[dict[str, Any]]:
    require_administrator(request)
    if not User.objects.filter(pk=pk, deleted_at=None).exists():
        raise NotFound
    counts = ((t.name, people.left_behind(pk, t).count()) for t in people.handed_over())
    return [{"object": name, "count": count} for name, count in counts if count]


@router.post("/people/{uuid:pk}/deactivate", response=LeftOut, summary="Let somebody go, at once")
def deactivate(request: Request, pk: UUID, body: LeavingIn) -> dict[str, Any]:
    """Sessions, tokens and links end with this request; a job hands the records over."""
    require_administrator(request)
    return {"job": people.deactivate_person(asker=request.asker, pk=pk, hand_to=body.hand_to)}


@router.post("/people/{uuid:pk}/activate", response=PersonOut, summary="Let somebody in again")
def activate(request: Request, pk: UUID) -> dict[str, Any]:
    require_administrator(request)
    people.activate_person(asker=request.asker, pk=pk)
    return _person(pk)


@router.post(
    "/people/{uuid:pk}/link",
    response={201: NewLinkOut},
    summary="Make a one-time link to choose a password by",
)
def make_link(request: Request, pk: UUID) -> Status[dict[str, Any]]:
    """The link before it opens nothing any more."""
    require_administrator(request)
    return Status(201, _shown_once(people.new_link(asker=request.asker, pk=pk)))


@router.delete("/people/{uuid:pk}/link", response={204: None}, summary="Revoke the one-time link")
def revoke_link(request: Request, pk: UUID) -> Status[None]:
    require_administrator(request)
    if not links.end_links(people.person_to_change(request.asker, pk)):
        raise NotFound
    return Status(204, None)


class UnlinkedOut(Schema):
    ended: int


@router.delete(
    "/people/{uuid:pk}/provider-links",
    response=UnlinkedOut,
    summary="Forget how identity providers know somebody",
)
def unlink(request: Request, pk: UUID) -> dict[str, int]:
    """The next time they are matched by their e-mail address, as the first time."""
    require_administrator(request)
    return {"ended": providers.unlink(asker=request.asker, pk=pk)}


class KeyIn(Strict):
    key: str = Field(max_length=100)


class UseIn(KeyIn):
    password: str = Field(max_length=1000)


class OpenedOut(Schema):
    purpose: Literal["invite", "reset"]
    username: str
    full_name: str
    language: Language | None


@open_router.post("/links/read", response=OpenedOut, summary="Whom a one-time link is for")
def read_link(request: Request, body: KeyIn) -> dict[str, Any]:
    """The key travels in the body: addresses are written into logs."""
    link = links.link_of_key(body.key)
    return {
        "purpose": link.purpose,
        "username": link.user.username,
        "full_name": link.user.full_name,
        "language": TO_CLIENT.get(link.user.language),
    }


@open_router.post("/links/use", response={204: None}, summary="Choose a password by a link")
def use_link(request: Request, body: UseIn) -> Status[None]:
    """The link opens nothing afterwards; then sign in as usual, with the second factor if any."""
    require_csrf(request)
    links.use_link(key=body.key, password=body.password)
    return Status(204, None)
