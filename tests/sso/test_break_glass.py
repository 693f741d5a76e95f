"""The way in when the provider is gone: from the server's own keyboard."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.cache import cache
from django.test import Client

from guanxi.platform.access.models import IdentityProvider
from tests.cast import PASSWORD, make_firm
from tests.server import on_this_database


def guanxi(*arguments: str) -> str:
    """What the command prints, working on the tests' database as it does on a workspace's own."""
    done = subprocess.run(
        [sys.executable, "-m", "guanxi.cli", *arguments],
        env=on_this_database(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    cache.delete("workspace")  # another process wrote it
    return done.stdout + done.stderr


@pytest.mark.django_db(transaction=True)
def test_all_sign_in_by_password_again() -> None:
    make_firm()

    def status(who: str = "owner") -> int:
        given = {"username": who, "password": PASSWORD}
        return Client().post("/api/v1/session", given, content_type="application/json").status_code

    assert "one provider must be switched on" in guanxi("user", "passwords-for", "administrators")
    assert status() == 200
    IdentityProvider.objects.create(
        name="x", issuer="https://x.example", client_id="x", secret=b"x", domains=["x.example"]
    )
    guanxi("user", "passwords-for", "administrators")
    assert (status(), status("administrator")) == (403, 200)
    guanxi("user", "passwords-for", "everybody")
    assert status() == 200
