"""A verb of an object: tasks are completed and reopened."""

import pytest
from django.test import Client

from tests.cast import Firm
from tests.writes.calls import fields, get, patch, post, refused

pytestmark = pytest.mark.django_db


def test_completing_and_reopening(firm: Firm, client: Client) -> None:
    path = f"tasks/{firm['task:acme_owner'].pk}"
    assert {"change", "complete", "reopen"} <= set(get(client, path)["can"])
    done = post(client, f"{path}/complete").json()
    assert (done["status"], done["completed_at"] is None) == ("done", False)
    assert post(client, f"{path}/complete").json()["completed_at"] == done["completed_at"]
    again = post(client, f"{path}/reopen").json()
    assert (again["status"], again["completed_at"]) == ("open", None)


@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("read_only", 403), (None, 401)])
def test_who_may_not_change_it_may_not_complete_it(
    firm: Firm, who: str | None, status: int
) -> None:
    path = f"tasks/{firm['task:acme_owner'].pk}/complete"
    refused(lambda: post(firm.client(who), path), status)


def test_the_status_is_no_field_to_write(firm: Firm, client: Client) -> None:
    path = f"tasks/{firm['task:acme_owner'].pk}"
    assert fields(refused(lambda: patch(client, path, {"status": "done"}), 422)) == ["status"]
