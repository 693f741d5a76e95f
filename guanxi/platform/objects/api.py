"""The endpoints every object has. `object_router(name)` gives one object's, all typed.

The objects of a firm's own have the same ones, at addresses that name the object: they are written
once, for the object that a `Bind` hands them.
"""

import json
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from guanxi.platform.access.predicate import missing
from guanxi.platform.events.history import record_history
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.http.openapi import header
from guanxi.platform.http.request import Request
from guanxi.platform.jobs.services import start_job
from guanxi.platform.objects import lists, services, totals
from guanxi.platform.objects.binding import Bind, Named, the_one, the_one_named
from guanxi.platform.objects.board import board
from guanxi.platform.objects.drafts import rules_of_draft
from guanxi.platform.objects.duplicates import refuse_duplicate
from guanxi.platform.objects.errors import DomainError, Invalid, MergedAway, NotAllowed
from guanxi.platform.objects.fieldtypes import parse_json
from guanxi.platform.objects.idempotency import answered_once
from guanxi.platform.objects.parameters import (
    AggregateParameters,
    BoardParameters,
    BulkIn,
    CountParameters,
    DraftIn,
    ListParameters,
    PageParameters,
    SplitIn,
)
from guanxi.platform.objects.registry import ObjectField, ObjectType, object_type, of_shape
from guanxi.platform.objects.schemas import (
    AggregateOut,
    BulkOut,
    ChangedOut,
    CountOut,
    HistoryOut,
    JobOut,
    RulesOut,
    SplitOut,
    SurvivorOut,
    board_schema,
    change_schema,
    change_values,
    create_schema,
    out_schema,
    page_schema,
    rows_schema,
    written_values,
)
from guanxi.platform.objects.splitting import split_text

BULK_AT_ONCE = 500


def json_response(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", status=status)


def parse_filter(text: str | None) -> Any:
    """The filter of a query string. Raises BadList if it is no JSON."""
    if not text:
        return None
    try:
        return parse_json(text)
    except (ValueError, RecursionError):
        raise lists.BadList(_("The filter is no valid JSON."), field="filter") from None


def _matching(request: Request, declared: ObjectType, q: ListParameters) -> Any:
    _require(request, "read", declared)
    return lists.matching(
        request.asker,
        declared,
        clock_of(request.asker),
        tree=parse_filter(q.filter),
        search=q.search,
        deleted=q.deleted,
    )


def _require(request: Request, verb: str, declared: ObjectType) -> None:
    if not request.asker.may(verb, declared):
        raise NotAllowed(_("Your role does not allow this."))


def chosen_fields(request: Request, declared: ObjectType, names: str | None) -> list[ObjectField]:
    """The visible fields of a comma-separated list. Raises BadList for an unknown one."""
    visible = request.asker.shown(declared)
    wanted = names.split(",") if names else [n for n in declared.list if n in visible]
    unknown = [n for n in wanted if n not in visible]
    if unknown:
        raise lists.BadList(
            _('There is no field "%(name)s".') % {"name": unknown[0]}, field="fields"
        )
    currencies = [getattr(visible[n].column, "currency", n) for n in wanted]
    return [visible[n] for n in dict.fromkeys([*wanted, *currencies]) if n in visible]


def record_response(
    request: Request, declared: ObjectType, pk: UUID, status: int = 200
) -> HttpResponse:
    """One record; a record given out of one's own sight is answered with its id alone."""
    shown = services.read_json(request.asker, declared, pk)
    if shown is None:
        return json_response(json.dumps({"id": str(pk), "can": [], "updated_at": ""}), status)
    body, updated_at = shown
    response = json_response(body, status)
    response["ETag"] = services.etag(updated_at)
    return response


def _read(request: Request, declared: ObjectType, pk: UUID) -> HttpResponse:
    _require(request, "read", declared)
    response = record_response(request, declared, pk)
    if "ETag" in response:
        return response
    refusal = missing(request.asker, declared.model, pk)
    if not isinstance(refusal, MergedAway):
        raise refusal
    survivor = refusal.extra["survivor"]
    # Not for good: the merge may be taken back.
    moved = json_response(json.dumps({"survivor": survivor}), 307)
    moved["Location"] = request.path.replace(str(pk), survivor)
    return moved


def _change(
    request: Request, declared: ObjectType, pk: UUID, values: dict[str, Any]
) -> HttpResponse:
    record = services.change_record(
        asker=request.asker,
        object_type=declared,
        pk=pk,
        values=values,
        if_match=request.headers.get("If-Match"),
    )
    return record_response(request, declared, record.pk)


def _bulk(request: Request, declared: ObjectType, body: BulkIn) -> Status[dict[str, Any]]:
    _require(request, "delete" if body.delete else "change", declared)
    edit = services.bulk_edit(
        asker=request.asker,
        object_type=declared,
        values=change_values(declared.shape, body.set),
        delete=bool(body.delete),
    )
    if body.ids is not None and len(body.ids) <= BULK_AT_ONCE:
        changed = edit.apply(body.ids)
        skipped = len(set(body.ids)) - changed
        done = {"changed": changed, "skipped": skipped, "request_id": str(request.request_id)}
        return Status(200, done)
    clock = clock_of(request.asker)  # refuse now what the job could not do later
    lists.matching(
        request.asker, declared, clock, tree=body.filter, search=body.search or ""
    ).exists()
    params = {**body.model_dump(mode="json", exclude_none=True), "object": declared.name}
    job = start_job("bulk_edit", asker=request.asker, params=params, request_id=request.request_id)
    return Status(202, job)


ON_DUPLICATE = {
    "in": "query",
    "name": "on_duplicate",
    "required": False,
    "description": "What becomes of a record that may exist: it is refused by 409 with those it"
    " may be, or created all the same.",
    "schema": {"type": "string", "enum": ["refuse", "create"], "default": "refuse"},
}


def _of_creating(declared: ObjectType) -> dict[str, Any]:
    """What the document says of creating, beyond the body."""
    extra = header("Idempotency-Key", "Repeated within a day: the first answer again.")
    if declared.duplicates:
        extra["parameters"].append(ON_DUPLICATE)
    return extra


def _insists(request: Request) -> bool:
    """Whether a record is created though it may exist. Raises DomainError for another answer."""
    answer = request.GET.get("on_duplicate", "refuse")
    if answer not in ("refuse", "create"):
        raise DomainError(_('Choose "refuse" or "create".'), field="on_duplicate")
    return answer == "create"


def object_router(name: str) -> Router:
    """CRUD, list, count, aggregate, bulk and history of one declared object."""
    return _router(object_type(name), the_one(object_type(name)))


def shared_router(shape: str, find: Named) -> Router:
    """The same for every object of a shape; `find` tells which one an address names."""
    return _router(of_shape(shape), the_one_named(find))


def _router(like: ObjectType, of: Bind) -> Router:
    """The endpoints of `like`, or of all that are like it."""
    name = like.name
    router = Router(tags=[name])
    out, title = out_schema(name), like.model.__name__
    change, rows = change_schema(name), rows_schema(name)

    @router.get(
        "", response=page_schema(name), operation_id=f"list_{name}", summary=f"List {title}"
    )
    @of
    def list_(request: Request, declared: ObjectType, q: Query[PageParameters]) -> HttpResponse:
        records = _matching(request, declared, q)
        page = lists.page(
            request.asker,
            declared,
            records,
            chosen_fields(request, declared, q.fields),
            sort=q.sort,
            cursor=q.cursor,
            limit=q.limit,
            deleted=q.deleted,
            tree=parse_filter(q.filter),
        )
        return json_response(page)

    @router.get("/count", response=CountOut, operation_id=f"count_{name}", summary=f"Count {title}")
    @of
    def count(request: Request, declared: ObjectType, q: Query[CountParameters]) -> dict[str, Any]:
        return lists.count(_matching(request, declared, q), exact=q.exact)

    @router.get(
        "/aggregate",
        response=AggregateOut,
        operation_id=f"aggregate_{name}",
        summary=f"Total {title}",
    )
    @of
    def aggregate(
        request: Request, declared: ObjectType, q: Query[AggregateParameters]
    ) -> dict[str, Any]:
        return totals.aggregate(
            request.asker,
            declared,
            _matching(request, declared, q),
            clock_of(request.asker),
            group=q.group,
            measures=q.measures.split(","),
        )

    @router.get(
        "/board",
        response=board_schema(name),
        operation_id=f"board_{name}",
        summary=f"{title} in columns",
    )
    @of
    def board_(request: Request, declared: ObjectType, q: Query[BoardParameters]) -> HttpResponse:
        shown = board(
            request.asker,
            declared,
            _matching(request, declared, q),
            chosen_fields(request, declared, q.fields),
            by=q.by,
            measures=q.measures.split(",") if q.measures else (),
            sort=q.sort,
            limit=q.limit,
        )
        return json_response(shown)

    answers = {200: out, 307: SurvivorOut} if like.merging else out

    @router.get(
        "/{uuid:pk}", response=answers, operation_id=f"read_{name}", summary=f"Read {title}"
    )
    @of
    def read(request: Request, declared: ObjectType, pk: UUID) -> HttpResponse:
        return _read(request, declared, pk)

    @router.get(
        "/{uuid:pk}/history",
        response=HistoryOut,
        operation_id=f"history_{name}",
        summary=f"History of {title}",
    )
    @of
    def history(
        request: Request,
        declared: ObjectType,
        pk: UUID,
        cursor: Annotated[int | None, Query(None, ge=0, lt=2**63)],
        limit: Annotated[int, Query(50, ge=1, le=200)],
    ) -> dict[str, Any]:
        _require(request, "read", declared)
        return record_history(request.asker, declared, pk, before=cursor, limit=limit)

    if "create" in like.verbs:
        create = create_schema(name)

        @router.post(
            "",
            response={201: out},
            operation_id=f"create_{name}",
            summary=f"Create {title}",
            openapi_extra=_of_creating(like),
        )
        @of
        @answered_once
        def post(request: Request, declared: ObjectType, body: create) -> HttpResponse:  # type: ignore[valid-type]
            values = written_values(body)
            asks = declared.duplicates is not None and not _insists(request)
            try:
                record = services.create_record(
                    asker=request.asker, object_type=declared, values=values
                )
            except Invalid as refusal:
                if asks and all(p["code"] == "unique" for p in refusal.extra["errors"]):
                    refuse_duplicate(request, declared, values)  # whose value it is, if it tells
                raise
            if asks:
                refuse_duplicate(request, declared, values, record.pk)
            return record_response(request, declared, record.pk, 201)

    if "create" in like.verbs or "change" in like.verbs:

        @router.post(
            "/rules",
            response=RulesOut,
            operation_id=f"rules_{name}",
            summary=f"What is required or locked by condition while one of {title} is written",
        )
        @of
        def rules(request: Request, declared: ObjectType, body: DraftIn) -> dict[str, Any]:
            _require(request, "create" if body.id is None else "change", declared)
            ruled = rules_of_draft(
                asker=request.asker, object_type=declared, pk=body.id, values=body.set
            )
            return {"fields": ruled}

    if like.wholes:

        @router.post(
            "/split",
            response=SplitOut,
            operation_id=f"split_{name}",
            summary=f"The fields of {title} that one text says, such as those of an address",
        )
        @of
        def split(request: Request, declared: ObjectType, body: SplitIn) -> dict[str, Any]:
            """Nothing is written; empty where the text is of its field alone."""
            if not request.asker.may("create", declared):
                _require(request, "change", declared)
            return {"values": split_text(request.asker, declared, body.field, body.text)}

    if "change" in like.verbs:

        @router.patch(
            "/{uuid:pk}",
            response=out,
            operation_id=f"change_{name}",
            summary=f"Change {title}",
            openapi_extra=header(
                "If-Match", "The version the change is meant for: its ETag, or updated_at."
            ),
        )
        @of
        def patch(request: Request, declared: ObjectType, pk: UUID, body: change) -> HttpResponse:  # type: ignore[valid-type]
            return _change(request, declared, pk, written_values(body))

        @router.patch(
            "",
            response=ChangedOut,
            operation_id=f"change_each_{name}",
            summary=f"Change many {title}, each in its own way, all or none",
        )
        @of
        def patch_each(request: Request, declared: ObjectType, body: rows) -> dict[str, Any]:  # type: ignore[valid-type]
            changed = services.change_records(
                asker=request.asker,
                object_type=declared,
                rows=[
                    services.RowChange(r.id, written_values(r.set), r.version)
                    for r in body.rows  # type: ignore[attr-defined]
                ],
            )
            return {"changed": changed, "request_id": str(request.request_id)}

        @router.post(
            "/bulk",
            response={200: BulkOut, 202: JobOut},
            operation_id=f"bulk_{name}",
            summary=f"Change many {title}",
        )
        @of
        def bulk(request: Request, declared: ObjectType, body: BulkIn) -> Status[dict[str, Any]]:
            return _bulk(request, declared, body)

    if "delete" in like.verbs:

        @router.delete(
            "/{uuid:pk}",
            response={204: None},
            operation_id=f"delete_{name}",
            summary=f"Delete {title}",
        )
        @of
        def delete(request: Request, declared: ObjectType, pk: UUID) -> Status[None]:
            services.delete_record(asker=request.asker, object_type=declared, pk=pk)
            return Status(204, None)

        @router.post(
            "/{uuid:pk}/restore",
            response=out,
            operation_id=f"restore_{name}",
            summary=f"Restore {title}",
        )
        @of
        def restore(request: Request, declared: ObjectType, pk: UUID) -> HttpResponse:
            services.restore_record(asker=request.asker, object_type=declared, pk=pk)
            return record_response(request, declared, pk)

    return router
