"""What people do with tasks."""

from django.db import transaction
from django.utils import timezone

from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rules import rules_kept

WRITTEN = ("status", "completed_at")


class TaskState(DomainError):
    """The task is not in a state the verb fits."""

    status, code = 409, "task_state"


def _locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).get(pk=task.pk)


def _write(asker: Asker, task: Task) -> None:
    with rules_kept(asker, object_type("task"), [task.pk], WRITTEN):
        task.save(update_fields=WRITTEN)


@transaction.atomic
def complete_task(*, asker: Asker, task: Task) -> Task:
    """Mark the task as done now. Completing a done task changes nothing.

    Raises Invalid naming what a done task lacks.
    """
    task = _locked(task)
    if task.status != Task.Status.DONE:
        task.status, task.completed_at = Task.Status.DONE, timezone.now()
        _write(asker, task)
    return task


@transaction.atomic
def reopen_task(*, asker: Asker, task: Task) -> Task:
    """Open a done or cancelled task again. Raises Invalid naming what an open task lacks."""
    task = _locked(task)
    if task.status != Task.Status.OPEN:
        task.status, task.completed_at = Task.Status.OPEN, None
        _write(asker, task)
    return task
