"""Background work of the platform, where the job runner looks for it."""

from guanxi.platform.access import tasks as access
from guanxi.platform.erasing import tasks as erasing
from guanxi.platform.events import tasks as events
from guanxi.platform.exchange import tasks as exchange
from guanxi.platform.fields import tasks as fields
from guanxi.platform.files import tasks as files
from guanxi.platform.jobs import tasks as jobs
from guanxi.platform.notifications import tasks as notifications
from guanxi.platform.objects import tasks as objects
from guanxi.platform.search import tasks as search
from guanxi.platform.webhooks import tasks as webhooks

__all__ = [
    "access",
    "erasing",
    "events",
    "exchange",
    "fields",
    "files",
    "jobs",
    "notifications",
    "objects",
    "search",
    "webhooks",
]
