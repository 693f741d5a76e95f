"""What people do with tasks."""

from django.db import transaction
from django.utils import timezone

from guanxi.interactions.models import Task
from guanxi.platform.objects.errors import DomainError


class TaskState(DomainError):
    """The task is not in a state the verb fits."""

    status, code = 409, "task_state"


def _locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).get(pk=task.pk)


@transaction.atomic
def complete_task(*, task: Task) -> Task:
    """Mark the task as done now. Completing a done task changes nothing."""
    task = _locked(task)
    if task.status != Task.Status.DONE:
        task.status, task.completed_at = Task.Status.DONE, timezone.now()
        task.save(update_fields=["status", "completed_at"])
    return task


@transaction.atomic
def reopen_task(*, task: Task) -> Task:
    """Open a done or cancelled task again."""
    task = _locked(task)
    if task.status != Task.Status.OPEN:
        task.status, task.completed_at = Task.Status.OPEN, None
        task.save(update_fields=["status", "completed_at"])
    return task
