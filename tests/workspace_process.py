"""One workspace's process, told what to do by lines of JSON: `python -m tests.workspace_process`.

A process serves one firm: GUANXI_HOME and GUANXI_DATABASE_URL say which.
"""

import json
import sys
from hashlib import sha256
from typing import Any

import django


def answer(order: dict[str, Any]) -> Any:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    match order:
        case {"set_up": firm}:
            from guanxi.platform.access.services import setup_token

            sent = {"token": setup_token(), "firm": firm, **order["details"]}
            return send(Client(), "post", "setup", sent)
        case {"send": [method, path], **rest}:
            client = Client(headers=rest.get("headers") or {})
            for name, value in (rest.get("cookies") or {}).items():
                client.cookies[name] = value
            return send(client, method, path, rest.get("body"))
        case {"sql": query}:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return [[str(v) for v in row] for row in cursor.fetchall()]
        case {"work": True}:
            from procrastinate.contrib.django import app

            jobs = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
            jobs.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
            return "worked"
        case {"remember": value}:
            cache.set("remembered", value)
            return None
        case {"recall": True}:
            return cache.get("remembered")
        case {"home": True}:
            from django.conf import settings

            return [str(settings.HOME.path), sha256(settings.SECRET_KEY.encode()).hexdigest()]
    raise ValueError(order)


def send(client: Any, method: str, path: str, body: Any) -> dict[str, Any]:
    given = {} if body is None else {"data": body, "content_type": "application/json"}
    response = getattr(client, method)(f"/api/v1/{path}", **given)
    text = response.content.decode()
    return {
        "status": response.status_code,
        "body": json.loads(text) if text else None,
        "cookies": {name: morsel.value for name, morsel in client.cookies.items()},
    }


if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
