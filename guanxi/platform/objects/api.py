"""The endpoints every object has. `object_router(name)` gives one object's, all typed."""

import datetime as dt
import json
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from guanxi.platform.events.history import record_history
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.http.request import Request
from guanxi.platform.jobs.services import start_job
from guanxi.platform.objects import lists, services
from guanxi.platform.objects.errors import NotAllowed, NotFound
from guanxi.platform.objects.idempotency import answered_once
from guanxi.platform.objects.registry import ObjectField, ObjectType, object_type
from guanxi.platform.objects.schemas import (
    CountOut,
    Strict,
    change_schema,
    create_schema,
    out_schema,
    page_schema,
)

BULK_AT_ONCE = 500


class ListParameters(Strict):
    """What picks and orders the records of a list."""

    filter: str | None = Field(None, description="A condition of the filter language, as JSON.")
    search: str = Field("", max_length=200)
    deleted: bool = Field(False, description="Show the recycle bin instead.")


class PageParameters(ListParameters):
    fields: str | None = Field(
        None, description="Comma-separated field names; absent: the list's columns."
    )
    sort: str | None = Field(None, max_length=200, description='Field names, "-" for descending.')
    cursor: str | None = Field(None, max_length=4000)
    limit: int = Field(50, ge=1, le=200)


class CountParameters(ListParameters):
    exact: bool = False


class AggregateParameters(ListParameters):
    group: str | None = None
    measures: str = Field("count", max_length=500)


def json_response(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", status=status)


def parse_filter(text: str | None) -> Any:
    """The filter of a query string. Raises BadList if it is no JSON."""
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise lists.BadList(_("The filter is no valid JSON."), field="filter") from None


def _matching(request: Request, declared: ObjectType, q: ListParameters) -> Any:
    _require(request, "read", declared)
    tree = parse_filter(q.filter)
    return lists.matching(
        request.asker,
        declared,
        clock_of(request.asker),
        tree=tree,
        search=q.search,
        deleted=q.deleted,
    )


def _require(request: Request, verb: str, declared: ObjectType) -> None:
    if not request.asker.may(verb, declared):
        raise NotAllowed(_("Your role does not allow this."))


def chosen_fields(request: Request, declared: ObjectType, names: str | None) -> list[ObjectField]:
    """The visible fields of a comma-separated list. Raises BadList for an unknown one."""
    visible = request.asker.fields(declared)
    wanted = names.split(",") if names else [n for n in declared.list if n in visible]
    unknown = [n for n in wanted if n not in visible]
    if unknown:
        raise lists.BadList(
            _('There is no field "%(name)s".') % {"name": unknown[0]}, field="fields"
        )
    currencies = [getattr(visible[n].column, "currency", n) for n in wanted]
    return [visible[n] for n in dict.fromkeys([*wanted, *currencies]) if n in visible]


class BulkIn(Strict):
    """Which records to change: `ids`, or all that match `filter` and `search`; and what to do with them."""

    ids: list[UUID] | None = Field(None, max_length=10_000)
    filter: dict[str, Any] | None = None
    search: str = ""
    set: dict[str, Any] | None = None
    delete: Literal[True] | None = None


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


def record_response(
    request: Request, declared: ObjectType, pk: UUID, status: int = 200
) -> HttpResponse:
    """One record; a record given out of one's own sight is answered with its id alone."""
    body = services.read_json(request.asker, declared, pk)
    if body is None:
        return json_response(json.dumps({"id": str(pk), "can": [], "updated_at": ""}), status)
    return _with_etag(body, status)


def _with_etag(body: str, status: int = 200) -> HttpResponse:
    response = json_response(body, status)
    response["ETag"] = services.etag(dt.datetime.fromisoformat(json.loads(body)["updated_at"]))
    return response


def _bulk(request: Request, declared: ObjectType, body: BulkIn) -> HttpResponse:
    verb = "delete" if body.delete else "change"
    _require(request, verb, declared)
    values = change_schema(declared.name)(**(body.set or {})).model_dump(exclude_unset=True)
    columns = services.bulk_columns(
        asker=request.asker, object_type=declared, values=values, delete=bool(body.delete)
    )
    if body.ids is not None and len(body.ids) <= BULK_AT_ONCE:
        changed = services.bulk_change(
            asker=request.asker,
            object_type=declared,
            ids=body.ids,
            columns=columns,
            delete=bool(body.delete),
        )
        skipped = len(set(body.ids)) - changed
        return json_response(
            json.dumps(
                {"changed": changed, "skipped": skipped, "request_id": str(request.request_id)}
            )
        )
    params = json.loads(body.model_dump_json(exclude_unset=True))
    job = start_job(
        "bulk_edit",
        asker=request.asker,
        params={**params, "object": declared.name},
        request_id=request.request_id,
    )
    return json_response(json.dumps(job), 202)


def object_router(name: str) -> Router:
    """CRUD, list, count, aggregate, bulk and history of one declared object."""
    declared = object_type(name)
    router = Router(tags=[name])
    create, change, out = create_schema(name), change_schema(name), out_schema(name)
    title = declared.model.__name__

    @router.get(
        "", response=page_schema(name), operation_id=f"list_{name}", summary=f"List {title}"
    )
    def list_(request: Request, q: Query[PageParameters]) -> HttpResponse:
        records = _matching(request, declared, q)
        fields = chosen_fields(request, declared, q.fields)
        return json_response(
            lists.page(
                request.asker,
                declared,
                records,
                fields,
                sort=q.sort,
                cursor=q.cursor,
                limit=q.limit,
            )
        )

    @router.get("/count", response=CountOut, operation_id=f"count_{name}", summary=f"Count {title}")
    def count(request: Request, q: Query[CountParameters]) -> dict[str, Any]:
        return lists.count(_matching(request, declared, q), exact=q.exact)

    @router.get(
        "/aggregate",
        response=dict[str, Any],
        operation_id=f"aggregate_{name}",
        summary=f"Total {title}",
    )
    def aggregate(request: Request, q: Query[AggregateParameters]) -> dict[str, Any]:
        return lists.aggregate(
            request.asker,
            declared,
            _matching(request, declared, q),
            group=q.group,
            measures=q.measures.split(","),
        )

    @router.get("/{uuid:pk}", response=out, operation_id=f"read_{name}", summary=f"Read {title}")
    def read(request: Request, pk: UUID) -> HttpResponse:
        _require(request, "read", declared)
        body = services.read_json(request.asker, declared, pk)
        if body is None:
            raise NotFound(_("There is no such record, or you may not see it."))
        return _with_etag(body)

    @router.get(
        "/{uuid:pk}/history",
        response=dict[str, Any],
        operation_id=f"history_{name}",
        summary=f"History of {title}",
    )
    def history(
        request: Request,
        pk: UUID,
        cursor: int | None = None,
        limit: int = Query(50, ge=1, le=200),
    ) -> dict[str, Any]:
        _require(request, "read", declared)
        return record_history(request.asker, declared, pk, before=cursor, limit=limit)

    if "create" in declared.verbs:

        @router.post(
            "", response={201: out}, operation_id=f"create_{name}", summary=f"Create {title}"
        )
        @answered_once
        def post(request: Request, body: create) -> HttpResponse:  # type: ignore[valid-type]
            values = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
            record = services.create_record(
                asker=request.asker, object_type=declared, values=values
            )
            return record_response(request, declared, record.pk, 201)

    if "change" in declared.verbs:

        @router.patch(
            "/{uuid:pk}", response=out, operation_id=f"change_{name}", summary=f"Change {title}"
        )
        def patch(request: Request, pk: UUID, body: change) -> HttpResponse:  # type: ignore[valid-type]
            return _change(request, declared, pk, body.model_dump(exclude_unset=True))  # type: ignore[attr-defined]

        @router.post(
            "/bulk",
            response={200: dict[str, Any], 202: dict[str, Any]},
            operation_id=f"bulk_{name}",
            summary=f"Change many {title}",
        )
        def bulk(request: Request, body: BulkIn) -> HttpResponse:
            return _bulk(request, declared, body)

    if "delete" in declared.verbs:

        @router.delete(
            "/{uuid:pk}",
            response={204: None},
            operation_id=f"delete_{name}",
            summary=f"Delete {title}",
        )
        def delete(request: Request, pk: UUID) -> tuple[int, None]:
            services.delete_record(asker=request.asker, object_type=declared, pk=pk)
            return 204, None

        @router.post(
            "/{uuid:pk}/restore",
            response=out,
            operation_id=f"restore_{name}",
            summary=f"Restore {title}",
        )
        def restore(request: Request, pk: UUID) -> HttpResponse:
            services.restore_record(asker=request.asker, object_type=declared, pk=pk)
            return record_response(request, declared, pk)

    return router
