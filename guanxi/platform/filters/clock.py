"""What time it is for a user."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.compiler import Clock
from guanxi.platform.workspaces.services import current_workspace


def clock_of(asker: Asker) -> Clock:
    """Now, in the user's own time zone or else the workspace's, with the workspace's week."""
    workspace = current_workspace()
    zone = asker.user.time_zone or (workspace.time_zone if workspace else "UTC")
    return Clock(timezone.now(), ZoneInfo(zone), workspace.week_start if workspace else 1)
