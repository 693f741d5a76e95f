"""Telephone numbers and e-mail addresses."""

import re
import unicodedata

import phonenumbers

# Where eleven digits from 13 on are taken for a mobile of the mainland, for they are nothing else.
NEAR_MAINLAND = {"CN", "TW", "HK", "MO"}
WITHOUT_DOTS = {"gmail.com", "googlemail.com"}  # dots of the local part are not read there


def phone_number(text: str, region: str = "CN") -> str:
    """The number in E.164 (ITU-T), e.g. +8613800138000; "" when `text` is no possible number.

    `region` (ISO 3166-1) is where a number without a country code is dialled.
    """
    compact = text
    if not (text.isascii() and text.isdigit()):
        text = unicodedata.normalize("NFKC", text)
        compact = "".join(c for c in text if c.isascii() and (c.isdigit() or c == "+"))
    if (
        len(compact) == 11
        and compact[0] == "1"
        and compact[1] in "3456789"
        and region in NEAR_MAINLAND
    ):
        return "+86" + compact  # a mainland mobile; the library says the same, 50 times slower
    if not 3 <= len(compact) <= 20:
        return ""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def email_address(text: str) -> str:
    """The address with its domain in small letters, which RFC 5321 (2.4) lets no case tell apart;
    "" if it is none. The local part stays: its case is for the host to read.
    """
    local, at, domain = unicodedata.normalize("NFKC", text).strip().rpartition("@")
    domain = unicodedata.normalize("NFKC", domain.casefold()).rstrip(".")
    if not (local and at) or not re.fullmatch(r"[^\s@.]+(\.[^\s@.]+)*", domain):
        return ""
    return "" if re.search(r"[\s\x00-\x1f]", local) else f"{local}@{domain}"


def email_key(text: str) -> str:
    """What addresses of one mailbox have in common: small letters, no tag after a plus (RFC 5233),
    at Gmail no dots. To compare by, never to write to; "" if `text` is no address.
    """
    local, _at, domain = email_address(text).rpartition("@")
    local = unicodedata.normalize("NFKC", local.casefold())
    local = local.partition("+")[0] or local  # an address that begins with a plus is no tag
    if domain in WITHOUT_DOTS:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}" if domain else ""
