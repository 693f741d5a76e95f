"""Retention rules over HTTP, and what is kept how long: for administrators who signed in."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.erasing import retention
from guanxi.platform.erasing.models import RetentionRule
from guanxi.platform.exchange.services import UNDO_DAYS as IMPORT_DAYS
from guanxi.platform.files.services import KEPT as FILES_KEPT
from guanxi.platform.http.request import Request
from guanxi.platform.merging.services import UNDO_DAYS as MERGE_DAYS
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rows import title_shown
from guanxi.platform.objects.schemas import LinkOut, Strict
from guanxi.platform.objects.tasks import REMEMBERED
from guanxi.platform.webhooks.tasks import KEPT as MESSAGES_KEPT

router = Router(tags=["retention"])
ActionName = Literal["erase", "delete"]


class RetentionRuleIn(Strict):
    object: Text = Field(max_length=60)
    name: Text = Field("", max_length=100)
    filter: JsonMap | None = None
    months: int = Field(ge=1, le=retention.LONGEST)
    without: list[Text] = Field([], max_length=20, description="Related records, as filters say.")
    action: ActionName
    limit: int = Field(100, ge=1, le=10_000, description="At most so many a night.")
    is_active: bool = False


class LastNightOut(Schema):
    done: int
    left: int
    refused: dict[str, int] = Field(description="By reason.")


class RetentionRuleOut(Schema):
    id: UUID
    object: str
    name: str
    filter: dict[str, Any] | None
    months: int
    without: list[str]
    action: ActionName
    limit: int
    is_active: bool
    owner: LinkOut = Field(description="With whose rights it acts.")
    ran_at: dt.datetime | None
    last: LastNightOut | None = Field(description="What came of the last night.")


class KeptForOut(Schema):
    """Something that is forgotten by itself, and after how many days; null: not by itself."""

    name: str
    days: int | None
    label: str


class RetentionOut(Schema):
    items: list[RetentionRuleOut]
    kept: list[KeptForOut]


class DueRecordOut(LinkOut):
    created_at: dt.datetime


class DueOut(Schema):
    count: int
    held: int = Field(description="Records under a legal hold, which no rule touches.")
    records: list[DueRecordOut] = Field(description="The first hundred.")


def describe(rule: RetentionRule) -> dict[str, Any]:
    names = ("object", "name", "filter", "months", "without", "action", "limit", "is_active")
    return {
        "id": rule.pk,
        **{name: getattr(rule, name) for name in names},
        "owner": {"id": str(rule.owner_id), "label": str(rule.owner)},
        "ran_at": rule.ran_at,
        "last": rule.last or None,
    }


def kept() -> list[dict[str, Any]]:
    """What is forgotten by itself, whatever rules there are."""
    days = {
        "files": (FILES_KEPT.days, _("Deleted files in the recycle bin")),
        "imports": (IMPORT_DAYS, _("Files of imports, their staged rows and error files")),
        "merges": (MERGE_DAYS, _("Merges that can be taken back")),
        "answers": (REMEMBERED.days, _("Answers to requests that may be repeated")),
        "webhooks": (MESSAGES_KEPT.days, _("The log of messages to webhooks")),
        "records": (None, _("Deleted records in the recycle bin, until they are restored")),
        "history": (None, _("History and audit log; erasing takes the values out")),
        "backups": (None, _("Backups, until somebody deletes them")),
    }
    return [{"name": n, "days": d, "label": label} for n, (d, label) in days.items()]


@router.get("", response=RetentionOut, summary="Retention rules, and what is kept how long")
def list_rules(request: Request) -> dict[str, Any]:
    require_administrator(request)
    return {"items": [describe(rule) for rule in retention.rules()], "kept": kept()}


@router.post("/try", response=DueOut, summary="Whom a rule would let go now, without doing it")
def try_out(request: Request, body: RetentionRuleIn) -> dict[str, Any]:
    require_administrator(request)
    rule = RetentionRule(**body.model_dump(), owner=request.asker.user)
    found = retention.try_out(request.asker, rule)
    declared = object_type(rule.object)
    return {
        "count": found.count,
        "held": found.held,
        "records": [
            {
                "id": str(r.pk),
                "label": title_shown(request.asker, declared, getattr(r, declared.title)),
                "created_at": r.created_at,
            }
            for r in found.records
        ],
    }


@router.post("", response={201: RetentionRuleOut}, summary="Make a retention rule")
def create_rule(request: Request, body: RetentionRuleIn) -> Status[dict[str, Any]]:
    """It acts at night, with the rights of whoever saved it last, if it is active."""
    require_administrator(request)
    rule = retention.save(request.asker, RetentionRule(**body.model_dump()))
    return Status(201, describe(rule))


@router.put("/{uuid:pk}", response=RetentionRuleOut, summary="Change a retention rule, or pause it")
def change_rule(request: Request, pk: UUID, body: RetentionRuleIn) -> dict[str, Any]:
    require_administrator(request)
    rule = retention.get_rule(pk)
    for name, value in body.model_dump().items():
        setattr(rule, name, value)
    return describe(retention.save(request.asker, rule))


@router.delete("/{uuid:pk}", response={204: None}, summary="Remove a retention rule")
def remove_rule(request: Request, pk: UUID) -> Status[None]:
    require_administrator(request)
    retention.remove(pk)
    return Status(204, None)
