"""What this area does in the background, where the worker looks for it."""

from guanxi.customers.classification import tasks as classification_tasks
from guanxi.customers.privacy import copies

__all__ = ["classification_tasks", "copies"]
