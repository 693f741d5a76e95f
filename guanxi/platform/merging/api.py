"""The endpoints of merging, and of the list of merges."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from guanxi.platform.access.predicate import require_visible
from guanxi.platform.http.request import Request
from guanxi.platform.merging.models import Merge
from guanxi.platform.merging.services import Wanted, merge_records, prepare
from guanxi.platform.merging.showing import described, in_full, merges, side_by_side
from guanxi.platform.merging.taking_back import Keep, Resolved, undo_merge
from guanxi.platform.objects.errors import NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, object_asked_for, object_type
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["merging"])


class MergeIn(Strict):
    """Which records become one, and whose value each field keeps; else what is proposed."""

    ids: list[UUID] = Field(max_length=100)
    survivor: UUID | None = Field(None, description="Absent: the oldest of them.")
    choices: dict[str, UUID] = Field({}, description="By field the record whose value it keeps.")
    versions: dict[UUID, dt.datetime] = Field(
        {}, description="The updated_at that were looked at; 409 if one is another by now."
    )

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.ids, self.survivor, self.choices, self.versions)


class MergeOriginOut(Schema):
    at: dt.datetime
    actor: LinkOut | None
    source: str


class MergeUnitOut(Schema):
    """Fields that are chosen together."""

    names: list[str]
    proposed: UUID
    reason: Literal["same", "only_value", "by_hand", "newest", "survivor"]
    differs: bool
    may_choose: bool
    origins: dict[str, MergeOriginOut] = Field(description="By record, where its value is from.")


class MergeSideOut(Schema):
    id: UUID
    label: str
    updated_at: str = Field(description="The version that `versions` takes.")
    values: dict[str, Any]


class MergeMovesOut(Schema):
    """Rows that name the records: how many, by record."""

    object: str
    label: str | None
    counts: dict[str, int]


class MergePreviewOut(Schema):
    survivor: UUID
    records: list[MergeSideOut]
    fields: list[MergeUnitOut]
    moves: list[MergeMovesOut]


class MergeOut(Schema):
    id: UUID
    object: str
    survivor: LinkOut
    absorbed: list[LinkOut]
    actor: LinkOut
    at: dt.datetime
    undo_until: dt.datetime
    taken_back_at: dt.datetime | None
    can: list[Literal["undo"]]


class MergeMovedOut(Schema):
    object: str
    label: str | None
    count: int


class MergeConflictOut(Schema):
    """A field that the merge set and somebody changed since."""

    field: str
    current: Any
    would_be: Any = Field(description="The survivor's value before the merge.")
    theirs: Any = Field(description="The absorbed record's own value.")
    absorbed: LinkOut | None = Field(description="Whose value the merge took; gets the change.")


class OneMergeOut(MergeOut):
    title_before: str | None = Field(description="The survivor's, if the merge gave it another.")
    moved: list[MergeMovedOut] = Field(description="What the merge gave to the survivor.")
    conflicts: list[MergeConflictOut] = Field(description="What `edits` has to decide.")
    made_since: dict[str, int] = Field(
        description="By object, what the survivor got since: it stays there unless given away."
    )


class MergesOut(Schema):
    items: list[MergeOut]
    next: str | None


class MergesIn(Strict):
    object: str = Field(max_length=60)
    record: UUID | None = Field(None, description="Only merges that it took part in.")
    cursor: UUID | None = None
    limit: int = Field(50, ge=1, le=200)


class UndoMergeIn(Strict):
    edits: dict[str, Keep] = Field(
        {}, description="By field that was changed since the merge, who keeps the change."
    )
    given: dict[str, UUID] = Field(
        {}, description="By object, the absorbed record that gets what was made since."
    )


def merge_router(declared: ObjectType) -> Router:
    """Merging records of one object."""
    of_object = Router(tags=[declared.name])
    name, title = declared.name, declared.model.__name__

    @of_object.post(
        "/merge/preview",
        response=MergePreviewOut,
        operation_id=f"preview_merge_{name}",
        summary=f"{title} side by side, and what merging them would do",
    )
    def preview(request: Request, body: MergeIn) -> dict[str, Any]:
        prepared = prepare(asker=request.asker, declared=object_type(name), wanted=body.wanted)
        return side_by_side(prepared)

    @of_object.post(
        "/merge",
        response=MergeOut,
        operation_id=f"merge_{name}",
        summary=f"Make one of several {title}",
    )
    def merge(request: Request, body: MergeIn) -> dict[str, Any]:
        """It can be taken back for 30 days; until then ids of the others lead to the survivor."""
        asker, of = request.asker, object_type(name)
        done = merge_records(asker=asker, declared=of, wanted=body.wanted)
        return described(asker, of, [done])[0]

    return of_object


@router.get("", response=MergesOut, summary="Merges into records I see")
def list_merges(request: Request, q: Query[MergesIn]) -> dict[str, Any]:
    declared = object_asked_for(q.object)
    if not request.asker.may("read", declared):
        raise NotAllowed(_("Your role does not allow this."))
    return merges(request.asker, declared, record=q.record, before=q.cursor, limit=q.limit)


@router.get("/{uuid:pk}", response=OneMergeOut, summary="One merge, and what was made since")
def read_merge(request: Request, pk: UUID) -> dict[str, Any]:
    found = Merge.objects.select_related("actor").filter(pk=pk).first()
    if found is None:
        raise NotFound
    declared = object_asked_for(found.object)
    if not request.asker.may("read", declared):
        raise NotAllowed(_("Your role does not allow this."))
    require_visible(request.asker, declared.model, found.survivor_id)
    return in_full(request.asker, declared, found)


@router.post("/{uuid:pk}/undo", response=MergeOut, summary="Take a merge back")
def undo(request: Request, pk: UUID, body: UndoMergeIn) -> dict[str, Any]:
    """Everything is where it was; what was changed or made since is kept. 409 names the fields
    that the merge set and somebody changed since, until `edits` says who keeps each change."""
    taken_back = undo_merge(asker=request.asker, pk=pk, resolved=Resolved(body.edits, body.given))
    declared = object_asked_for(taken_back.object)
    return described(request.asker, declared, [taken_back])[0]
