"""A tool is one or two calls of our own API: access, rules and history are there, not here."""

import json
from typing import Any

import httpx2
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, TextContent

from guanxi.platform.custom_objects.models import address_of, is_firms_name
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.registry import object_asked_for

MOST_BYTES = 200_000  # of one answer; a model reads no more at once
Caller = Context[httpx2.AsyncClient, Any]
Answer = CallToolResult


class Refused(Exception):
    """What the API refused, as the assistant is to be told."""

    def __init__(self, told: str, problem: dict[str, Any] | None = None):
        super().__init__(told)
        self.told, self.problem = told, problem


async def ask(caller: Caller, method: str, path: str, **options: Any) -> httpx2.Response:
    """Ask our API with the caller's own token. Raises Refused with what it says instead."""
    given = caller.headers or {}
    wanted = ("authorization", "accept-language")
    headers = {name: given[name] for name in wanted if name in given}
    headers |= options.pop("headers", {})
    if params := options.get("params"):
        options["params"] = {k: v for k, v in params.items() if v is not None}
    client = caller.request_context.lifespan_context
    response = await client.request(method, f"/api/v1/{path}", headers=headers, **options)
    if response.is_error:
        problem = response.json()
        fields = [f"{e['field']}: {e['message']}" for e in problem["errors"] if e["field"]]
        raise Refused("\n".join([problem["detail"], *fields]), problem)
    if len(response.content) > MOST_BYTES:
        raise Refused("This is too much at once: ask for fewer records or fields.")
    return response


def path_of(name: str) -> str:
    """The path of an object's records. Raises Refused."""
    if is_firms_name(name):
        return address_of(name)  # which of them there are only the API knows
    try:
        return object_asked_for(name).url
    except NotFound:
        raise Refused(
            f'There is no object "{name}". Call describe_objects for those there are.'
        ) from None


def told(content: Any, summary: str) -> Answer:
    """An answer: structured, and as text for models that read nothing else."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(
        content=[TextContent(text=summary), TextContent(text=text)], structured_content=content
    )


def refusal(error: Refused) -> Answer:
    """The refusal as a tool's error, with the problem document: a model may mend and try again."""
    return CallToolResult(
        content=[TextContent(text=error.told)], structured_content=error.problem, is_error=True
    )
