"""Limits hold over processes, and for assistants, which come in beside Django."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from guanxi.platform.access.sign_in import issue_token
from tests.cast import make_firm
from tests.server import web_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def served(transactional_db: None) -> Iterator[tuple[list[str], str]]:
    """Two servers of one workspace, and a token's key."""
    firm = make_firm()
    _token, key = issue_token(user=firm["owner"], name="t", scopes=["read"])
    limited = {"GUANXI_RATE_LIMIT": "200"}
    with web_server(**limited) as one, web_server(**limited) as other:
        yield [one, other], key


def test_two_processes_share_one_bucket(served: tuple[list[str], str]) -> None:
    """Of 200 a minute each tells of every fourth: together they pass at most eight more."""
    urls, key = served

    def ask(number: int) -> int:
        address = f"{urls[number % 2]}/api/v1/session/token"
        headers = {"Authorization": f"Bearer {key}"}
        return httpx2.get(address, headers=headers, trust_env=False).status_code

    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(320)))
    filled = (time.monotonic() - begun) * 200 / 60
    passed = answers.count(200)
    assert set(answers) == {200, 429}
    assert 200 <= passed <= 200 + 2 * 4 + filled + 1
    assert answers[-20:].count(429) > 0


def test_assistants_take_from_their_token_s_bucket(transactional_db: None) -> None:
    _token, key = issue_token(user=make_firm()["owner"], name="t", scopes=["read"])
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with web_server(GUANXI_RATE_LIMIT="3") as url:
        answers = [
            httpx2.post(f"{url}/mcp", headers=headers, json=ping, trust_env=False)
            for _n in range(4)
        ]
        api = httpx2.get(f"{url}/api/v1/meta", headers=headers, trust_env=False)
    assert [a.status_code == 429 for a in answers] == [False] * 3 + [True]
    assert answers[-1].json()["code"] == api.json()["code"] == "too_many_requests"
    assert int(answers[-1].headers["Retry-After"]) > 0
