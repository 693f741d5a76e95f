"""Texts kept to be written again: for oneself, the team or everyone."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from guanxi.interactions import snippets
from guanxi.interactions.models import Snippet
from guanxi.platform.access.predicate import Asker
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import object_asked_for
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["snippets"])
Shared = Literal["private", "team", "everyone"]
Name = Annotated[Text, Field(min_length=1, max_length=100)]
Shortcut = Annotated[Text, Field(max_length=40, pattern=r"^[^\s/@]*$")]  # ends where a word does
Body = Annotated[Text, Field(min_length=1, max_length=10_000)]


class SnippetIn(Strict):
    """`text` may hold variables, such as {{customer.name}} or {{today}}."""

    name: Name
    shortcut: Shortcut = ""
    text: Body
    shared: Shared = "private"


class SnippetChange(Strict):
    name: Name | None = None
    shortcut: Shortcut | None = None
    text: Body | None = None
    shared: Shared | None = None


class SnippetOut(Schema):
    id: str
    name: str
    shortcut: str
    text: str
    shared: Shared
    owner: LinkOut
    can: list[Literal["change", "delete"]]


class SnippetsOut(Schema):
    items: list[SnippetOut]
    variables: list[str] = Field(description="What a text may hold, between {{ and }}.")


class OfferParameters(Strict):
    q: Text = Field("", max_length=40, description="Of a shortcut or name, or its pinyin.")
    object: str | None = Field(None, max_length=60)
    id: UUID | None = None


class OfferOut(Schema):
    id: str
    name: str
    shortcut: str
    text: str = Field(description="With the values of the record named.")


class OffersOut(Schema):
    items: list[OfferOut]


def _require(request: Request, kind: str) -> None:
    """Snippets are about no one record: a token needs "read" or "write" for everything."""
    if not request.asker.token_allows_all(kind):
        raise NotAllowed(_("This token does not allow this."))


def _described(asker: Asker, snippet: Snippet) -> dict[str, Any]:
    return {
        "id": str(snippet.pk),
        "name": snippet.name,
        "shortcut": snippet.shortcut,
        "text": snippet.text,
        "shared": snippet.shared,
        "owner": {"id": str(snippet.owner_id), "label": snippet.owner.full_name},
        "can": ["change", "delete"] if snippets.may_change(asker, snippet) else [],
    }


@router.get("", response=SnippetsOut, summary="The snippets I can use")
def list_snippets(request: Request) -> dict[str, Any]:
    _require(request, "read")
    items = [_described(request.asker, s) for s in snippets.snippets_of(request.asker)]
    return {"items": items, "variables": list(snippets.VARIABLES)}


@router.get("/offered", response=OffersOut, summary="Snippets to put into a text")
def offer_snippets(request: Request, asked: Query[OfferParameters]) -> dict[str, Any]:
    """With `object` and `id` of the record that the text is written on, its values are put in."""
    _require(request, "read")
    declared = object_asked_for(asked.object) if asked.object else None
    return {"items": snippets.offered(request.asker, asked.q, declared=declared, pk=asked.id)}


@router.post("", response={201: SnippetOut}, summary="Keep a snippet")
def create_snippet(request: Request, body: SnippetIn) -> Status[dict[str, Any]]:
    _require(request, "write")
    snippet = snippets.create_snippet(asker=request.asker, values=body.model_dump())
    return Status(201, _described(request.asker, snippet))


@router.patch("/{uuid:pk}", response=SnippetOut, summary="Change a snippet")
def change_snippet(request: Request, pk: UUID, body: SnippetChange) -> dict[str, Any]:
    _require(request, "write")
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    snippet = snippets.change_snippet(asker=request.asker, pk=pk, values=values)
    return _described(request.asker, snippet)


@router.delete("/{uuid:pk}", response={204: None}, summary="Delete a snippet")
def delete_snippet(request: Request, pk: UUID) -> Status[None]:
    _require(request, "write")
    snippets.delete_snippet(asker=request.asker, pk=pk)
    return Status(204, None)
