"""What people do that others are told of, and what they are told."""

from typing import Any

from guanxi.platform.notifications.making import CONSUMER, notify_of_events
from tests.cast import Firm
from tests.waiting import read_to_the_end

JSON = "application/json"
NEWS = "/api/v1/notifications"


def catch_up() -> None:
    read_to_the_end(CONSUMER, notify_of_events)


def told(firm: Firm, who: str, **query: Any) -> list[dict[str, Any]]:
    catch_up()
    answer = firm.client(who).get(NEWS, query)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def unread(firm: Firm, who: str) -> int:
    count: int = firm.client(who).get(f"{NEWS}/unread").json()["count"]
    return count


def brief(items: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(item["kind"], item["record"]["label"], item["count"]) for item in items]


def change(firm: Firm, who: str, path: str, **values: Any) -> None:
    answer = firm.client(who).patch(f"/api/v1/{path}", values, content_type=JSON)
    assert answer.status_code == 200, answer.content


def make(firm: Firm, who: str, path: str, **values: Any) -> Any:
    answer = firm.client(who).post(f"/api/v1/{path}", values, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def customer(firm: Firm, name: str) -> str:
    return f"customers/{firm[f'customer:{name}'].pk}"


def follow(firm: Firm, who: str, name: str, method: str = "put") -> int:
    pk = firm[f"customer:{name}"].pk
    status: int = getattr(firm.client(who), method)(f"/api/v1/follows/customer/{pk}").status_code
    return status


def follows(firm: Firm, who: str, name: str) -> bool:
    pk = firm[f"customer:{name}"].pk
    following: bool = firm.client(who).get(f"/api/v1/follows/customer/{pk}").json()["following"]
    return following


def mark(firm: Firm, who: str) -> str:
    user = firm[who]
    return f"@[{user.full_name}](user:{user.pk})"


def note(firm: Firm, who: str, name: str, body: str) -> Any:
    pk = str(firm[f"customer:{name}"].pk)
    return make(firm, who, "interactions", customer=pk, channel="note", body=body)
