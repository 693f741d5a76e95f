"""The endpoints of erasing records and of legal holds."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access.predicate import require_visible
from guanxi.platform.erasing import holds, services, showing
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectType, object_asked_for, object_type
from guanxi.platform.objects.rows import labels_of
from guanxi.platform.objects.schemas import JobOut, LinkOut, Strict

router = Router(tags=["erasing"])


class HoldOut(Schema):
    reason: str = Field(description="Empty for whoever may not place holds.")
    until: dt.date | None
    placed_by: LinkOut
    placed_at: dt.datetime


class PrivacyStateOut(Schema):
    erased_at: dt.datetime | None
    hold: HoldOut | None
    can: list[Literal["erase", "hold"]]


class GoesOut(Schema):
    label: str
    count: int


class StaysOut(GoesOut):
    why: str


class ObstacleOut(Schema):
    code: str
    message: str
    count: int


class ErasurePreviewOut(Schema):
    """What erasing would do. With an obstacle it is refused."""

    name: str = Field(description="To be typed by whoever means it.")
    merged: int = Field(description="Records merged into this one, which go with it.")
    goes: list[GoesOut]
    stays: list[StaysOut]
    obstacles: list[ObstacleOut]


class EraseIn(Strict):
    name: str = Field(max_length=500, description="The record's name, typed.")


class ErasedOut(Schema):
    id: UUID
    job: JobOut = Field(description="Deletes files; the database is done.")


class HoldIn(Strict):
    reason: str = Field(max_length=500)
    until: dt.date | None = Field(None, description="Its last day; without one, until lifted.")


class HeldOut(HoldOut):
    record: LinkOut


class HoldsOut(Schema):
    items: list[HeldOut]


MOST_HOLDS = 500


def erase_router(declared: ObjectType) -> Router:
    """Erasing records of one object, and holds on them."""
    of_object = Router(tags=[declared.name])
    name, title = declared.name, declared.model.__name__

    @of_object.get(
        "/{uuid:pk}/privacy",
        response=PrivacyStateOut,
        operation_id=f"privacy_{name}",
        summary=f"Whether {title} is erased or under a legal hold",
    )
    def state(request: Request, pk: UUID) -> dict[str, Any]:
        of = object_type(name)
        if not request.asker.may("read", of):
            raise NotAllowed(_("Your role does not allow this."))
        require_visible(request.asker, of.model, pk)
        return showing.state_of(request.asker, of, pk)

    @of_object.get(
        "/{uuid:pk}/erasure",
        response=ErasurePreviewOut,
        operation_id=f"preview_erasure_{name}",
        summary=f"What erasing {title} would do",
    )
    def preview(request: Request, pk: UUID) -> dict[str, Any]:
        return showing.preview(request.asker, object_type(name), pk)

    @of_object.post(
        "/{uuid:pk}/erase",
        response=ErasedOut,
        operation_id=f"erase_{name}",
        summary=f"Erase the personal data of {title}, for good",
    )
    def erase(request: Request, pk: UUID, body: EraseIn) -> dict[str, Any]:
        """What the books need stays, under a name that says nothing. It cannot be taken back."""
        erasure, job = services.erase_record(
            asker=request.asker, declared=object_type(name), pk=pk, name=body.name
        )
        return {"id": erasure.pk, "job": job}

    @of_object.put(
        "/{uuid:pk}/hold",
        response=PrivacyStateOut,
        operation_id=f"hold_{name}",
        summary=f"Keep {title} as it is by a legal hold",
    )
    def hold(request: Request, pk: UUID, body: HoldIn) -> dict[str, Any]:
        """Against erasing, retention rules, merging into another one, and purging."""
        asker, of = request.asker, object_type(name)
        holds.place_hold(asker=asker, declared=of, pk=pk, reason=body.reason, until=body.until)
        return showing.state_of(asker, of, pk)

    @of_object.delete(
        "/{uuid:pk}/hold",
        response={204: None},
        operation_id=f"lift_hold_{name}",
        summary=f"Lift the legal hold on {title}",
    )
    def lift(request: Request, pk: UUID) -> Status[None]:
        holds.lift_hold(asker=request.asker, declared=object_type(name), pk=pk)
        return Status(204, None)

    return of_object


@router.get("", response=HoldsOut, summary="Legal holds on records I see")
def list_holds(request: Request, object: str) -> dict[str, Any]:
    declared = object_asked_for(object)
    found = list(holds.holds_seen(request.asker, declared)[:MOST_HOLDS])
    labels = labels_of(request.asker, declared.model, {h.record_id for h in found})
    return {
        "items": [
            {
                **showing.describe_hold(h),
                "record": {"id": str(h.record_id), "label": labels.get(str(h.record_id)) or ""},
            }
            for h in found
        ]
    }
