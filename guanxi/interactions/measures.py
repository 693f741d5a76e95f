"""What is still to do for groups of customers."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from guanxi.customers.relations.measures import Figure, measure
from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.objects.registry import object_type


@measure("open_tasks", _("open tasks"), "number", order=40)
def open_tasks(asker: Asker, customers: Collection[UUID]) -> Mapping[UUID, Figure] | None:
    task = object_type("task")
    if not asker.may("read", task) or "status" not in asker.fields(task):
        return None
    tasks = visible_to(asker, Task).filter(status=Task.Status.OPEN, customer__in=customers)
    return dict(tasks.order_by().values_list("customer").annotate(Count("pk")))
