"""News of long tasks that ended and of tasks that are due."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from guanxi.interactions.models import Task
from guanxi.interactions.tasks import remind_of_tasks
from guanxi.platform.access.predicate import Asker
from guanxi.platform.jobs.services import start_job
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.notifications.models import Notification
from tests import slow_job
from tests.cast import Firm
from tests.notifications.calls import (
    told,
)

pytestmark = pytest.mark.django_db(transaction=True)

assert slow_job.count_slowly


class TestJobs:
    @pytest.mark.parametrize(
        ("params", "state"), [({"steps": 1}, "done"), ({"steps": 2, "fails_at": 1}, "failed")]
    )
    def test_whoever_started_one_hears_of_its_end(
        self, firm: Firm, params: dict[str, int], state: str
    ) -> None:
        job = start_job("count_slowly", asker=Asker(firm["owner"]), params=params)
        run_job(job_id=job["id"])
        (item,) = [i for i in told(firm, "owner") if i["kind"] == "job"]
        assert (item["job"]["id"], item["job"]["state"]) == (job["id"], state)
        assert told(firm, "administrator") == []  # sees all jobs, and started none of them


class TestDue:
    def test_in_the_morning_of_the_day_once(self, firm: Firm) -> None:
        today = dt.date(2024, 7, 3)
        Task.objects.filter(pk=firm["task:free"].pk).update(due_on=today)
        with time_machine.travel(dt.datetime(2024, 7, 2, 23, 30, tzinfo=dt.UTC), tick=False):
            remind_of_tasks(0)  # half past seven in Shanghai
            assert not Notification.objects.filter(kind="due").exists()
        with time_machine.travel(dt.datetime(2024, 7, 3, 1, 0, tzinfo=dt.UTC), tick=False):
            remind_of_tasks(0)
            remind_of_tasks(0)
        (due,) = Notification.objects.filter(kind="due")
        assert (due.user, due.record_id) == (firm["loner"], firm["task:free"].pk)

    def test_not_of_what_is_done(self, firm: Firm) -> None:
        today = dt.date(2024, 7, 3)
        done = {"status": "done", "completed_at": timezone.now(), "due_on": today}
        Task.objects.filter(pk=firm["task:free"].pk).update(**done)
        with time_machine.travel(dt.datetime(2024, 7, 3, 1, 0, tzinfo=dt.UTC), tick=False):
            remind_of_tasks(0)
        assert not Notification.objects.exists()
