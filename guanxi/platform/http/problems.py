"""Every refusal as problem+json (RFC 9457), naming the field and saying what to do."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError
from pydantic import ValidationError as PydanticValidationError

from guanxi.platform.http.request import Request
from guanxi.platform.objects.constraints import problem_of_name
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
    # What somebody sent may be told back to them: half a surrogate pair is no reason to fail.
    encoded = text.encode("utf-8", "replace")
    return HttpResponse(encoded, status=status, content_type="application/problem+json")


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


def _field(location: tuple[Any, ...]) -> str | None:
    """The name of a field: pydantic's path without where it came from and how it was tried."""
    parts = [str(p) for p in location if p not in ("body", "query", "path", "form")]
    if len(parts) > 1 and parts[0] == "q":  # what list endpoints call their parameters as a whole
        del parts[0]
    named = [
        p for p in parts if not p.startswith(("function-", "constrained-", "nullable", "[key]"))
    ]
    return ".".join(named) or None


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
    return problem(request, 422, "invalid", str(errors[0]["message"]), errors=errors)


def constraint_problem(request: Request, error: IntegrityError) -> HttpResponse:
    """The database refused a write, of two at once the second; named by field where we can."""
    told = constraint_error(error)
    log.info("constraint %s refused a write", told["constraint"], extra=_id(request))
    errors = [{"field": told["field"], "message": told["message"], "code": told["code"]}]
    return problem(request, 409, "constraint", told["message"], errors=errors)


def constraint_error(error: IntegrityError) -> dict[str, Any]:
    """The {field, message, code, constraint} of a rule of the data that a write would break."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    told = problem_of_name(name) or {
        "field": None,
        "message": _("This would break a rule of the data. Load the record again."),
        "code": "constraint",
    }
    return {**told, "constraint": name}


def _id(request: Request) -> dict[str, Any]:
    return {"request_id": str(request.request_id)}


def as_problem(request: Request, response: HttpResponse) -> HttpResponse:
    """The refusal of the framework itself, which is no problem document, as one."""
    status = response.status_code
    if status < 400 or response.get("Content-Type", "").startswith("application/problem+json"):
        return response
    details = {
        400: ("bad_request", _("This request cannot be understood.")),
        404: ("not_found", _("There is nothing at this address.")),
        405: ("method_not_allowed", _("This address does not know this method.")),
    }
    code, detail = details.get(status, ("internal", _("Something went wrong on our side.")))
    told = problem(request, status, code, detail)
    if "Allow" in response:
        told["Allow"] = response["Allow"]
    return told


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
            {"field": None if f in ("", "__all__") else f, "message": m, "code": "invalid"}
            for f, messages in by_field.items()
            for m in messages
        ]
        return problem(request, 422, "invalid", str(errors[0]["message"]), errors=errors)

    @api.exception_handler(IntegrityError)
    def constraint(request: Request, error: IntegrityError) -> HttpResponse:
        return constraint_problem(request, error)

    @api.exception_handler(DataError)
    def out_of_range(request: Request, error: DataError) -> HttpResponse:
        return problem(request, 422, "invalid", _("A value is too large or of the wrong kind."))

    @api.exception_handler(OperationalError)
    def unavailable(request: Request, error: OperationalError) -> HttpResponse:
        log.error("the database refused: %s", type(error.__cause__).__name__, extra=_id(request))
        return problem(
            request, 503, "unavailable", _("The database does not answer. Try again in a moment.")
        )

    @api.exception_handler(AuthenticationError)
    def not_signed_in(request: Request, error: AuthenticationError) -> HttpResponse:
        return problem(request, 401, "not_signed_in", _("Sign in first."))

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: Request, error: RequestDataTooBig) -> HttpResponse:
        return problem(request, 413, "too_large", _("This request is larger than allowed."))

    @api.exception_handler(MultiPartParserError)
    def bad_form(request: Request, error: MultiPartParserError) -> HttpResponse:
        return problem(request, 400, "bad_request", _("This request cannot be understood."))

    @api.exception_handler(HttpError)
    def http(request: Request, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, "refused", str(error))

    @api.exception_handler(Http404)
    def not_found(request: Request, error: Http404) -> HttpResponse:
        return problem(request, 404, "not_found", _("There is nothing at this address."))

    @api.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> HttpResponse:
        log.error("unexpected error", exc_info=error, extra=_id(request))
        return problem(request, 500, "internal", _("Something went wrong on our side."))
