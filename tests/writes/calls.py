"""Requests that write, and what a refused one leaves behind: nothing."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.objects.models import IdempotentResponse

JSON = "application/json"
NOWHERE = "00000000-0000-7000-8000-000000000000"  # the id of nothing
COUNTED = (Event, Customer, Task, Job, IdempotentResponse)


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body or {}, content_type=JSON, headers=headers)


def patch(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.patch(f"/api/v1/{path}", body, content_type=JSON, headers=headers)


def get(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def undo(client: Client, answer: Any) -> Any:
    return post(client, f"changes/{answer['X-Request-Id']}/undo")


def refused(send: Callable[[], Any], status: int) -> Any:
    """The problem of a refused request, which left nothing behind."""
    before = [model.objects.count() for model in COUNTED]
    answer = send()
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["request_id"] == answer["X-Request-Id"]
    assert [model.objects.count() for model in COUNTED] == before
    return problem


def fields(problem: Any) -> list[Any]:
    return [error["field"] for error in problem["errors"]]
