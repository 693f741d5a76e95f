"""An import's process in a workspace of its own: `python -m guanxi...import_process ID VERB`.

It says "batch" after each batch, so that a test knows when to pull the plug.
"""

import json
import sys
from typing import Any

import django
from django.db import OperationalError

ROWS = 1000
BATCH = 100  # instead of 20,000: something can happen between batches of few rows


def main(pk: str, verb: str) -> dict[str, Any]:
    from guanxi.customers.models import Customer, Identity, Relationship
    from guanxi.platform.access.services import ensure_roles
    from guanxi.platform.exchange import preview, services, writing
    from guanxi.platform.exchange.progress import listener
    from guanxi.platform.exchange.tests.cast import make_asker, table, undo, upload
    from guanxi.platform.jobs.tasks import resume_interrupted, run_job

    preview.BATCH = writing.BATCH = BATCH
    listener.set(lambda done, total: print("batch", flush=True))
    ensure_roles()
    asker = make_asker()
    match verb:
        case "upload":
            rows = [[f"公司{i}", f"张{i}", f"138{i:08d}"] for i in range(ROWS)]
            imported = upload(asker, "customer", table(["公司", "联系人", "联系人手机"], *rows))
            pk = str(imported.pk)
        case "preview":
            started = services.start_preview(asker=asker, pk=pk)
            run_job(job_id=str(started.job_id))
        case "run":
            started = services.start_run(asker=asker, pk=pk)
            run_job(job_id=str(started.job_id))
        case "resume":
            imported = services.get_import(asker, pk)
            if not resume_interrupted():
                imported = services.resume_import(asker=asker, pk=pk)
            run_job(job_id=str(imported.job_id))
        case "undo":
            undo(asker, services.get_import(asker, pk))
    imported = services.get_import(asker, pk)
    counted = {m.__name__: m.objects.count() for m in (Customer, Identity, Relationship)}
    return {
        "pk": pk, "state": imported.state_now, "job": imported.job and imported.job.state,
        "error": imported.error, "counts": imported.counts, **counted,
    }  # fmt: skip


if __name__ == "__main__":
    django.setup()
    try:
        print(json.dumps(main(*sys.argv[1:])))
    except OperationalError as error:
        sys.exit(f"database gone: {type(error.__cause__).__name__}")
