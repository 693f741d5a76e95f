from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.sso.provider import CLIENT, SECRET, Provider, providing

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.cast import Firm

Add = Callable[..., dict[str, Any]]


@pytest.fixture
def idp(settings: Settings) -> Iterator[Provider]:
    """A provider inside the firm, whose host is listed."""
    settings.SSO_HOSTS = frozenset({"localhost"})
    with providing() as found:
        yield found


@pytest.fixture
def add(firm: Firm, idp: Provider) -> Add:
    """Add a provider as an administrator does."""

    def post(**values: Any) -> dict[str, Any]:
        asked = {
            "name": "Firm ID",
            "issuer": idp.url,
            "client_id": CLIENT,
            "secret": SECRET,
            "domains": ["firm.example"],
        }
        answer = firm.client("administrator").post(
            "/api/v1/identity-providers", asked | values, content_type="application/json"
        )
        assert answer.status_code == 201, answer.content
        added: dict[str, Any] = answer.json()
        return added

    return post
