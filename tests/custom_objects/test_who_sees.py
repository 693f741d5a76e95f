"""Wherever records of a firm's own object come out, each sees what the oracle says, and no more."""

import csv
import io

import pytest

from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.history import record_history
from guanxi.platform.events.models import Event
from guanxi.platform.files.models import Attachment
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.registry import object_type
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.webhooks.payload import message
from tests.cast import EQUIPMENT, PEOPLE, Firm
from tests.files.calls import put
from tests.oracle import Oracle
from tests.writes.calls import get, patch

pytestmark = pytest.mark.django_db
PATH = "custom-equipment"
EXPORTING = ("administrator", "manager", "account_manager", "analyst")


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_sees_the_same_wherever_they_look(firm: Firm, who: str) -> None:
    oracle, client = Oracle(firm), firm.client(who)
    records = {str(r.pk): r for r in firm.records[EQUIPMENT].values()}
    seen = {pk for pk, r in records.items() if oracle.may(who, "read", EQUIPMENT, r)}
    assert {r["id"] for r in get(client, f"{PATH}?limit=200")["items"]} == seen
    board = get(client, f"{PATH}/board?by=owner")["columns"]
    assert {r["id"] for column in board for r in column["items"]} == seen
    groups = get(client, f"{PATH}/aggregate?group=territory")["groups"]
    assert sum(g["count"] for g in groups) == len(seen)
    found = get(client, "search?q=机&limit=50")["items"]
    assert {f["id"] for f in found if f["type"] == EQUIPMENT} == seen
    boss = firm.client("administrator")
    for pk, record in records.items():
        if record.deleted_at is None:
            put(boss, f"{PATH}/{pk}")
        address = f"/api/v1/{PATH}/{pk}"
        status = 200 if pk in seen else 404
        assert client.get(address).status_code == status
        assert client.get(f"{address}/attachments").status_code == status
        assert client.get(f"/api/v1/shares/{EQUIPMENT}/{pk}").status_code == status
        for file in Attachment.objects.filter(record_id=pk):
            answer = client.get(f"/api/v1/attachments/{file.pk}/content")
            assert answer.status_code == status
    sent = {"fields": ["id", "name"]}
    answer = client.post(f"/api/v1/{PATH}/export", sent, content_type="application/json")
    if PEOPLE[who][0] not in EXPORTING:
        assert answer.status_code == 403
        return
    rows = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert {row["id"] for row in rows} == seen


@pytest.mark.parametrize("who", ["owner", "manager", "loner"])
def test_a_webhook_tells_what_its_owner_sees(firm: Firm, who: str) -> None:
    oracle, boss = Oracle(firm), firm.client("administrator")
    alive = [r for r in firm.records[EQUIPMENT].values() if r.deleted_at is None]
    before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    for record in alive:
        patch(boss, f"{PATH}/{record.pk}", {"name": f"{record} new"})
    events = Event.objects.filter(id__gt=before, object=EQUIPMENT)
    assert events.count() == len(alive)
    delivery = WebhookDelivery(
        webhook=Webhook(owner=firm[who]), event_ids=[e.pk for e in events], record_ids=[]
    )
    seen = {str(r.pk) for r in alive if oracle.may(who, "read", EQUIPMENT, r)}
    told = (message(delivery) or b"").decode()
    assert {str(r.pk) for r in alive if str(r.pk) in told} == seen
    assert f'"{EQUIPMENT}.changed"' in told


def test_history_of_what_is_not_seen_is_not_found(firm: Firm) -> None:
    declared = object_type(EQUIPMENT)
    with pytest.raises(NotFound):
        record_history(Asker(firm["loner"]), declared, firm[f"{EQUIPMENT}:press"].pk)
