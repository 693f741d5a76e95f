"""Background work of the platform, where the job runner looks for it."""

from guanxi.platform.exchange import tasks as exchange
from guanxi.platform.jobs import tasks as jobs
from guanxi.platform.objects import tasks as objects

__all__ = ["exchange", "jobs", "objects"]
