"""What an erasure leaves of notes, calls and tasks: that they were, when, and whose work it was."""

from django.utils.translation import gettext_lazy as _

from guanxi.interactions.models import Interaction, Snippet, Task
from guanxi.platform.erasing import stores
from guanxi.platform.erasing.stores import Erasing, Hanging, erases, hangs


def end_tasks(erasing: Erasing) -> None:
    """Nobody is left for whom there would be something to do."""
    open_tasks = Task._base_manager.filter(customer__in=erasing.ids, status=Task.Status.OPEN)
    open_tasks.update(status=Task.Status.CANCELLED)


def scrub_snippets(erasing: Erasing) -> None:
    """A text that is written again and again may name somebody."""
    stores.scrub(Snippet.objects.all(), ["name", "text"], erasing.elsewhere)


hangs(
    "customer",
    Hanging(
        Interaction,
        ["customer"],
        empties={"subject": "", "body": "", "outcome": "", "custom": {}},
        why_it_stays=_("Channel, time and who did it, without a word of the text."),
    ),
    Hanging(
        Task,
        ["customer"],
        empties={"title": "…", "description": "", "custom": {}},
        why_it_stays=_("That there was a task; open ones are cancelled."),
    ),
)
erases(Task, end_tasks)
erases(Snippet, scrub_snippets)
