from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.interactions.models import Interaction, Task
from guanxi.platform.objects.registry import Action, ObjectType, register
from guanxi.platform.objects.scopes import Owned, Through

register(
    ObjectType(
        Interaction,
        area="activities",
        icon="interaction",
        title="subject",
        list=["happened_at", "customer", "channel", "direction", "subject", "outcome", "owner"],
        sort="-happened_at",
        search=["subject", "body"],
        scope=[Owned(unowned=False), Through("customer")],
        personal=["body", "subject"],
        left_behind=None,
    )
)
register(
    ObjectType(
        Task,
        area="activities",
        icon="task",
        title="title",
        list=["title", "kind", "customer", "due_on", "status", "owner"],
        sort="due_on",
        search=["title"],
        scope=[Owned(), Through("customer")],
        read_only=["status", "completed_at"],
        actions=[
            Action("complete", _("Complete"), "check", sets=("status", Task.Status.DONE)),
            Action("reopen", _("Reopen"), "undo", sets=("status", Task.Status.OPEN)),
        ],
        finished=("status", [Task.Status.DONE, Task.Status.CANCELLED]),
        left_behind=Q(status=Task.Status.OPEN),
    )
)
