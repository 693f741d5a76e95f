from typing import Any
from uuid import UUID

from ninja import Router

from guanxi.platform.events.undo import undo_request
from guanxi.platform.http.request import Request
from guanxi.platform.merging.models import Merge
from guanxi.platform.merging.taking_back import undo_merge

router = Router(tags=["changes"])


@router.post(
    "/{uuid:request_id}/undo",
    response=dict[str, Any],
    summary="Undo the changes of one of my requests",
)
def undo(request: Request, request_id: UUID) -> dict[str, Any]:
    """Takes the X-Request-Id of the request to undo; refuses what was changed again since.

    Of a merge it takes the id as well, and takes the whole merge back.
    """
    if Merge.objects.filter(pk=request_id).exists():
        undone = len(undo_merge(asker=request.asker, pk=request_id).absorbed)
    else:
        undone = undo_request(asker=request.asker, request_id=request_id)
    return {"undone": undone, "request_id": str(request.request_id)}
