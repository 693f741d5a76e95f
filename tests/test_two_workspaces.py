"""Two firms on one database server: what one does, the other never sees."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import conftest as ground
from guanxi.platform.workspaces import roles
from guanxi.platform.workspaces.home import Home
from tests.cast import PASSWORD

DETAILS = {
    "language": "en", "time_zone": "Asia/Shanghai", "currency": "CNY", "full_name": "Boss",
    "username": "boss", "password": PASSWORD,
}  # fmt: skip
RUNS = "procrastinate_jobs where task_name = 'run_job'"
TEA = {"kind": "person", "name": "tea drinker"}


class Workspace:
    """A firm's process, in a home and a database of its own."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self.process = process
        self.cookies: dict[str, str] = {}

    def tell(self, **order: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return self.tell(send=[method, path], body=body, **{"cookies": self.cookies} | options)

    def count(self, table: str) -> int:
        return int(self.tell(sql=f"select count(*) from {table}")[0][0])  # noqa: S608


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Workspace]:
    database = f"guanxi_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{name}"
    ground.renew(database)
    home = Home(folder / name).create()
    address = make_conninfo(**roles.connection_parameters("app") | {"dbname": database})
    environment = os.environ | {"GUANXI_HOME": str(home.path), "GUANXI_DATABASE_URL": address}
    environment.pop("GUANXI_OWNER_DATABASE_URL", None)
    environment["GUANXI_DATABASE_ROLE"] = "app"
    command = [sys.executable, "-m", "tests.workspace_process"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        workspace = Workspace(process)
        try:
            made = workspace.tell(set_up=name, details=DETAILS)
            assert made["status"] == 200, made
            workspace.cookies = made["cookies"]
            yield workspace
        finally:
            process.kill()
    with ground.as_owner() as session:
        drop = psycopg.sql.SQL("drop database {} with (force)")
        session.execute(drop.format(psycopg.sql.Identifier(database)))


@pytest.fixture(scope="module")
def firms(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, Workspace]]:
    folder = tmp_path_factory.mktemp("workspaces")
    with ExitStack() as stack:
        yield tuple(stack.enter_context(opened(name, folder)) for name in ("red", "green"))  # type: ignore[misc]


Firms = tuple[Workspace, Workspace]


def test_records_and_events_stay_in_their_own(firms: Firms) -> None:
    red, green = firms
    before = green.count("platform_event")
    made = red.send("post", "customers", TEA)
    assert made["status"] == 201
    assert red.send("get", "customers")["body"]["items"][0]["name"] == "tea drinker"
    assert green.send("get", "customers")["body"]["items"] == []
    assert green.send("get", f"customers/{made['body']['id']}")["status"] == 404
    assert (green.count("platform_event"), green.count("customers_customer")) == (before, 0)
    assert red.send("get", "session")["body"]["workspace"]["name"] == "red"
    assert green.send("get", "session")["body"]["workspace"]["name"] == "green"


def test_a_refusal_in_one_takes_nothing_back_in_the_other(firms: Firms) -> None:
    red, green = firms
    kept = green.send("post", "tags", {"name": "kept"})
    refused = red.send("post", "tags", {"name": ""})
    assert (kept["status"], refused["status"]) == (201, 422)
    assert [t["name"] for t in green.send("get", "tags")["body"]["items"]] == ["kept"]
    assert red.count("customers_tag") == 0


def test_a_session_of_one_is_nobody_in_the_other(firms: Firms) -> None:
    red, green = firms
    assert green.send("get", "customers", cookies=red.cookies)["status"] == 401
    assert red.send("get", "customers", cookies=green.cookies)["status"] == 401
    stolen = red.tell(sql="select session_key, session_data from platform_session")[0]
    assert stolen[0] not in str(green.tell(sql="select session_key from platform_session"))
    token = red.send("post", "tokens", {"name": "t", "scopes": ["read"]})["body"]["key"]
    headers = {"Authorization": f"Bearer {token}"}
    assert red.send("get", "customers", headers=headers, cookies={})["status"] == 200
    assert green.send("get", "customers", headers=headers, cookies={})["status"] == 401


def test_objects_of_one_are_unknown_in_the_other(firms: Firms) -> None:
    """Even under the same name: each has its own fields and records."""
    red, green = firms
    van, car = ({"key": "van", "labels": {"en": label}} for label in ("Van", "Vehicle"))
    assert red.send("post", "custom-objects", van)["status"] == 201
    assert red.send("post", "custom-van", {"name": "red van"})["status"] == 201
    assert green.send("get", "custom-van")["status"] == 404
    assert green.send("post", "custom-objects", car)["status"] == 201
    assert green.send("get", "custom-van")["body"]["items"] == []
    told = [firm.send("get", "meta")["body"]["objects"] for firm in firms]
    labels = [{o["path"]: o["label"] for o in objects}["custom-van"] for objects in told]
    assert labels == ["Van", "Vehicle"]


def test_a_job_is_done_by_its_own_workers(firms: Firms) -> None:
    red, green = firms
    red.send("post", "customers", TEA)
    edit = {"filter": {}, "set": {"city": "北京"}}
    job = red.send("post", "customers/bulk", edit)
    assert job["status"] == 202
    path = f"jobs/{job['body']['id']}"
    assert green.tell(work=True) == "worked"
    assert (green.send("get", path)["status"], green.count(RUNS)) == (404, 0)
    assert red.send("get", path)["body"]["state"] == "queued"
    assert red.tell(work=True) == "worked"
    assert red.send("get", path)["body"]["state"] == "done"
    assert green.count("platform_job") == 0


def test_an_undo_reaches_only_ones_own(firms: Firms) -> None:
    red, green = firms
    red.send("post", "tags", {"name": "mine"})
    request = red.tell(sql="select max(request_id::text) from platform_event")[0][0]
    assert green.send("post", f"changes/{request}/undo")["status"] == 404


def test_caches_homes_and_secrets_are_apart(firms: Firms) -> None:
    red, green = firms
    red.tell(remember="red's")
    assert (red.tell(recall=True), green.tell(recall=True)) == ("red's", None)
    for one, other in zip(red.tell(home=True), green.tell(home=True), strict=True):
        assert one != other
