"""How large a file may be; settable by the environment and named in every refusal."""

import os

from django.conf import settings

CELL_CHARACTERS = int(os.environ.get("GUANXI_CELL_LIMIT", 1024**2))
UNPACKED_BYTES = int(os.environ.get("GUANXI_UNPACKED_LIMIT_BYTES", 4 * 1024**3))
COLUMNS = 1000


def upload_bytes() -> int:
    limit: int = settings.UPLOAD_LIMIT_BYTES
    return limit
