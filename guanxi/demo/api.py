"""Loading sample data from the first page of an empty workspace."""

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from guanxi.platform.http.request import Request
from guanxi.platform.jobs.services import start_job
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["setup"])


class SampleIn(Strict):
    customers: int = Field(2_000, ge=50, le=100_000)


@router.post("/setup/sample", response={202: dict[str, Any]}, summary="Load sample data")
def load_sample(request: Request, body: SampleIn) -> tuple[int, dict[str, Any]]:
    """Fill an empty workspace with the sample firm; refused if there is any data."""
    if not request.asker.grants.administer or request.token is not None:
        raise NotAllowed(_("Only an administrator may do this."))
    job = start_job(
        "load_sample",
        asker=request.asker,
        params={"customers": body.customers},
        request_id=request.request_id,
    )
    return 202, job
