"""Requests beyond their ordinary records: copies, proofs, answers; settings and the register."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponseBase
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.customers.privacy import copies, register, services
from guanxi.customers.privacy.deadlines import Law
from guanxi.customers.privacy.models import PrivacyRequest, PrivacySettings, rules
from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.events.telling import NOBODY, tell
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import JobOut, LinkOut, Strict

router = Router(tags=["privacy"])
LawName = Literal["pipl", "gdpr", "own"]
Language = Literal["en", "zh-hans", "zh-hant"]
Verb = Literal["copy", "download", "answer", "refuse", "reopen", "stop", "correct", "erase"]


class ProofOut(Schema):
    """One step of answering; details are ids, sums and counts."""

    kind: Literal[
        "exported", "downloaded", "corrected", "stopped", "erased", "done", "refused", "reopened"
    ]
    label: str
    at: dt.datetime
    actor: LinkOut | None
    details: dict[str, Any]


class CopyOut(Schema):
    """The copy that was made last, as long as it is kept."""

    name: str
    size: int
    sha256: str
    until: dt.datetime


class RequestStateOut(Schema):
    """How a request stands: its proofs, its copy, and what the asker may do now."""

    proofs: list[ProofOut]
    copy_: CopyOut | None = Field(alias="copy")
    can: list[Verb]


class CopyIn(Strict):
    language: Language = Field("zh-hans", description="Of the page; names of fields follow it.")


class AnswerIn(Strict):
    answer: Annotated[Text, Field(max_length=5000)] = ""


class StopIn(Strict):
    everything: bool = Field(False, description="All contact, not only what a yes allows.")


class CorrectionIn(Strict):
    requests: list[UUID] = Field(
        min_length=1, max_length=100, description="The request ids of the edits, as history has."
    )


class PrivacySettingsBody(Strict):
    law: LawName
    days: int = Field(30, ge=1, le=365, description="Of our own, where no law is chosen.")
    kept_days: int = Field(14, ge=1, le=365, description="How long a copy is kept.")


class FilledOut(Schema):
    made: int


def _can(asker: Asker, request: PrivacyRequest) -> list[str]:
    by_role = asker.without_shares()
    if not visible_to(by_role, PrivacyRequest).filter(pk=request.pk).exists():
        return []
    may_change = visible_to(by_role, PrivacyRequest, "change").filter(pk=request.pk).exists()
    try:
        services.require_copy(asker)
        services.require_opening(asker, request)
        may_copy = True
    except NotAllowed:
        may_copy = False
    can = ["download"] if may_copy and copies.kept_copy(request) else []
    if request.state != PrivacyRequest.State.OPEN:
        may_reopen = asker.may("change", object_type("privacy_request"))
        return [*can, "reopen"] if may_reopen else can
    if not may_change:
        return can
    by_kind: dict[str, list[str]] = {
        "access": ["copy"] if may_copy else [],
        "portability": ["copy"] if may_copy else [],
        "correction": ["correct"],
        "erasure": ["erase"] if asker.may("erase", object_type("customer")) else [],
        "stop": ["stop"] if asker.may("create", object_type("consent")) else [],
    }
    return [*can, *by_kind.get(request.kind, []), "answer", "refuse"]


def _state(asker: Asker, request: PrivacyRequest) -> dict[str, Any]:
    made, kept = services.made_copy(request), copies.kept_copy(request)
    copy = None
    if made is not None and kept is not None:
        until = made.details["until"]
        copy = {"name": kept.name, "size": kept.size, "sha256": kept.sha256, "until": until}
    return {
        "proofs": [
            {
                "kind": p.kind,
                "label": str(p.get_kind_display()),
                "at": p.at,
                "actor": p.actor and {"id": str(p.actor.pk), "label": p.actor.full_name},
                "details": p.details,
            }
            for p in services.proofs_of(request)
        ],
        "copy": copy,
        "can": _can(asker, request),
    }


@router.get(
    "/privacy-requests/{uuid:pk}/proof",
    response=RequestStateOut,
    by_alias=True,
    summary="What was done about a privacy request, with proof",
)
def read_proof(request: Request, pk: UUID) -> dict[str, Any]:
    return _state(request.asker, get_permitted(request.asker, PrivacyRequest, pk))


@router.post(
    "/privacy-requests/{uuid:pk}/copy",
    response={202: JobOut},
    summary="Make the copy of all that is held on the customer",
)
def make_copy(request: Request, pk: UUID, body: CopyIn) -> Status[dict[str, Any]]:
    job = copies.start_copy(
        asker=request.asker, pk=pk, language=body.language, request_id=request.request_id
    )
    return Status(202, job)


@router.get(
    "/privacy-requests/{uuid:pk}/copy", response=None, summary="Download the copy; it is logged"
)
def download_copy(request: Request, pk: UUID) -> HttpResponseBase:
    return copies.download_copy(request, pk)


@router.post(
    "/privacy-requests/{uuid:pk}/answer",
    response=RequestStateOut,
    by_alias=True,
    summary="Say that a privacy request is answered",
)
def answer(request: Request, pk: UUID, body: AnswerIn) -> dict[str, Any]:
    ended = services.answer_request(asker=request.asker, pk=pk, answer=body.answer, refused=False)
    return _state(request.asker, ended)


@router.post(
    "/privacy-requests/{uuid:pk}/refuse",
    response=RequestStateOut,
    by_alias=True,
    summary="Refuse a privacy request, saying why",
)
def refuse(request: Request, pk: UUID, body: AnswerIn) -> dict[str, Any]:
    ended = services.answer_request(asker=request.asker, pk=pk, answer=body.answer, refused=True)
    return _state(request.asker, ended)


@router.post(
    "/privacy-requests/{uuid:pk}/reopen",
    response=RequestStateOut,
    by_alias=True,
    summary="Take up a privacy request again",
)
def reopen(request: Request, pk: UUID) -> dict[str, Any]:
    return _state(request.asker, services.reopen_request(asker=request.asker, pk=pk))


@router.post(
    "/privacy-requests/{uuid:pk}/stop",
    response=RequestStateOut,
    by_alias=True,
    summary="Withdraw the customer's consents as asked",
)
def stop(request: Request, pk: UUID, body: StopIn) -> dict[str, Any]:
    stopped = services.stop_contact(asker=request.asker, pk=pk, everything=body.everything)
    return _state(request.asker, stopped)


@router.post(
    "/privacy-requests/{uuid:pk}/corrections",
    response=RequestStateOut,
    by_alias=True,
    summary="Name the edits that corrected the customer's data",
)
def correct(request: Request, pk: UUID, body: CorrectionIn) -> dict[str, Any]:
    named = services.name_corrections(asker=request.asker, pk=pk, requests=set(body.requests))
    return _state(request.asker, named)


@router.get(
    "/privacy-settings", response=PrivacySettingsBody, summary="Until when requests are answered"
)
def read_settings(request: Request) -> dict[str, Any]:
    require_administrator(request)
    return _settings(rules())


def _settings(kept: PrivacySettings) -> dict[str, Any]:
    return {"law": kept.law, "days": kept.days, "kept_days": kept.kept_days}


@router.put(
    "/privacy-settings", response=PrivacySettingsBody, summary="Say until when to answer requests"
)
def change_settings(request: Request, body: PrivacySettingsBody) -> dict[str, Any]:
    """It holds for requests that come from now on."""
    require_administrator(request)
    kept, _made = PrivacySettings.objects.update_or_create(
        pk=True,
        defaults={"law": Law(body.law), "days": body.days, "kept_days": body.kept_days},
    )
    tell(request, "privacy_settings", NOBODY, actor_id=request.user.pk, **body.model_dump())
    return _settings(kept)


@router.post(
    "/processing-activities/fill",
    response=FilledOut,
    summary="Add to the register what purposes and personal fields tell",
)
def fill_register(request: Request) -> dict[str, Any]:
    require_administrator(request)
    return {"made": register.fill_register()}
