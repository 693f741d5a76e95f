"""Going to a provider and back, as a browser does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from tests.sso.provider import Provider

OWNER = {
    "sub": "s-1",
    "email": "Owner@Firm.example",
    "email_verified": True,
    "name": "Owner",
}


def set_out(client: Client, provider: dict[str, Any], go_on: str = "/") -> str:
    """Where the browser is sent."""
    answer = client.get(f"/sso/{provider['id']}", {"next": go_on})
    assert answer.status_code == 302
    return str(answer["Location"])


def come_back(client: Client, address: str) -> str:
    """Where the browser goes on."""
    parts = urlsplit(address)
    answer = client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 302
    return str(answer["Location"])


def sign_in(
    client: Client, provider: dict[str, Any], idp: Provider, claims: Any = OWNER, go_on: str = "/"
) -> str:
    return come_back(client, idp.approve(set_out(client, provider, go_on), dict(claims)))


def session(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/session").json()
    return found


def name_of(client: Client) -> str | None:
    """Who is signed in."""
    user = session(client)["user"]
    return user and user["username"]


def refused(client: Client) -> str:
    """Why nobody is signed in, as the sign-in page says it."""
    found = session(client)
    assert found["user"] is None
    assert client.get("/api/v1/customers").status_code == 401
    assert found["problem"]
    return str(found["problem"])
