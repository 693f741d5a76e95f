"""Lets the indexes of search know what was written in bulk."""

from django.db import connection
from procrastinate.contrib.django import app

BATCH = 5000


@app.periodic(cron="* * * * *")
@app.task(name="index_search_texts", queueing_lock="index_search_texts", pass_context=False)
def index_search_texts(timestamp: int) -> int:
    """Every minute: index the texts that wait, a batch a transaction; returns how many."""
    return index_waiting()


def index_waiting() -> int:
    """Index all texts that wait for it; returns how many."""
    done = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select guanxi_index_search_texts(%s)", [BATCH])
            some: int = cursor.fetchone()[0]
            done += some
            if some < BATCH:
                return done
