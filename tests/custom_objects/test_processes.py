"""What one process declares, every other serves at once; what it takes back, no other serves."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from django.db import connection, transaction

from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.custom_objects.models import CustomObject
from guanxi.platform.custom_objects.services import archive_object, declare_object
from guanxi.platform.fields.version import one_version
from guanxi.platform.jobs.models import Job
from guanxi.platform.objects.registry import is_declared
from tests.cast import Firm
from tests.notifications.calls import change, told, unread
from tests.server import on_this_database, web_server
from tests.waiting import wait_until
from tests.writes.calls import get, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    from tests.cast import make_firm

    return make_firm()


@contextmanager
def served(firm: Firm) -> Iterator[httpx2.Client]:
    """An administrator's program at a web server that is a process of its own."""
    _token, key = issue_token(user=firm["administrator"], name="t", scopes=["read", "write"])
    with web_server() as url:
        headers = {"Authorization": f"Bearer {key}"}
        address = f"{url}/api/v1/"
        with httpx2.Client(base_url=address, headers=headers, trust_env=False) as client:
            yield client


def names(answer: Any) -> list[str]:
    return [o["name"] for o in answer.json()["objects"]]


def test_processes_have_the_same_objects_at_once(firm: Firm) -> None:
    boss = firm.client("administrator")
    with served(firm) as other:
        assert other.get("custom-van").status_code == 404
        van = declare_object(labels={"en": "Van"})
        assert "custom_van" in names(other.get("meta"))
        made = other.post("custom-van", json={"name": "van 1"})
        assert made.status_code == 201, made.text
        assert get(boss, "custom-van")["items"][0]["name"] == "van 1"
        theirs = other.post("custom-objects", json={"labels": {"en": "Ship"}})
        assert theirs.status_code == 201, theirs.text
        assert post(boss, "custom-ship", {"name": "ship 1"}).status_code == 201
        archive_object(pk=van.pk)
        assert other.get("custom-van").status_code == 404
        with transaction.atomic():  # which comes to nothing, as when the process dies
            declare_object(labels={"en": "Plane"})
            assert is_declared("custom_plane")
            transaction.set_rollback(True)
        assert other.get("custom-plane").status_code == 404
        assert not is_declared("custom_plane")


def test_a_worker_that_ran_before_does_jobs_of_a_new_object(firm: Firm) -> None:
    boss = firm.client("administrator")
    with subprocess.Popen(
        [sys.executable, "-m", "guanxi.cli", "worker"], env=on_this_database()
    ) as worker:
        try:
            declare_object(labels={"en": "Van"})
            post(boss, "custom-van", {"name": "van 1"})
            job = post(boss, "custom-van/bulk", {"filter": {}, "set": {"name": "car"}})
            assert job.status_code == 202
            pk = job.json()["id"]
            wait_until(lambda: Job.objects.get(pk=pk).state not in ("queued", "running"))
        finally:
            worker.terminate()
    assert Job.objects.get(pk=pk).result["changed"] == 1
    assert get(boss, "custom-van")["items"][0]["name"] == "car"


def test_people_are_told_of_its_records(firm: Firm) -> None:
    declare_object(key="van", labels={"en": "Van"})
    van = post(firm.client("owner"), "custom-van", {"name": "van 1"}).json()["id"]
    sent = {"users": [str(firm["loner"].pk)], "may_change": True}
    assert post(firm.client("owner"), f"shares/custom_van/{van}", sent).status_code == 200
    change(firm, "loner", f"custom-van/{van}", name="van 2")
    assert [n["kind"] for n in told(firm, "loner")] == ["shared"]
    news = told(firm, "owner")[0]
    assert (news["kind"], news["object"], news["fields"], news["record"]["label"]) == (
        "changed", "custom_van", ["name"], "van 2",
    )  # fmt: skip
    archive_object(pk=CustomObject.objects.get().pk)
    assert told(firm, "owner") == []
    assert unread(firm, "owner") == 0


def test_a_thread_keeps_what_it_began_with(firm: Firm) -> None:
    """Whoever works has the same objects to the end; others have the new ones meanwhile."""
    declared, seen = threading.Event(), threading.Event()
    told: list[bool] = []

    def work() -> None:
        try:
            with one_version():
                told.append(is_declared("custom_van"))
                seen.set()
                declared.wait(10)
                told.append(is_declared("custom_van"))
            told.append(is_declared("custom_van"))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert seen.wait(10)
    declare_object(labels={"en": "Van"})
    declared.set()
    thread.join()
    assert told == [False, False, True]


def test_administrators_declare_in_turn(firm: Firm) -> None:
    """Of two who declare the same at once, one is told that it is there already."""
    boss = firm.client("administrator")
    results: list[int] = []

    def declare() -> None:
        try:
            sent = {"key": "van", "labels": {"en": "Van"}}
            results.append(post(firm.client("administrator"), "custom-objects", sent).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=declare) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [201, 422, 422]
    assert CustomObject.objects.count() == 1
    assert get(boss, "custom-van")["items"] == []
