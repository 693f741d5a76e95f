"""What assistants can do. Descriptions are for models; they are part of what makes a tool work."""

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any, Literal
from uuid import UUID

from mcp_types import ToolAnnotations
from pydantic import Field

from guanxi.assistants.calls import Answer, Caller, Refused, ask, path_of, refusal, told

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
TOOLS: dict[Callable[..., Awaitable[Answer]], ToolAnnotations] = {}

Object = Annotated[str, Field(description='Name of an object, such as "customer".')]
Id = Annotated[UUID, Field(description="Id of the record.")]
Cursor = Annotated[str | None, Field(description='The "next" of the page before.')]
Limit = Annotated[int, Field(ge=1, le=100)]
Values = Annotated[
    dict[str, Any],
    Field(description="Field names and values; a link takes the record's id, a file its upload's."),
]
Day = Annotated[str, Field(description="A day, such as 2026-05-31.")]


def tool(annotations: ToolAnnotations) -> Callable[[Any], Any]:
    """Offer a function to assistants; what the API refuses becomes the tool's error."""

    def offer(function: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
        @wraps(function)
        async def call(*args: Any, **options: Any) -> Answer:
            try:
                return await function(*args, **options)
            except Refused as error:
                return refusal(error)

        TOOLS[call] = annotations
        return call

    return offer


@tool(READS)
async def describe_objects(caller: Caller, object: str | None = None) -> Answer:
    """What objects there are and what you may do with each; with `object`: its fields.

    Each field tells its type, the operators a filter may use, its choices, and the object a link
    points to.
    """
    known = (await ask(caller, "GET", "meta")).json()["objects"]
    if object is None:
        kept = ("name", "label", "label_plural", "can")
        objects = [{key: one[key] for key in kept} for one in known]
        return told({"objects": objects}, f"{len(objects)} objects")
    found = next((one for one in known if one["name"] == object), None)
    if found is None:
        raise Refused(f'There is no object "{object}", or you may not see it.')
    return told(found, f"{found['label']}: {len(found['fields'])} fields")


@tool(READS)
async def search(
    caller: Caller,
    words: Annotated[str, Field(description="Parts of a name, pinyin, telephone, e-mail, number.")],
    objects: Annotated[
        list[str] | None, Field(description="Objects to search; absent: all.")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=50, description="At most so many of each object.")] = 10,
) -> Answer:
    """Find records of any kind by any part of what they are known by."""
    params = {"q": words, "type": objects, "limit": limit}
    items = (await ask(caller, "GET", "search", params=params)).json()["items"]
    return told({"items": items}, f"{len(items)} found")


@tool(READS)
async def list_records(
    caller: Caller,
    object: Object,
    filter: Annotated[
        dict[str, Any] | None,
        Field(
            description='A condition: {"field": "city", "op": "eq", "value": "北京"}; joined by'
            ' {"and": […]}, {"or": […]}, {"not": …}; over links {"field": "customer.city", …};'
            ' over what points here {"has": "orders", "where": …} or {"has_no": "orders"};'
            ' {"days": -30} is a date, {"relative": "this_month"} a period for "in_period".'
        ),
    ] = None,
    search: Annotated[str, Field(description="Words the records are found by.")] = "",
    sort: Annotated[
        str | None, Field(description='Field names by comma; "-" for descending.')
    ] = None,
    fields: Annotated[list[str] | None, Field(description="Fields to show.")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Answer:
    """Records of one object that meet a condition, in order, page by page."""
    params = {
        "filter": json.dumps(filter) if filter else None,
        "search": search or None,
        "sort": sort,
        "fields": ",".join(fields) if fields else None,
        "cursor": cursor,
        "limit": limit,
    }
    page = (await ask(caller, "GET", path_of(object), params=params)).json()
    return told(page, _page(page))


@tool(READS)
async def read_record(caller: Caller, object: Object, id: Id) -> Answer:
    """All of one record that you may see, and the version by which to change it."""
    response = await ask(caller, "GET", f"{path_of(object)}/{id}")
    return told({"record": response.json(), "version": response.headers["etag"]}, "1 record")


@tool(READS)
async def read_timeline(
    caller: Caller,
    customer: Annotated[UUID, Field(description="Id of the customer.")],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Answer:
    """All that happened with a customer, newest first: contacts, tasks, purchases, changes."""
    params = {"cursor": cursor, "limit": limit}
    page = (await ask(caller, "GET", f"customers/{customer}/timeline", params=params)).json()
    return told(page, _page(page))


@tool(ADDS)
async def create_record(
    caller: Caller,
    object: Object,
    values: Values,
    key: Annotated[
        str, Field(description="Any text of your own: repeated with it, nothing is made twice.")
    ] = "",
    though_it_may_exist: Annotated[
        bool, Field(description="Only if your person said so after they were told of the others.")
    ] = False,
) -> Answer:
    """Make a new record. Search first: it may be there already.

    A customer who may exist is refused with those it may be: read them, or ask your person.
    """
    headers = {"Idempotency-Key": key} if key else {}
    params = {"on_duplicate": "create"} if though_it_may_exist else None
    address = path_of(object)
    response = await ask(caller, "POST", address, json=values, headers=headers, params=params)
    return told({"record": response.json()}, "Made.")


@tool(CHANGES)
async def change_record(
    caller: Caller,
    object: Object,
    id: Id,
    values: Values,
    version: Annotated[str, Field(description="As read_record gave it.")],
) -> Answer:
    """Change some fields of a record, unless somebody changed it since you read it."""
    headers = {"If-Match": version}
    response = await ask(caller, "PATCH", f"{path_of(object)}/{id}", json=values, headers=headers)
    version = response.headers.get("etag", "")
    return told({"record": response.json(), "version": version}, "Changed.")


@tool(ADDS)
async def log_interaction(
    caller: Caller,
    customer: Annotated[UUID, Field(description="Id of the customer.")],
    channel: Annotated[
        str, Field(description="call, email, visit, meeting, chat, sms, wechat, web or note")
    ],
    subject: str,
    body: str = "",
    direction: Literal["in", "out", "none"] = "none",
    outcome: str = "",
    happened_at: Annotated[
        str | None, Field(description="ISO 8601 with a time zone; absent: now.")
    ] = None,
) -> Answer:
    """Note a contact with a customer that took place, on their timeline."""
    values = {
        "customer": str(customer),
        "channel": channel,
        "subject": subject,
        "body": body,
        "direction": direction,
        "outcome": outcome,
        **({"happened_at": happened_at} if happened_at else {}),
    }
    response = await ask(caller, "POST", path_of("interaction"), json=values)
    return told({"record": response.json()}, "Logged.")


@tool(ADDS)
async def complete_task(caller: Caller, id: Id) -> Answer:
    """Mark a task as done."""
    response = await ask(caller, "POST", f"{path_of('task')}/{id}/complete")
    return told({"record": response.json()}, "Done.")


@tool(READS)
async def list_attention(
    caller: Caller,
    mine: Annotated[bool, Field(description="Only of customers your person owns.")] = False,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Answer:
    """Customers who need attention: why, how much is at stake, and what is suggested."""
    params = {"mine": mine, "cursor": cursor, "limit": limit}
    page = (await ask(caller, "GET", "insight/attention", params=params)).json()
    return told(page, _page(page))


@tool(ADDS)
async def act_on_attention(
    caller: Caller,
    item: Annotated[UUID, Field(description="Id of the item of list_attention.")],
    kind: Annotated[
        Literal["task", "call"], Field(description="Make a task, or log a call that was made.")
    ],
    title: str = "",
    due_on: Day | None = None,
    note: str = "",
    outcome: str = "",
) -> Answer:
    """Do what an item suggests. What you leave out follows the suggestion."""
    body = {"kind": kind, "title": title, "due_on": due_on, "note": note, "outcome": outcome}
    return await _decide(caller, item, "do", body)


@tool(ADDS)
async def snooze_attention(
    caller: Caller,
    item: Annotated[UUID, Field(description="Id of the item of list_attention.")],
    until: Day,
) -> Answer:
    """Hide an item until a day."""
    return await _decide(caller, item, "snooze", {"until": until})


@tool(ADDS)
async def dismiss_attention(
    caller: Caller,
    item: Annotated[UUID, Field(description="Id of the item of list_attention.")],
    reason: Literal["wrong", "known", "not_worth", "other"],
    note: str = "",
) -> Answer:
    """Close an item unheeded; the reason teaches later suggestions."""
    return await _decide(caller, item, "dismiss", {"reason": reason, "note": note})


async def _decide(caller: Caller, item: UUID, verb: str, body: dict[str, Any]) -> Answer:
    response = await ask(caller, "POST", f"insight/attention/{item}/{verb}", json=body)
    return told(response.json(), "Decided.")


def _page(page: dict[str, Any]) -> str:
    more = f'; more with cursor "{page["next"]}"' if page["next"] else ""
    return f"{len(page['items'])} shown{more}"
