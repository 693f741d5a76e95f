"""What this area does in the background, where the worker looks for it."""

from guanxi.customers.classification import tasks as classification_tasks

__all__ = ["classification_tasks"]
