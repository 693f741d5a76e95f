"""Where browsers ask to be told of changes."""

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpResponse
from ninja import Router

from guanxi.platform.http.request import Request
from guanxi.platform.live.hub import Who, hub
from guanxi.platform.live.stream import TICKET

router = Router(tags=["live"])


@router.get(
    "",
    summary="Be told of changes as they happen (server-sent events)",
    openapi_extra={
        "responses": {
            200: {
                "description": 'Events "change" with {object, ids, request}: records I may see, or'
                ' null for many; "anew": too much was missed, ask for everything again.',
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)
def live(request: Request) -> HttpResponse:
    """Reconnect with Last-Event-ID to miss nothing; the stream ends with the session or token."""
    if request.token is not None:
        who = Who(request.user.pk, token_id=request.token.pk)
    else:
        proof = request.session[HASH_SESSION_KEY]
        who = Who(request.user.pk, session_key=request.session.session_key, proof=proof)
    return HttpResponse(content_type="text/event-stream", headers={TICKET: hub.ticket(who)})
