"""A client that a generator makes of the OpenAPI document works as its types say.

Generator and language are not ours: @hey-api/openapi-ts, TypeScript, run by Node.js. What the
document tells wrong fails to compile here, or to run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from guanxi.platform.access.sign_in import issue_token
from tests.cast import Firm
from tests.server import web_server

WEB = Path(__file__).parents[1] / "web"
PROGRAM = Path(__file__).parent / "generated_client" / "program.ts"
STRICT = [
    *("--noEmit", "--strict", "--noUncheckedIndexedAccess", "--skipLibCheck", "--types", "node"),
    *("--target", "es2022", "--lib", "es2022,dom,dom.iterable"),
    *("--module", "esnext", "--moduleResolution", "bundler"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled with the client that was generated from the committed document."""
    folder = tmp_path_factory.mktemp("client")
    shutil.copy(PROGRAM, folder)
    (folder / "node_modules").symlink_to(WEB / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    document = WEB / "src" / "api" / "openapi.json"
    run(folder, "openapi-ts", "--input", str(document), "--output", str(folder / "sdk"))
    run(folder, "tsc", *STRICT, "program.ts")
    run(folder, "rolldown", "program.ts", "--file", "program.mjs", "--platform", "node")
    return folder / "program.mjs"


def run(folder: Path, program: str, *arguments: str) -> str:
    """What a program of the client's packages prints."""
    command = [str(WEB / "node_modules" / ".bin" / program), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def told(firm: Firm, program: Path, django_db_blocker: DjangoDbBlocker) -> Any:
    """What the program says it found, run against a server with the cast."""
    with django_db_blocker.unblock():
        _token, key = issue_token(user=firm["owner"], name="ERP", scopes=["read", "write"])
        with web_server() as url:
            done = subprocess.run(
                ["node", str(program), url, key], capture_output=True, text=True, check=False
            )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_generated_client_does_a_program_s_work(told: dict[str, Any]) -> None:
    assert told["own"]["user"]["label"] == "owner 先生"
    assert told["again"] is True
    assert (told["listed"], told["pages"]) == (["茶叶 A", "茶叶 B", "茶叶 C"], 2)
    industry, limit = told["changed"]
    assert (industry, Decimal(limit)) == ("tea", Decimal("12.50"))
    status, code, theirs = told["conflict"]
    assert (status, code, theirs["industry"]) == (409, "edit_conflict", "tea")
    assert told["refused"] == [422, "name"]
    assert told["deleted"] == [204, 404, "not_found"]
    assert told["task"]["label"] == "茶叶 A"
    assert told["done"]["status"] == "done"
