"""Forgetting files that were deleted long ago."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.platform.files.services import forget_deleted
from guanxi.platform.files.uploads import remove_left_behind

ARRIVING = dt.timedelta(days=1)  # no upload takes longer


@app.periodic(cron="57 3 * * *")
@app.task(name="forget_deleted_files", pass_context=False)
def forget_deleted_files(timestamp: int) -> None:
    """Every night: erase what the recycle bin no longer keeps, and contents nobody needs."""
    remove_left_behind(timezone.now() - ARRIVING)
    forget_deleted()
