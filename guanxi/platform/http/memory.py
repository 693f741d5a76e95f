"""What a server keeps for as long as it runs."""

import gc
from importlib import import_module

from django.conf import settings


def settle_memory() -> None:
    """Load all that requests need, and never look through it again for what could be freed.

    Each collection of garbage would: that was an eighth of the time of a request.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
