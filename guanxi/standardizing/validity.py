"""Whether what somebody wrote can be what its field says: each rule after a standard it names.

Of what a rule cannot judge, such as a city of a country whose cities we have no list of, it says
that it is right: nobody is sent to mend what may be in order.
"""

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import pycountry

from guanxi.standardizing.addresses import divisions_called, short_name
from guanxi.standardizing.contacts import email_address
from guanxi.standardizing.folding import is_ideograph, simplify

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LABEL = r"(?!-)[\w-]{1,63}(?<!-)"
HOST = re.compile(rf"({LABEL}\.)+(?!\d+$){LABEL}", re.UNICODE)
LONGEST_EMAIL, LONGEST_LOCAL = 254, 64  # octets, RFC 5321 (4.5.3.1)
OLDEST = 122  # years that anybody is known to have lived
# How countries of which we know the divisions are written, simplified and in small letters.
COUNTRIES = {
    "CN": {"cn", "chn", "prc", "china", "中国", "中华人民共和国", "中国大陆"},
    "TW": {"tw", "twn", "taiwan", "台湾", "中华民国", "中国台湾"},
    "HK": {"hk", "hkg", "hong kong", "hongkong", "香港", "中国香港"},
    "MO": {"mo", "mac", "macao", "macau", "澳门", "中国澳门"},
}
POSTAL_CODES = {"CN": r"\d{6}", "TW": r"\d{3}(\d{2,3})?"}
CODE_ANYWHERE = r"[A-Z0-9][A-Z0-9 -]{1,9}"
TAIWAN = {"台湾", "台湾省"}


def is_e164(number: str) -> bool:
    """ITU-T E.164: a plus, the country's code and the national number, 15 digits at most."""
    return E164.fullmatch(number) is not None


def is_email(text: str) -> bool:
    """RFC 5321 (4.1.2, 4.5.3.1) for what can be written to from outside: a local part, and a
    domain of at least two labels as RFC 1035 and RFC 5890 have them."""
    address = email_address(text)
    local, _at, domain = address.rpartition("@")
    fits = len(address.encode()) <= LONGEST_EMAIL and len(local.encode()) <= LONGEST_LOCAL
    return bool(local) and fits and HOST.fullmatch(domain) is not None


def is_website(text: str) -> bool:
    """RFC 3986 and RFC 9110 (4.2): an http or https address with a public host."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and HOST.fullmatch(host) is not None


def region_of(country: str) -> str:
    """CN, TW, HK or MO (ISO 3166-1); "" if no country is said, "other" for the rest."""
    name = simplify(country.strip()).casefold()
    if not name:
        return ""
    return next((code for code, names in COUNTRIES.items() if name in names), "other")


@lru_cache(maxsize=20_000)
def is_postal_code(text: str, country: str = "") -> bool:
    """Six digits on the mainland (YZ/T 0136), three, five or six in Taiwan, none in Hong Kong and
    Macao; elsewhere the letters and digits that UPU S42 allows. Digits without a country are read
    as of China."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    region = region_of(country)
    if region in POSTAL_CODES:
        return re.fullmatch(POSTAL_CODES[region], code) is not None
    if region in ("HK", "MO"):
        return re.fullmatch(r"0+|999077|999078", code) is not None
    if region == "" and code.isdigit():
        return any(re.fullmatch(form, code) for form in POSTAL_CODES.values())
    return re.fullmatch(CODE_ANYWHERE, code) is not None


@lru_cache(maxsize=20_000)
def is_province(text: str, country: str = "") -> bool:
    """A province of GB/T 2260, or what stands in its place in Taiwan, Hong Kong and Macao."""
    if not _is_judged(text, country) or simplify(text.strip()) in TAIWAN:
        return True
    return any(d.level == 1 or (d.country != "CN" and d.level == 2) for d in divisions_called(text))


@lru_cache(maxsize=20_000)
def is_city(text: str, province: str = "", country: str = "") -> bool:
    """A city or county of GB/T 2260 since 2000, or a municipality; within its province, if that is
    said and known."""
    if not _is_judged(text, country):
        return True
    found = [d for d in divisions_called(text) if d.level < 3 or d.name[-1] in "市县旗区"]
    said = {short_name(d.province) for d in divisions_called(province) if d.level == 1}
    if said and province:
        found = [d for d in found if not d.province or short_name(d.province) in said]
    return bool(found)


def _is_judged(text: str, country: str) -> bool:
    return region_of(country) != "other" and any(map(is_ideograph, text))


def is_birthday(day: dt.date, today: dt.date) -> bool:
    """A day (ISO 8601) on which somebody can have been born who lives: not one to come, and none
    further back than anybody is known to have lived."""
    return day <= today and today.year - day.year <= OLDEST


def is_currency(code: str) -> bool:
    """ISO 4217."""
    return code.isupper() and pycountry.currencies.get(alpha_3=code) is not None
