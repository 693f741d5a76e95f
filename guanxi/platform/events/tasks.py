"""Keeping the event stream's monthly partitions ahead of the clock."""

from django.db import connection
from procrastinate.contrib.django import app


@app.periodic(cron="41 2 * * *")
@app.task(name="make_event_partitions", pass_context=False)
def make_event_partitions(timestamp: int) -> None:
    """Every night: make the partitions of the coming months."""
    with connection.cursor() as cursor:
        cursor.execute("select guanxi_event_partitions()")
