"""Assistants work through MCP with a token's own rights: seen from the protocol's own client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from pytest_django import DjangoDbBlocker

from guanxi.platform.access.models import Token
from guanxi.platform.access.sign_in import issue_token
from tests.cast import EQUIPMENT, PEOPLE, Firm, equip
from tests.oracle import Oracle
from tests.server import on_this_database, web_server

LISTED = ("customer", "task", "interaction", "order", "product", "user", EQUIPMENT)


@dataclass
class World:
    """A server with the cast, everybody of whom has a token; all of it is committed."""

    url: str
    firm: Firm
    keys: dict[str, str]
    tokens: dict[str, Token]

    def api(self, who: str, path: str, **params: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        return httpx2.get(
            f"{self.url}/api/v1/{path}", params=params, headers=headers, trust_env=False
        )

    def mcp(self, who: str, use: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
        """What `use` returns of a connected client."""

        async def connected() -> Any:
            headers = {"Authorization": f"Bearer {self.keys[who]}"}
            async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http:
                transport = streamable_http_client(f"{self.url}/mcp", http_client=http)
                async with Client(transport, mode=mode) as client:
                    return await use(client)

        return asyncio.run(connected())

    def call(self, who: str, tool: str, **arguments: Any) -> CallToolResult:
        return self.mcp(who, lambda client: client.call_tool(tool, arguments))


@pytest.fixture(scope="module")
def world(firm: Firm, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        equip(firm)
        made = {
            who: issue_token(user=firm[who], name="assistant", scopes=["read", "write"])
            for who in PEOPLE
        }
        made["reader"] = issue_token(user=firm["administrator"], name="reads", scopes=["read"])
        made["tasks"] = issue_token(user=firm["administrator"], name="t", scopes=["task:read"])
        made["former"] = issue_token(user=firm["administrator"], name="ends", scopes=["read"])
        with web_server() as url:
            keys = {who: key for who, (_token, key) in made.items()}
            yield World(url, firm, keys, {who: token for who, (token, _key) in made.items()})


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_of_either_age_learns_what_there_is_and_reads(world: World, mode: str) -> None:
    async def use(client: Client) -> Any:
        tools = {t.name: t for t in (await client.list_tools()).tools}
        found = await client.call_tool("search", {"words": "acme"})
        return tools, found

    tools, found = world.mcp("administrator", use, mode)
    assert tools["list_records"].annotations.read_only_hint
    assert tools["change_record"].annotations.destructive_hint
    assert not tools["create_record"].annotations.destructive_hint
    assert all(t.description and "caller" not in str(t.input_schema) for t in tools.values())
    titles = [item["title"]["text"] for item in found.structured_content["items"]]
    assert "acme 公司" in titles
    assert "acme 公司" in found.content[1].text


def test_objects_and_fields_are_told_as_the_role_sees_them(world: World) -> None:
    objects = world.call("tasks", "describe_objects").structured_content["objects"]
    assert [o["name"] for o in objects] == ["task"]
    told = world.call("service", "describe_objects", object="customer").structured_content
    fields = {f["name"]: f for f in told["fields"]}
    assert "credit_limit" not in fields
    assert {c["value"] for c in fields["kind"]["choices"]} == {"person", "organization"}
    assert world.call("tasks", "describe_objects", object="customer").is_error


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_lists_just_what_they_may_see(world: World, who: str) -> None:
    async def use(client: Client) -> dict[str, CallToolResult]:
        arguments = {"limit": 100, "sort": "created_at"}
        return {
            name: await client.call_tool("list_records", {"object": name, **arguments})
            for name in LISTED
        }

    oracle = Oracle(world.firm)
    for name, answer in world.mcp(who, use).items():
        cast = {str(r.pk): r for r in world.firm.records[name].values()}
        seen = {row["id"] for row in answer.structured_content.get("items", [])}
        assert seen & set(cast) == {
            pk for pk, record in cast.items() if oracle.may(who, "read", name, record)
        }, name
        path = {EQUIPMENT: "custom-equipment"}.get(name, f"{name}s")
        api = world.api(who, path, limit=100, sort="created_at")
        assert answer.is_error == api.is_error
        assert answer.structured_content.get("items") == api.json().get("items")


def test_work_is_done_as_the_api_does_it(world: World) -> None:
    acme = str(world.firm["customer:acme"].pk)

    async def use(client: Client) -> Any:
        named = {"object": "customer", "id": acme}
        read = (await client.call_tool("read_record", named)).structured_content
        values = {"title": "call acme", "customer": acme}
        task, again = [
            (
                await client.call_tool(
                    "create_record", {"object": "task", "values": values, "key": "k1"}
                )
            ).structured_content["record"]["id"]
            for _ in range(2)
        ]
        assert task == again
        done = await client.call_tool("complete_task", {"id": task})
        assert done.structured_content["record"]["status"] == "done"
        logged = await client.call_tool(
            "log_interaction", {"customer": acme, "channel": "call", "subject": "Agreed 好的"}
        )
        assert not logged.is_error
        change = {**named, "values": {"city": "深圳"}, "version": read["version"]}
        changed = await client.call_tool("change_record", change)
        late = await client.call_tool("change_record", change)
        timeline = await client.call_tool("read_timeline", {"customer": acme, "limit": 3})
        return changed, late, timeline

    changed, late, timeline = world.mcp("owner", use)
    assert changed.structured_content["record"]["city"] == "深圳"
    assert late.is_error
    assert late.structured_content["code"] == "edit_conflict"
    assert late.structured_content["theirs"]["city"] == "深圳"
    entries = timeline.structured_content["items"]
    assert {e["kind"] for e in entries} >= {"interaction", "change"}
    assert timeline.structured_content["next"]
    (change,) = [e for e in entries if e["kind"] == "change"]
    assert (change["actor"]["label"], change["source"]) == ("owner 先生", "token")


def test_pages_follow_each_other_and_a_filter_narrows(world: World) -> None:
    first = world.call("administrator", "list_records", object="customer", limit=2, sort="name")
    page = first.structured_content
    second = world.call(
        "administrator",
        "list_records",
        object="customer",
        limit=2,
        sort="name",
        cursor=page["next"],
    ).structured_content
    names = [row["name"] for row in [*page["items"], *second["items"]]]
    assert names == sorted(names)
    assert len(set(names)) == 4
    narrowed = world.call(
        "administrator", "list_records", object="customer", fields=["name"],
        filter={"field": "city", "op": "eq", "value": "上海"},
    )  # fmt: skip
    assert [row["name"] for row in narrowed.structured_content["items"]] == ["bell 公司"]


def test_what_the_api_refuses_is_told_so_that_it_can_be_mended(world: World) -> None:
    wrong = world.call("administrator", "list_records", object="customer", fields=["nonsense"])
    assert wrong.is_error
    assert "nonsense" in wrong.content[0].text
    assert world.call("administrator", "list_records", object="dragon").is_error
    empty = world.call("administrator", "create_record", object="task", values={})
    assert empty.structured_content["errors"][0]["field"] == "title"
    hidden = world.firm["customer:chen"].pk  # another team's
    unseen = world.call("owner", "read_record", object="customer", id=str(hidden))
    assert unseen.structured_content["status"] == 404


def test_a_token_that_may_only_read_writes_nothing(world: World) -> None:
    acme = str(world.firm["customer:acme"].pk)
    version = world.call("reader", "read_record", object="customer", id=acme).structured_content
    for tool, arguments in (
        ("create_record", {"object": "task", "values": {"title": "x"}}),
        ("change_record", {"object": "customer", "id": acme, "values": {"city": "x"},
                           "version": version["version"]}),
        ("log_interaction", {"customer": acme, "channel": "call", "subject": "x"}),
        ("complete_task", {"id": str(world.firm["task:free"].pk)}),
    ):  # fmt: skip
        refused = world.call("reader", tool, **arguments)
        assert (refused.is_error, refused.structured_content["status"]) == (True, 403), tool


def test_the_attention_list_is_the_api_s(world: World) -> None:
    listed = world.call("manager", "list_attention").structured_content
    assert listed == world.api("manager", "insight/attention").json()
    missing = {"item": "00000000-0000-7000-8000-000000000000"}
    for tool, arguments in (
        ("act_on_attention", {"kind": "task"}),
        ("snooze_attention", {"until": "2999-01-01"}),
        ("dismiss_attention", {"reason": "known"}),
    ):
        refused = world.call("manager", tool, **missing, **arguments)
        assert refused.is_error
        assert refused.structured_content["status"] in (404, 422), refused.structured_content


def raw(world: World, **headers: str) -> httpx2.Response:
    """A bare request to list the tools."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Accept": "application/json, text/event-stream", **headers}
    return httpx2.post(f"{world.url}/mcp", json=body, headers=headers, trust_env=False)


def test_without_a_living_token_nobody_comes_in(
    world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    stranger = raw(world)
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"] == 'Bearer realm="Guanxi"'
    assert stranger.json()["code"] == "not_signed_in"
    session = raw(world, Cookie=f"guanxi_session={world.firm.sessions['administrator']}")
    assert session.status_code == 401
    bearer = f"Bearer {world.keys['former']}"
    assert raw(world, Authorization=bearer).status_code == 200
    with django_db_blocker.unblock():
        Token.objects.filter(pk=world.tokens["former"].pk).update(
            revoked_at=world.tokens["former"].created_at
        )
    ended = raw(world, Authorization=bearer)
    assert ended.status_code == 401
    assert 'error="invalid_token"' in ended.headers["www-authenticate"]


def test_pages_of_other_sites_are_refused(world: World) -> None:
    bearer = f"Bearer {world.keys['reader']}"
    assert raw(world, Authorization=bearer, Origin="https://evil.example").status_code == 403
    assert raw(world, Authorization=bearer, Origin=world.url).status_code == 200
    assert raw(world, Authorization=bearer, Host="evil.example").status_code in (400, 421)
    assert httpx2.get(f"{world.url}/mcp", trust_env=False).status_code == 405


@pytest.mark.django_db
def test_where_nobody_uses_it_it_costs_nothing() -> None:
    program = (
        "import sys, guanxi.config.asgi; print({'mcp', 'httpx2', 'starlette'} & {*sys.modules})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=on_this_database(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip() == "set()"
