"""The one stream of everything that changed."""

import json
from decimal import Decimal
from typing import Any

from django.db import models


class ExactNumbers(json.JSONDecoder):
    """Reads numbers with a fraction as decimals: a binary float would change money."""

    def __init__(self, **options: Any):
        super().__init__(parse_float=Decimal, **options)


class Event(models.Model):
    """One change of one row, written by triggers (`triggers.sql`); partitioned by month.

    `changes` maps each changed column to [old, new]; inserts carry none. `xid` orders the stream:
    an event is final once its transaction is older than every running one.
    """

    class Action(models.TextChoices):
        INSERT = "insert"
        UPDATE = "update"
        DELETE = "delete"
        RESTORE = "restore"
        PURGE = "purge"

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    action = models.CharField(max_length=8, choices=Action)
    changes = models.JSONField(null=True, decoder=ExactNumbers)
    actor_id = models.UUIDField(null=True)
    source = models.CharField(max_length=100)
    request_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "platform_event"

    def __str__(self) -> str:
        return f"{self.action} {self.object}"


class EventCursor(models.Model):
    """How far one consumer has read the stream; written in the transaction of what it did."""

    consumer = models.CharField(max_length=60, primary_key=True)
    xid = models.CharField(max_length=20, db_default="0")
    event_id = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return self.consumer
