"""How Django and the API name the languages."""

from typing import Literal

TO_CLIENT = {"zh-hans": "zh-CN", "zh-hant": "zh-TW", "en": "en"}
FROM_CLIENT = {client: ours for ours, client in TO_CLIENT.items()}
Language = Literal["zh-CN", "zh-TW", "en"]
