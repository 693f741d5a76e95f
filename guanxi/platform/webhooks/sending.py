"""One message on its way: signed as Standard Webhooks asks, to an address it may reach, in time."""

import datetime as dt
import time
from dataclasses import dataclass

import httpcore2
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from guanxi.platform.http.targets import Forbidden, Headers, ask
from guanxi.platform.webhooks.models import SEALED_FOR, Webhook, WebhookDelivery
from guanxi.platform.workspaces.sealing import unseal

SECONDS = 15.0  # for all of it: connecting, sending, reading
READ_BYTES = 2000  # of an answer; nobody needs more of it
EXCERPT = 300  # characters that the log keeps


@dataclass(frozen=True)
class Outcome:
    """What came of one try: a status, or the reason why there was none."""

    status: int | None = None
    error: str = ""
    excerpt: str = ""
    duration_ms: int = 0

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(delivery: WebhookDelivery, body: bytes) -> Outcome:
    """Post the message. Redirects are answers like any other: not followed, not a success."""
    started = time.monotonic()
    status, error, excerpt = None, "", b""
    try:
        status, excerpt = ask(
            "POST",
            delivery.webhook.url,
            hosts=settings.WEBHOOK_HOSTS,
            seconds=SECONDS,
            most=READ_BYTES,
            headers=_headers(delivery, body),
            content=body,
        )
    except Forbidden:
        error = "forbidden"
    except httpcore2.TimeoutException:
        error = "timeout"
    except (httpcore2.ConnectError, OSError):
        error = "unreachable"
    except (httpcore2.NetworkError, httpcore2.ProtocolError, UnicodeError):
        error = "broken"
    return Outcome(
        status=status,
        error=error,
        excerpt=excerpt.decode(errors="replace").replace("\0", "")[:EXCERPT],
        duration_ms=int((time.monotonic() - started) * 1000),
    )


def _headers(delivery: WebhookDelivery, body: bytes) -> Headers:
    message_id, now = f"msg_{delivery.message_id}", timezone.now()
    secrets = secrets_of(delivery.webhook, now)
    signatures = [Signer(secret).sign(message_id, now, body.decode()) for secret in secrets]
    return [
        ("content-type", "application/json"),
        ("user-agent", f"Guanxi/{settings.VERSION}"),
        ("accept-encoding", "identity"),
        ("webhook-id", message_id),
        ("webhook-timestamp", str(int(now.timestamp()))),
        ("webhook-signature", " ".join(signatures)),
    ]


def secrets_of(webhook: Webhook, now: dt.datetime) -> list[str]:
    """The secrets by which receivers may tell that it is us: after a change two, for a day."""
    secrets = [unseal(bytes(webhook.secret), purpose=SEALED_FOR)]
    if webhook.former_secret and webhook.former_secret_until and webhook.former_secret_until > now:
        secrets.append(unseal(bytes(webhook.former_secret), purpose=SEALED_FOR))
    return secrets
