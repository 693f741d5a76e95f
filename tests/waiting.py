"""Waiting for other processes, in tests of any area."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0  # seconds, on a machine busy with other tests


def wait_until(condition: Callable[[], Any], *, seconds: float = PATIENCE) -> None:
    """Return as soon as the condition holds; fail if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} seconds in vain"
        time.sleep(0.02)  # between looks: another process tells nobody when it is that far
