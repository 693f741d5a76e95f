"""Reminding people of what they have to do."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.interactions.models import Task
from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.notifications.making import notify_of_due
from guanxi.platform.objects.registry import type_of_model

MORNING = 8  # o'clock, where the user is


@app.periodic(cron="0 * * * *")
@app.task(name="remind_of_tasks", pass_context=False)
def remind_of_tasks(timestamp: int) -> None:
    """Every hour: tell those with whom the day has begun what is due on it."""
    around = [timezone.now().date() + dt.timedelta(days=days) for days in (-1, 0, 1)]
    due = Task.objects.filter(
        status=Task.Status.OPEN, deleted_at=None, due_on__in=around, owner__isnull=False
    )
    by_owner: dict[UUID, list[tuple[UUID, dt.date | None]]] = defaultdict(list)
    for owner, pk, day in due.values_list("owner", "pk", "due_on"):
        by_owner[owner].append((pk, day))
    for user in User.objects.select_related("role").filter(pk__in=by_owner):
        clock = clock_of(Asker(user))
        if clock.now.astimezone(clock.zone).hour >= MORNING:
            ids = [pk for pk, day in by_owner[user.pk] if day == clock.today]
            notify_of_due(type_of_model(Task), user, ids, clock.today)
