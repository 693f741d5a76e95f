"""Long tasks: shown, cancelled, resumed; a failing one says so."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from guanxi.customers.models import Tag
from guanxi.platform.access.models import Session, SignInAttempt
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.tasks import forget_sessions
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import start_job
from guanxi.platform.jobs.tasks import (
    RESUMABLE,
    forget_stopped_jobs,
    resume_interrupted,
    run_job,
)
from guanxi.platform.objects.models import IdempotentResponse
from guanxi.platform.objects.tasks import forget_answers
from tests import slow_job
from tests.cast import Firm

assert slow_job.count_slowly


def start(firm: Firm, who: str = "owner", **params: Any) -> Job:
    asker = Asker(firm[who])
    return Job.objects.get(pk=start_job("count_slowly", asker=asker, params=params)["id"])


def steps() -> list[str]:
    names = Tag.objects.filter(name__startswith="step").values_list("name", flat=True)
    return sorted(names, key=lambda name: int(name.split()[1]))


class TestRunning:
    pytestmark = pytest.mark.django_db

    def test_it_ends_with_its_result(self, firm: Firm) -> None:
        job = start(firm, steps=3)
        client = firm.client("owner")
        shown = client.get(f"/api/v1/jobs/{job.pk}").json()
        assert (shown["state"], shown["can"]) == ("queued", ["cancel"])
        run_job(job_id=str(job.pk))
        shown = client.get(f"/api/v1/jobs/{job.pk}").json()
        assert (shown["state"], shown["done"], shown["total"]) == ("done", 3, 3)
        assert (shown["result"], shown["can"]) == ({"steps": 3, "starts": 1}, [])
        assert shown["finished_at"] is not None
        made = Event.objects.filter(object="tag", source=f"job:{job.pk}")
        assert {e.actor_id for e in made} == {firm["owner"].pk}

    def test_it_runs_once_however_often_it_is_queued(self, firm: Firm) -> None:
        job = start(firm, steps=1)
        for _ in range(2):
            run_job(job_id=str(job.pk))
        assert steps() == ["step 0"]

    def test_a_failure_says_why(self, firm: Firm) -> None:
        job = start(firm, steps=3, fails_at=1)
        run_job(job_id=str(job.pk))
        client = firm.client("owner")
        shown = client.get(f"/api/v1/jobs/{job.pk}").json()
        assert (shown["state"], shown["error"]) == ("failed", "There is no tea left.")
        assert shown["can"] == ["resume"]

    def test_the_unexpected_is_logged_without_its_words(
        self, firm: Firm, caplog: pytest.LogCaptureFixture
    ) -> None:
        from guanxi.platform.http.logs import JsonFormatter

        job = start(firm, steps=3, breaks_at=1)
        run_job(job_id=str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", "internal")
        (record,) = [r for r in caplog.records if str(job.pk) in r.getMessage()]
        line = JsonFormatter().format(record)
        assert "RuntimeError" in line
        assert "count_slowly" in line
        assert "王芳" not in line

    def test_a_failed_one_goes_on_where_it_stopped(self, firm: Firm) -> None:
        job = start(firm, steps=3, fails_at=2)
        run_job(job_id=str(job.pk))
        assert steps() == ["step 0", "step 1"]
        Job.objects.filter(pk=job.pk).update(params={"steps": 3})
        client = firm.client("owner")
        assert client.post(f"/api/v1/jobs/{job.pk}/resume").json()["state"] == "queued"
        run_job(job_id=str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.result["starts"], len(steps())) == ("done", 2, 3)
        answer = client.post(f"/api/v1/jobs/{job.pk}/resume")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_state")

    def test_one_not_yet_begun_is_cancelled_at_once(self, firm: Firm) -> None:
        job = start(firm, steps=3)
        client = firm.client("owner")
        assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["state"] == "cancelled"
        run_job(job_id=str(job.pk))
        assert steps() == []
        assert client.post(f"/api/v1/jobs/{job.pk}/resume").status_code == 200
        run_job(job_id=str(job.pk))
        assert len(steps()) == 3

    def test_it_acts_with_the_rights_its_owner_has_now(self, firm: Firm) -> None:
        job = Job.objects.create(
            kind="bulk_edit", actor=firm["owner"], params={"object": "customer"}
        )
        type(firm["owner"]).objects.filter(pk=firm["owner"].pk).update(is_active=False)
        run_job(job_id=str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", "Whoever started this no longer works here.")

    def test_started_by_a_token_it_keeps_to_the_tokens_scopes(self, firm: Firm) -> None:
        client, _token = firm.token_client("administrator", "customer:read", "customer:write")
        everything = {"filter": {}, "set": {"owner": str(firm["owner"].pk)}}
        answer = client.post("/api/v1/customers/bulk", everything, content_type="application/json")
        assert answer.status_code == 422  # it may not look at users
        everything["set"] = {"city": "x"}
        answer = client.post("/api/v1/customers/bulk", everything, content_type="application/json")
        job = Job.objects.get(pk=answer.json()["id"])
        assert job.params["scopes"] == ["customer:read", "customer:write"]
        assert client.get("/api/v1/jobs").status_code == 403

    @pytest.mark.parametrize(("who", "status"), [("teammate", 404), ("administrator", 200)])
    def test_jobs_of_others_are_invisible(self, firm: Firm, who: str, status: int) -> None:
        job, client = start(firm, steps=1), firm.client(who)
        for answer in (
            client.get(f"/api/v1/jobs/{job.pk}"),
            client.post(f"/api/v1/jobs/{job.pk}/cancel"),
            client.post(f"/api/v1/jobs/{job.pk}/resume"),
        ):
            assert answer.status_code == status
        listed = [j["id"] for j in client.get("/api/v1/jobs").json()["items"]]
        assert (str(job.pk) in listed) == (status == 200)

    def test_the_list_is_filtered_by_state(self, firm: Firm) -> None:
        job, client = start(firm, steps=1), firm.client("owner")
        for states, found in (("queued", True), ("done,failed", False), ("queued,running", True)):
            listed = client.get("/api/v1/jobs", {"state": states}).json()["items"]
            assert (str(job.pk) in [j["id"] for j in listed]) is found
        assert client.get("/api/v1/jobs", {"state": "asleep"}).status_code == 422

    def test_what_interrupts_again_and_again_is_given_up(self, firm: Firm) -> None:
        job = start(firm, steps=3)
        for turn in range(6):
            Job.objects.filter(pk=job.pk).update(state="running")
            assert resume_interrupted() == (1 if turn < 5 else 0)
        job.refresh_from_db()
        assert job.state == "failed"
        assert "5 times" in job.error

    def test_one_that_was_to_be_cancelled_is_not_taken_up_again(self, firm: Firm) -> None:
        job = start(firm, steps=3)
        Job.objects.filter(pk=job.pk).update(state="running", cancel_requested=True)
        assert resume_interrupted() == 0
        job.refresh_from_db()
        assert (job.state, steps()) == ("cancelled", [])

    def test_its_values_are_forgotten_when_it_is_done(self, firm: Firm) -> None:
        edit = {"filter": {"field": "name", "op": "eq", "value": "秘密"}, "set": {"city": "秘密"}}
        client = firm.client("owner")
        job = client.post("/api/v1/customers/bulk", edit, content_type="application/json").json()
        assert "秘密" in str(Job.objects.get(pk=job["id"]).params)
        run_job(job_id=job["id"])
        done = Job.objects.get(pk=job["id"])
        assert (done.state, set(done.params)) == ("done", {"object", "request_id"})

    def test_the_values_of_those_stopped_long_ago_are_forgotten(self, firm: Firm) -> None:
        long_ago = timezone.now() - RESUMABLE - dt.timedelta(days=1)
        named = start(firm, object="customer", subject="a", secret="秘密")
        nameless = start(firm, secret="秘密")
        stopped = Job.objects.filter(pk__in=[named.pk, nameless.pk])
        stopped.update(state="cancelled", finished_at=long_ago)
        yesterday = start(firm, secret="秘密")
        Job.objects.filter(pk=yesterday.pk).update(
            state="cancelled", finished_at=timezone.now() - dt.timedelta(days=1)
        )
        forget_stopped_jobs(timestamp=0)
        params = dict(Job.objects.values_list("pk", "params"))
        assert params[named.pk] == {"object": "customer", "subject": "a"}
        assert params[nameless.pk] == {}
        assert params[yesterday.pk] == {"secret": "秘密"}


@pytest.mark.django_db
def test_what_is_kept_for_a_while_is_forgotten_in_time(firm: Firm) -> None:
    """Answers to repeated requests, ended sessions, old guesses, parameters of stopped jobs."""
    key = {"Idempotency-Key": "k"}
    sent = {"kind": "person", "name": "x"}
    client = firm.client("owner")
    client.post("/api/v1/customers", sent, content_type="application/json", headers=key)
    Client().post(
        "/api/v1/session", {"username": "x", "password": "x"}, content_type="application/json"
    )
    job = start(firm, steps=3, secret="秘密")
    Job.objects.filter(pk=job.pk).update(state="cancelled", finished_at=timezone.now())

    def forget() -> tuple[int, int, int, bool]:
        for task in (forget_answers, forget_sessions, forget_stopped_jobs):
            task(timestamp=0)
        kept = Job.objects.filter(pk=job.pk, params__has_key="secret").exists()
        models = (IdempotentResponse, Session, SignInAttempt)
        return (*(m.objects.count() for m in models), kept)  # type: ignore[return-value]

    people = len(firm.people)
    assert forget() == (1, people, 3, True)  # a guess counts for name, address and both
    with time_machine.travel(timezone.now() + dt.timedelta(days=32), tick=False):
        assert forget() == (0, 0, 0, False)
