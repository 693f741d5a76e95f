"""What is derived from customers' names, where migrations find it too."""

from guanxi.platform.objects.names import name_sort_key
from guanxi.standardizing import comparable_name

LONGEST = 255  # characters, in the column

__all__ = ["name_match", "name_sort_key"]


def name_match(name: str) -> str:
    """The name as matching compares it, in the length that is kept."""
    return comparable_name(name)[:LONGEST]
