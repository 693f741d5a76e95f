"""The processes that `guanxi serve` runs: migration, web server, worker.

Each is a command of its own, so that each has its own memory and can be started again alone.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import click

from .workspace import django_ready

WEB_TARGET = "guanxi.config.asgi:application"
JOBS_AT_ONCE = 2
JOB_PATIENCE = 1.5  # seconds a job gets to reach its next checkpoint when the worker is stopped


@click.command()
def worker() -> None:
    """Run background jobs, tell people and webhooks of news. `guanxi serve` runs one."""
    end_with_parent()
    with django_ready():
        from django.db import connection
        from procrastinate.contrib.django import app

        from guanxi.insight.quality.measuring import follow_changes
        from guanxi.insight.value.following import follow_changes as keep_ledger
        from guanxi.platform.events.worker import keep_reading
        from guanxi.platform.jobs.tasks import resume_interrupted
        from guanxi.platform.notifications.making import notify_of_events
        from guanxi.platform.webhooks.reading import tell_webhooks

        resume_interrupted()  # what the worker before this one left; others' goes on
        connection.close()
        keep_reading("notifications", notify_of_events)
        keep_reading("webhooks", tell_webhooks)
        keep_reading("data quality", follow_changes)
        keep_reading("value ledger", keep_ledger)
        jobs = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        jobs.run_worker(
            name="guanxi", concurrency=JOBS_AT_ONCE, shutdown_graceful_timeout=JOB_PATIENCE
        )


@click.command(hidden=True)
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", required=True, type=int)
@click.option("--threads", required=True, type=int)
def web(host: str, port: int, workers: int, threads: int) -> None:
    """Serve HTTP. The database must run already."""
    end_with_parent()
    os.environ["GUANXI_WEB_THREADS"] = str(threads)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        WEB_TARGET,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_level=LogLevels.warning,
    ).serve()


@click.command(hidden=True)
@click.option("--customers", required=True, type=int)
@click.option("--seed", required=True, type=int)
@click.option("--locale", required=True)
def load_sample(customers: int, seed: int, locale: str) -> None:
    """Found the sample firm and score it; print who can sign in to it."""
    with django_ready():
        from django.conf import settings

        from guanxi.demo.services import load
        from guanxi.insight.services import score_now

        users = load(customers=customers, seed=seed, locale=locale)["users"]
        score_now()
        told = {"password": settings.DEMO_PASSWORD, "users": users}
        click.echo(json.dumps(told, ensure_ascii=False))


@click.command(hidden=True)
def openapi() -> None:
    """Print the API's OpenAPI document, from which the client's types are made."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    import django

    django.setup()
    from guanxi.config.urls import api

    click.echo(json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, default=str))


def end_with_parent() -> None:
    """End this process when the supervisor that started it is gone."""
    if "GUANXI_SUPERVISED" not in os.environ:
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


COMMANDS = (worker, web, load_sample, openapi)
