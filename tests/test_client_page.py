"""The page that starts the web client, its security policy, and addresses that are no page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from guanxi.config import client as client_page

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


@pytest.fixture(autouse=True)
def built(tmp_path: Path, settings: Any) -> Iterator[None]:
    """A built client of one page."""
    (tmp_path / "index.html").write_text(f'<meta nonce="{client_page.NONCE}">')
    settings.CLIENT_DIST = tmp_path
    client_page._index.cache_clear()
    yield
    client_page._index.cache_clear()


def test_scripts_are_our_own_and_styles_too_or_carry_this_answers_nonce() -> None:
    nonces = set()
    for address in ("/", "/customers/anything", "/sign-in"):
        answer = Client().get(address)
        parts = answer["Content-Security-Policy"].split("; ")
        policy = dict(part.split(" ", 1) for part in parts)
        style = re.fullmatch(r"'self' 'nonce-([\w-]{22})'", policy.pop("style-src"))
        assert policy == POLICY
        assert style is not None
        assert answer.text == f'<meta nonce="{style[1]}">'
        assert answer["Cache-Control"] == "no-store"
        nonces.add(style[1])
    assert len(nonces) == 3


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("address", ["/assets/index-old.js", "/static/x.css"])
def test_a_file_that_is_not_there_is_not_found(settings: Any, address: str, debug: bool) -> None:
    settings.DEBUG = debug
    assert Client().get(address).status_code == 404
