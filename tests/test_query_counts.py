"""How many queries each request takes. The counts are kept in a file, so that a change shows.

After a change that is meant: GUANXI_WRITE_QUERY_COUNTS=1 pytest tests/test_query_counts.py -n 0
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.platform.objects.registry import object_type, types
from guanxi.platform.workspaces.models import Workspace
from tests.cast import Firm, equip
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db
BASELINE = Path(__file__).with_name("query_counts.json")
ACTORS = ("owner", "administrator")


def count(client: Any, address: str, **query: Any) -> int:
    """The queries of one GET."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    return len(queries)


def counts_of(firm: Firm, name: str, who: str) -> dict[str, int]:
    declared, oracle = object_type(name), Oracle(firm)
    client, path = firm.client(who), f"/api/v1/{declared.url}"
    seen = [r for r in firm.records[name].values() if oracle.may(who, "read", name, r)]
    group = next((f.name for f in declared.own_fields.values() if f.type.groupable), "")
    found = {
        "list": count(client, path, limit=200),
        "count": count(client, f"{path}/count"),
        "aggregate": count(client, f"{path}/aggregate", group=group),
        "read": count(client, f"{path}/{seen[0].pk}"),
        "history": count(client, f"{path}/{seen[0].pk}/history"),
    }
    if columned := next((f.name for f in declared.fields.values() if f.makes_columns), None):
        found["board"] = count(client, f"{path}/board", by=columned)
    everything = ",".join(f for f in declared.own_fields if not f.endswith("_at"))
    one = count(client, path, limit=1, fields=everything)
    assert one <= found["list"]  # no query per row or field
    if name == "customer":
        found["timeline"] = count(client, f"{path}/{seen[0].pk}/timeline")
    return found


def test_queries_of_every_object_are_as_recorded(firm: Firm) -> None:
    equip(firm)
    cache.set("workspace", Workspace.objects.get(), None)  # whose every tenth second is no matter
    for who in ACTORS:
        # Reads who they are and what fields the firm has, known from then on.
        firm.client(who).get("/api/v1/meta")
    counted = {
        who: {t.name: counts_of(firm, t.name, who) for t in types()}
        | {
            "": {
                "meta": count(firm.client(who), "/api/v1/meta"),
                "session": count(firm.client(who), "/api/v1/session"),
            }
        }
        for who in ACTORS
    }
    if os.environ.get("GUANXI_WRITE_QUERY_COUNTS"):
        BASELINE.write_text(json.dumps(counted, indent=1, sort_keys=True) + "\n")
    recorded = json.loads(BASELINE.read_text())
    for who in ACTORS:
        assert counted[who] == recorded[who], "see the head of this file"
