"""A worker killed in the middle of an import, by two connections at once: what it committed stays,
the rest follows, once, and all of it can be undone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from guanxi.customers.models import Customer, Identity
from guanxi.platform.exchange import services
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.tasks import run_here
from guanxi.platform.exchange.tests.cast import make_asker, table, undo
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import resume_interrupted, run_job
from tests.waiting import wait_until

ROWS = 3000
WORKER = """
import os, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
connection.settings_dict.update(USER=os.environ["T_USER"], PASSWORD=os.environ["T_PASSWORD"])
from guanxi.platform.exchange import writing
writing.BATCH = 100  # many of them, and two connections, for few rows
from guanxi.platform.jobs.tasks import run_job
run_job(job_id=sys.argv[1])
"""


@pytest.mark.crash
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_killed_in_the_middle(tmp_path: Path) -> None:
    from guanxi.platform.access.services import ensure_roles

    ensure_roles()
    asker = make_asker()
    rows = [[f"客户{i}", f"138{i:08d}", f"C{i}"] for i in range(ROWS)]
    imported = services.create_import(
        asker=asker, target="customer", file_name="x.csv",
        blocks=[table(["姓名", "手机", "客户编号"], *rows)],
    )  # fmt: skip
    run_here(services.start_preview(asker=asker, pk=imported.pk))
    imported = services.start_run(asker=asker, pk=imported.pk)
    kill_after_first_batch(imported, tmp_path)
    written = Customer.objects.count()
    assert 0 < written < ROWS
    assert Job.objects.get(pk=imported.job_id).state == "running"
    assert resume_interrupted() == 1
    run_job(job_id=str(imported.job_id))
    done = services.get_import(asker, imported.pk)
    assert (done.state, done.counts["create"]) == ("done", ROWS)
    assert Customer.objects.count() == ROWS
    assert Identity.objects.count() == 2 * ROWS
    undone = undo(asker, done)
    assert (undone.state, Customer.objects.count(), Identity.objects.count()) == ("undone", 0, 0)


def kill_after_first_batch(imported: Import, folder: Path) -> None:
    settings = connection.settings_dict
    environment = {
        **os.environ, "T_USER": settings["USER"], "T_PASSWORD": settings["PASSWORD"],
        "GUANXI_DATABASE_ROLE": "app",
    }  # fmt: skip
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(imported.job_id), settings["NAME"]],
            env=environment, stderr=log,
        )  # fmt: skip

    def has_written() -> bool:
        assert worker.poll() is None, (folder / "worker.log").read_text()
        return Customer.objects.exists()

    try:
        wait_until(has_written)
    finally:
        worker.kill()
        worker.wait()
    wait_until(lambda: not busy())


def busy() -> bool:
    """Whether the server still works for the dead worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and backend_type = "
            "'client backend'"
        )
        (others,) = cursor.fetchone()
    return bool(others)
