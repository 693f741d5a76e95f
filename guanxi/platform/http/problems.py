"""Every refusal as problem+json (RFC 9457), naming the field and saying what to do."""

import json
import logging
import re
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError
from pydantic import ValidationError as PydanticValidationError

from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import DomainError

log = logging.getLogger(__name__)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    **extra: Any,
) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": str(request.request_id),
        "errors": errors or [],
        **extra,
    }
    text = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(text, status=status, content_type="application/problem+json")


def _domain(request: Request, error: DomainError) -> HttpResponse:
    extra = dict(error.extra)
    errors = extra.pop("errors", None)
    if errors is None and error.field:
        errors = [{"field": error.field, "message": str(error.message), "code": error.code}]
    if isinstance(extra.get("theirs"), str):
        extra["theirs"] = json.loads(extra["theirs"])
    response = problem(
        request, error.status, error.code, str(error.message), errors=errors, **extra
    )
    if "retry_after" in extra:
        response["Retry-After"] = str(extra["retry_after"])
    return response


MESSAGES = {
    "missing": gettext_noop("This is required."),
    "extra_forbidden": gettext_noop("There is no such field."),
}


def _field(location: tuple[Any, ...]) -> str:
    parts = [str(p) for p in location if p not in ("body", "query", "path", "form", "q")]
    return ".".join(p for p in parts if not p.startswith(("function-", "constrained-", "nullable")))


def _invalid(request: Request, found: list[dict[str, Any]]) -> HttpResponse:
    errors = [
        {
            "field": _field(e["loc"]),
            "message": _(MESSAGES[e["type"]])
            if e["type"] in MESSAGES
            else e["msg"].removeprefix("Value error, "),
            "code": e["type"],
        }
        for e in found
    ]
    return problem(request, 422, "invalid", errors[0]["message"], errors=errors)


def _constraint(request: Request, error: IntegrityError) -> HttpResponse:
    """Two writers at once: the database refused the second."""
    name = re.search(r'constraint "(\w+)"', str(error))
    log.info(
        "constraint %s refused a write", name and name[1], extra={"request_id": request.request_id}
    )
    detail = _("This would break a rule of the data: another record may have the same value.")
    return problem(request, 409, "constraint", detail, constraint=name and name[1])


def add_problem_handlers(api: NinjaAPI) -> None:
    """Translate what can go wrong; the unexpected is logged with the request's id, shown as 500."""

    @api.exception_handler(DomainError)
    def domain(request: Request, error: DomainError) -> HttpResponse:
        return _domain(request, error)

    @api.exception_handler(NinjaValidationError)
    def ninja_invalid(request: Request, error: NinjaValidationError) -> HttpResponse:
        return _invalid(request, error.errors)

    @api.exception_handler(PydanticValidationError)
    def pydantic_invalid(request: Request, error: PydanticValidationError) -> HttpResponse:
        return _invalid(request, [dict(e) for e in error.errors()])

    @api.exception_handler(DjangoValidationError)
    def django_invalid(request: Request, error: DjangoValidationError) -> HttpResponse:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        errors = [
            {"field": f, "message": m, "code": "invalid"} for f, ms in by_field.items() for m in ms
        ]
        return problem(request, 422, "invalid", errors[0]["message"], errors=errors)

    @api.exception_handler(IntegrityError)
    def constraint(request: Request, error: IntegrityError) -> HttpResponse:
        return _constraint(request, error)

    @api.exception_handler(DataError)
    def out_of_range(request: Request, error: DataError) -> HttpResponse:
        return problem(request, 422, "invalid", _("A value is too large or of the wrong kind."))

    @api.exception_handler(OperationalError)
    def unavailable(request: Request, error: OperationalError) -> HttpResponse:
        log.error("database: %s", error, extra={"request_id": request.request_id})
        return problem(
            request, 503, "unavailable", _("The database does not answer. Try again in a moment.")
        )

    @api.exception_handler(AuthenticationError)
    def not_signed_in(request: Request, error: AuthenticationError) -> HttpResponse:
        return problem(request, 401, "not_signed_in", _("Sign in first."))

    @api.exception_handler(HttpError)
    def http(request: Request, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, "refused", str(error))

    @api.exception_handler(Http404)
    def not_found(request: Request, error: Http404) -> HttpResponse:
        return problem(request, 404, "not_found", _("There is nothing at this address."))

    @api.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> HttpResponse:
        log.error("unexpected error", exc_info=error, extra={"request_id": request.request_id})
        return problem(request, 500, "internal", _("Something went wrong on our side."))
