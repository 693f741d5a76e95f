"""How a file is sent: in parts, whole or one range of it, never as more than it is."""

import re
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from guanxi.platform.files.media_types import BYTES, SHOWN, TEXT
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.storage import answering, store
from guanxi.platform.files.stores import Content, whole
from guanxi.platform.http.problems import problem
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotFound

# Whatever a file holds, it may load nothing, run nothing, and be framed by our own pages alone.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
SANDBOX = f"{POLICY}; sandbox"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")  # one; of several, all is sent
Range = tuple[int, int]


def response_of(request: Request, attachment: Attachment, *, download: bool) -> HttpResponseBase:
    """The content, or the range that is asked for. Raises NotFound or FilesUnavailable."""
    content = Content(attachment.sha256, attachment.size)
    with answering():
        if store().size(content.sha256) != content.size:
            message = _("This file is missing from the store. Tell an administrator.")
            raise NotFound(message)
    asked = _range_of(request, content)
    response: HttpResponseBase
    if asked is None:
        response = StreamingHttpResponse(whole(store(), content))
        response["Content-Length"] = content.size
    elif asked[0] < asked[1]:
        response = StreamingHttpResponse(store().read(content.sha256, *asked), status=206)
        response["Content-Range"] = f"bytes {asked[0]}-{asked[1] - 1}/{content.size}"
        response["Content-Length"] = asked[1] - asked[0]
    else:
        return _out_of_range(request, content)
    return _described(response, attachment, download)


def _out_of_range(request: Request, content: Content) -> HttpResponseBase:
    detail = _("The file has %(count)s bytes. Ask for some of these.") % {"count": content.size}
    response = problem(request, 416, "out_of_range", detail)
    response["Content-Range"] = f"bytes */{content.size}"
    return response


def _described(response: Any, attachment: Attachment, download: bool) -> HttpResponseBase:
    kind = attachment.media_type if attachment.media_type in SHOWN else BYTES
    response["Content-Type"] = f"{kind}; charset=utf-8" if kind == TEXT else kind
    disposition = content_disposition_header(download or kind == BYTES, attachment.name)
    response["Content-Disposition"] = disposition or "inline"
    # Chromium shows no PDF in a sandbox of ours; its viewer is one of its own.
    response["Content-Security-Policy"] = POLICY if kind == "application/pdf" else SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _tag(attachment.sha256)
    return response  # type: ignore[no-any-return]


def _range_of(request: Request, content: Content) -> Range | None:
    """The bytes asked for, from the first to after the last; None for all of them."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    of_this = request.headers.get("If-Range") in (None, _tag(content.sha256))
    if asked is None or not of_this:
        return None
    first, last = asked.groups()
    if not first:
        return (max(content.size - int(last), 0), content.size) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, content.size) if last else content.size


def _tag(sha256: str) -> str:
    return f'"{sha256}"'
