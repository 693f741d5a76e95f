"""A worker process that knows the tests' own job: `python -m tests.worker`, until killed."""

import django

if __name__ == "__main__":
    django.setup()
    from procrastinate.contrib.django import app

    from tests import slow_job

    assert slow_job.count_slowly
    jobs = app.with_connector(app.connector.get_worker_connector())
    jobs.run_worker(wait=True, concurrency=1, fetch_job_polling_interval=0.2)
