"""One custom field of every type, as an administrator defines them through the API."""

from typing import Any

from django.test import Client

from tests.writes.calls import post

CHOICES = [
    {"value": "low", "labels": {"en": "low", "zh-CN": "低"}, "color": "green"},
    {"value": "high", "labels": {"en": "high", "zh-CN": "高"}, "color": "volcano"},
    {"value": "old", "labels": {"en": "old"}, "archived": True},
]
EVERY_TYPE: dict[str, dict[str, Any]] = {
    "text": {"min_length": 2, "max_length": 20},
    "long_text": {},
    "decimal": {"decimal_places": 2, "min": "-1000", "max": "99999999.99"},
    "money": {},
    "boolean": {},
    "date": {"min": "1900-01-01"},
    "datetime": {},
    "time": {"min": "06:00"},
    "choice": {"choices": CHOICES},
    "multi_choice": {"choices": CHOICES},
    "url": {},
    "email": {},
    "phone": {},
}


def define(boss: Client, object: str, type: str, key: str = "", **values: Any) -> dict[str, Any]:
    """The definition made; its settings are those of EVERY_TYPE unless given."""
    sent = {
        "object": object,
        "type": type,
        "key": key or f"my_{type}",
        "labels": {"en": f"My {type}", "zh-CN": f"我的{type}"},
        "settings": EVERY_TYPE.get(type, {}),
        **values,
    }
    answer = post(boss, "custom-fields", sent)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def define_every_type(boss: Client, object: str) -> None:
    for type in EVERY_TYPE:
        define(boss, object, type)
