"""Addresses in one line, as files bring them and people paste them."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.registry import Whole
from guanxi.standardizing import split_address

PARTS = ("province", "city", "district", "street")
MOST = 0.5  # of the cells of a column: more than these name a division, then it is no street


def address_parts(text: str) -> Mapping[str, str]:
    """Province, city, district and street of a Chinese address; of any other all is the street."""
    found = split_address(text)
    return {name: getattr(found, name) for name in PARTS}


def is_whole(text: str) -> bool:
    """Whether the text says more of an address than the street."""
    found = split_address(text)
    return bool(found.city or found.district) and found.street != text.strip()


WHOLE_ADDRESS = Whole(
    "whole_address", _("whole address"), "street", PARTS, address_parts,
    "完整地址 地址全称 地址全稱 全地址 注册地址 註冊地址 单位地址 單位地址 通讯地址"
    " 通訊地址 收货地址 收貨地址 送货地址 fulladdress wholeaddress completeaddress",
)  # fmt: skip
