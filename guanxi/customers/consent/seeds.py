"""The purposes a new workspace begins with; the firm changes them as it likes."""

from typing import Any

TEXTS: list[dict[str, Any]] = [
    {
        "names": {"en": "Service messages", "zh-hans": "服务通知", "zh-hant": "服務通知"},
        "legal_basis": "contract",
        "is_offered": False,
        "texts": {
            "en": "We write to you about your orders and requests.",
            "zh-hans": "我们就您的订单和服务请求与您联系。",
            "zh-hant": "我們就您的訂單和服務請求與您聯絡。",
        },
    },
    {
        "names": {"en": "Marketing", "zh-hans": "营销信息", "zh-hant": "行銷訊息"},
        "double_opt_in": True,
        "texts": {
            "en": "You may send me offers and news. I can take this back at any time.",
            "zh-hans": "我同意接收优惠和产品资讯，并可随时撤回同意。",
            "zh-hant": "我同意接收優惠和產品資訊，並可隨時撤回同意。",
        },
    },
    {
        "names": {"en": "Surveys", "zh-hans": "问卷调查", "zh-hant": "問卷調查"},
        "texts": {
            "en": "You may ask me how satisfied I am. I can take this back at any time.",
            "zh-hans": "我同意参与满意度调查，并可随时撤回同意。",
            "zh-hant": "我同意參與滿意度調查，並可隨時撤回同意。",
        },
    },
    {
        "names": {"en": "Personal offers", "zh-hans": "个性化推荐", "zh-hant": "個人化推薦"},
        "by_channel": False,
        "texts": {
            "en": "You may analyse my purchases to choose offers for me (profiling)."
            " I can take this back at any time.",
            "zh-hans": "我同意贵公司分析我的购买记录，以便为我推荐合适的产品（用户画像），"
            "并可随时撤回同意。",
            "zh-hant": "我同意貴公司分析我的購買紀錄，以便為我推薦合適的產品（個人側寫），"
            "並可隨時撤回同意。",
        },
    },
]


def plant_purposes(language: str) -> None:
    """What a new workspace begins with."""
    from guanxi.customers.consent.models import ConsentText, Purpose

    plant(Purpose, ConsentText, language)


def plant(purpose_model: Any, text_model: Any, language: str) -> None:
    """Make the purposes, named in the workspace's language, with a first text each."""
    for seed in TEXTS:
        flags = {k: v for k, v in seed.items() if k not in ("names", "texts")}
        purpose = purpose_model.objects.create(name=seed["names"][language], **flags)
        said = {
            f"{field}_{code.replace('-', '_')}": value
            for field, by_language in (("title", seed["names"]), ("text", seed["texts"]))
            for code, value in by_language.items()
        }
        text_model.objects.create(purpose=purpose, version="1", **said)
