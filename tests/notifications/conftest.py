"""Models are imported late: pytest reads this before Django is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Firm


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    """The cast, with nothing to tell of how it came to be."""
    from guanxi.platform.events.reader import skip_events
    from guanxi.platform.notifications.making import CONSUMER
    from tests.cast import make_firm

    made = make_firm()
    skip_events(CONSUMER)
    return made
