from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.webhooks.receiver import Make, Receiver, receiving

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from guanxi.platform.webhooks.models import Webhook
    from tests.cast import Firm


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    from tests.cast import make_firm

    return make_firm()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A server inside the firm, which webhooks may reach."""
    settings.WEBHOOK_HOSTS = frozenset({"localhost"})
    with receiving() as found:
        yield found


@pytest.fixture
def make(firm: Firm, receiver: Receiver) -> Make:
    """Make a webhook as an administrator does; returns it with its secret."""
    from guanxi.platform.webhooks.models import Webhook

    def post(**values: Any) -> tuple[Webhook, str]:
        asked = {
            "name": "ERP",
            "url": receiver.url,
            "objects": ["customer"],
            "actions": ["created", "changed", "deleted", "restored"],
        }
        answer = firm.client("administrator").post(
            "/api/v1/webhooks", asked | values, content_type="application/json"
        )
        assert answer.status_code == 201, answer.content
        made = answer.json()
        return Webhook.objects.get(pk=made["id"]), made["secret"]

    return post
