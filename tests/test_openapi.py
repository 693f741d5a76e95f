"""Every operation of the OpenAPI document, with what it allows and with what it forbids.

All checks of schemathesis run on every operation but those named below, each with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from pytest_django import DjangoDbBlocker
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

import conftest as ground
from guanxi.config.urls import api
from guanxi.platform.access.models import Token
from tests.cast import make_firm

load_all_checks()
NOT_CHECKED = [
    # What fits the schema may still name a record that does not exist, a key that is taken, a
    # field no object has: JSON Schema cannot say that. Valid requests are the other suites' matter.
    positive_data_acceptance,
]
# These differ in their fields only, which other suites go through; a few examples each will do.
ALIKE = [
    "user", "team", "territory", "role", "customer", "tag", "identity", "address", "relationship",
    "purpose", "consent_text", "consent", "interaction", "product", "order", "order_line",
    "exchange_rate", "service_rate",
]  # fmt: skip
quick = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
KEY = "gx_known_before_there_is_a_database"  # cases are made when tests are collected


@pytest.fixture(scope="module")
def key(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A filled workspace and an administrator's token. What is written is committed."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)  # one for all requests
        firm = make_firm()
        digest = sha256(KEY.encode()).digest()
        Token.objects.create(
            user=firm["administrator"], name="t", scopes=["read", "write"], digest=digest
        )
        yield
        cache.clear()
        ground.renew(str(connection.settings_dict["NAME"]))


document = json.loads(json.dumps(api.get_openapi_schema(), default=str))
COMMITTED = Path(__file__).parents[1] / "web" / "src" / "api" / "openapi.json"


def test_the_committed_document_is_what_the_code_makes() -> None:
    """Types of the web client are generated from it; make client writes it anew."""
    assert json.loads(COMMITTED.read_text()) == document


django = get_wsgi_application()


def served(environ: Any, start: Any) -> list[bytes]:
    """Django's answer, read and closed as a server does: it holds on to what was uploaded."""
    with closing(django(environ, start)) as answer:
        return list(answer)


schema = schemathesis.openapi.from_dict(document)
schema.app = served


@schema.auth()
class Authorization:
    def get(self, case: Any, context: Any) -> str:
        return KEY

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schema.exclude(tag=ALIKE).parametrize()
@settings(quick, max_examples=5, phases=[Phase.explicit, Phase.generate])
def test_an_operation_does_what_its_document_says(case: Any, key: None) -> None:
    case.call_and_validate(excluded_checks=NOT_CHECKED)


@schema.include(tag=ALIKE).parametrize()
@settings(quick, max_examples=4, phases=[Phase.generate])
def test_and_so_do_those_that_every_object_has(case: Any, key: None) -> None:
    case.call_and_validate(excluded_checks=NOT_CHECKED)


def test_every_operation_is_named_once_and_tells_of_refusals() -> None:
    operations = [op for path in document["paths"].values() for op in path.values()]
    names = [op["operationId"] for op in operations]
    assert len(names) == len(set(names))
    refused = [op["responses"]["4XX"]["content"] for op in operations]
    assert all(set(content) == {"application/problem+json"} for content in refused)
    open_to_all = {op["operationId"] for op in operations if "security" not in op}
    assert open_to_all == {
        "ask_passkey", "choose_preferences", "confirm_consent", "health_service", "prove_code",
        "prove_passkey", "read_link",
        "read_preferences", "read_session", "ready_service", "set_up", "start_session", "use_link",
    }  # fmt: skip
