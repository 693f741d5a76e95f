"""Models are imported late: pytest reads this before Django is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Firm


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    """The cast, with nothing to tell of how it came to be."""
    from guanxi.platform.notifications.models import Notification
    from tests.cast import make_firm
    from tests.notifications.calls import catch_up

    made = make_firm()
    catch_up()  # rather than skip: what another database's transaction holds up would come later
    Notification.objects.all().delete()
    return made
