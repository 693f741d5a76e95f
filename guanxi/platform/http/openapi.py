"""Our flavour of the API framework: strict JSON in, and a document that tells of every refusal."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from guanxi.platform.objects.fieldtypes import parse_json

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "A refusal (RFC 9457): what is wrong, in which field, and what to do.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "theirs": {
            "type": ["object", "null"],
            "description": "On edit_conflict: the record as somebody else left it.",
        },
        "candidates": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/CandidateOut"},
            "description": "On may_exist: the records that the new one may be.",
        },
    },
}
REFUSED = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
# Generated clients take the first they can: programs have tokens.
SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "guanxi_session"},
}


def header(name: str, description: str) -> dict[str, Any]:
    """A header parameter, for `openapi_extra` of an endpoint that reads it itself."""
    described = {"in": "header", "name": name, "required": False, "description": description}
    return {"parameters": [{**described, "schema": {"type": "string"}}]}


class StrictJSON(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return parse_json(request.body)


class API(NinjaAPI):
    """The API with what all its endpoints have in common said in its document."""

    def __init__(self, **options: Any):
        super().__init__(parser=StrictJSON(), **options)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """What a generated client calls the operation: as we do, and a bare verb with its area."""
        name = operation.view_func.__name__.strip("_")
        area = (operation.tags or [""])[0]
        return name if "_" in name or not area else f"{name}_{area}"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        document["components"]["schemas"]["Problem"] = PROBLEM
        document["components"]["securitySchemes"] = SECURITY
        is_open = {
            (operation.operation_id or self.get_openapi_operation_id(operation))
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
            if not operation.auth_callbacks
        }
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"]["4XX"] = REFUSED
                if operation["operationId"] not in is_open:
                    operation["security"] = [{name: []} for name in SECURITY]
        return document
