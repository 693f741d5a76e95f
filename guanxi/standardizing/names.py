"""Names of persons and organizations, in Chinese and in Latin letters."""

import re
from typing import NamedTuple

from guanxi.standardizing.folding import fold, is_ideograph, readings, simplify

# Family names of two characters in use: Chinese-Names-Corpus (Apache License 2.0), and the common
# misspellings 殴阳 and 夏候 of it.
COMPOUND = frozenset(
    re.findall(
        "..",
        "欧阳百里淳于澹台第五东方独孤端木段干公孙公西公羊公冶赫连呼延皇甫令狐闾丘慕容纳兰"
        "南宫南门殴阳濮阳亓官上官申屠司空司寇司马司徒太史太叔拓跋完颜万俟尉迟闻人巫马西门"
        "夏侯夏候鲜于轩辕宇文长孙钟离仲孙诸葛颛孙宗政左丘乐正",
    )
)
# Readings that a character has as a family name and nowhere else first (GB/T 28039-2011 writes
# names so): 单 shan, not dan.
SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "任": "ren", "区": "ou", "查": "zha",
    "朴": "piao", "盖": "ge", "尉": "wei", "乐": "yue", "缪": "miao", "翟": "zhai", "覃": "qin",
    "冼": "xian", "洗": "xian", "折": "she", "召": "shao", "秘": "bi", "员": "yun", "种": "chong",
    "繁": "po", "晁": "chao", "黑": "he", "盛": "sheng", "宿": "su", "都": "du", "哈": "ha",
    "万俟": "moqi", "尉迟": "yuchi", "长孙": "zhangsun", "澹台": "tantai", "乐正": "yuezheng",
}  # fmt: skip
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "mme", "mlle"})
TITLES_BEHIND = re.compile(
    "(?<=.)(先生|女士|小姐|太太|同志|老师|教授|博士|医生|律师|总经理|经理|董事长|总监|主任)+$"
)
# What only says which kind of company it is (entity legal forms, ISO 20275), after folding.
CHINESE_FORMS = (
    "股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|(?:特殊普通|普通|有限)?合伙企业"
    "|(?:特殊普通|普通|有限)合伙|个人独资企业|株式会社|有限会社|合同会社"
)
LATIN_FORMS = (
    "company|corporation|incorporated|limited|co|corp|inc|ltd|llc|llp|lp|plc|pte|pty|sdn|bhd|gmbh"
    "|mbh|ag|kg|kgaa|ohg|ug|se|sa|sas|sarl|srl|spa|bv|nv|oy|oyj|ab|as|asa|aps|kk|group"
)
LATIN_FORMS = re.sub(r"(?<=\w)(?=\w)", " ?", LATIN_FORMS)  # "S.A." is "s a" here
FORM = re.compile(rf"(?<=\S) ?(?<!分)({CHINESE_FORMS})$|(?<=\S) ({LATIN_FORMS})$")
MOST_TURNS = 6  # words at which a name may begin
FORM_IN_FRONT = re.compile("^(株式会社|有限会社|合同会社) ?(?=.)")


class PersonName(NamedTuple):
    """A person's name in its parts, as written; a part that cannot be told is ""."""

    family: str
    given: str


class OrganizationName(NamedTuple):
    """What an organization is called, and what kind it says it is; both simplified and small."""

    core: str
    form: str


def person_name(text: str) -> PersonName:
    """Tell family from given names, without titles: 欧阳娜娜 -> 欧阳, 娜娜.

    Chinese names begin with the family name, of two characters if it is one of the compound ones.
    Latin ones end with it, unless a comma or capital letters say otherwise.
    """
    text = TITLES_BEHIND.sub("", re.sub(r"\s+", " ", text).strip()).strip()
    if any(map(is_ideograph, text)):
        return _chinese(text)
    text = " ".join(_untitled(text.split(" ")))
    if "," in text:
        family, _comma, given = text.partition(",")
        return PersonName(family.strip(), given.strip())
    words = text.split(" ")
    capitals = [w for w in words if len(w) > 1 and w.isupper()]
    if capitals and len(capitals) < len(words):
        rest = [w for w in words if w not in capitals]
        return PersonName(" ".join(capitals), " ".join(rest))
    return PersonName(words[-1], " ".join(words[:-1])) if len(words) > 1 else PersonName("", text)


def _chinese(text: str) -> PersonName:
    compact = re.sub(r"[\s·・‧]", "", text)
    if "·" in text or not all(map(is_ideograph, compact)):
        return PersonName("", text)  # a name taken over from another language has no order here
    if len(compact) == 1:
        return PersonName(compact, "")
    length = 2 if len(compact) > 2 and simplify(compact)[:2] in COMPOUND else 1
    return PersonName(compact[:length], compact[length:])


def name_key(text: str) -> str:
    """The words of a person's name in one order, folded: "Zhang, Wei" and "WEI ZHANG" are
    "wei zhang", 張偉先生 is "张伟".
    """
    words = _untitled(fold(TITLES_BEHIND.sub("", text.strip())).split())
    if words and all(len(word) == 1 and is_ideograph(word) for word in words):
        return TITLES_BEHIND.sub("", "".join(words))
    return " ".join(sorted(words))


def _untitled(words: list[str]) -> list[str]:
    return [w for w in words if w.rstrip(".").lower() not in TITLES] or words


def name_sound(text: str) -> str:
    """How a name is said, so that 张伟, 章玮 and "Wei Zhang" are one: "wei zhang".

    Family and given name in pinyin without tones, each one word (GB/T 28039-2011), in the order of
    the alphabet, for Latin letters do not tell which is which. A Latin name is its own sound.
    """
    key = name_key(text)
    if not key or not all(map(is_ideograph, key)):
        return key
    family, given = person_name(key)
    said = (SURNAME_READINGS.get(family) or said_of(family), said_of(given))
    return " ".join(sorted(filter(None, said)))


def said_of(text: str) -> str:
    """The first readings of the characters, without tones, in one: 伟明 -> "weiming"."""
    return "".join(next(iter(readings(c)), c) for c in text)


def organization_name(text: str) -> OrganizationName:
    """Split the legal form from a name, both folded: "Siemens A.G." -> "siemens", "ag";
    海尔智家股份有限公司 -> 海尔智家, 股份有限公司.

    Forms are taken off one after the other ("GmbH & Co. KG", 集团有限公司), never the whole name. A
    branch (分公司) is a place of its own and stays.
    """
    rest = _joined(fold(text))
    forms: list[str] = []
    while found := FORM_IN_FRONT.match(rest):
        rest = rest[found.end() :]
        forms.append(found[1])
    behind: list[str] = []
    while found := FORM.search(rest):
        rest = rest[: found.start()]
        behind.insert(0, (found[1] or found[2]).replace(" ", ""))
    return OrganizationName(rest, " ".join(forms + behind))


def comparable_name(text: str) -> str:
    """What names have in common that are written alike: folded, without spaces and signs, and
    without what only says which kind of company it is. "Acme Co., Ltd." is "acme", 張偉 is 张伟.

    A name of signs alone stays as it is: two of them are one only if they are the same.
    """
    return organization_name(text).core.replace(" ", "") or simplify(text)


def ways_to_write(text: str) -> list[str]:
    """What `comparable_name` makes of a person's name with and without titles, its words begun at
    each of them: "Dr. Wei Zhang" is found as "Zhang, Wei" too.
    """
    plain = TITLES_BEHIND.sub("", text.strip()).strip()
    words = _untitled(fold(plain).split())
    if any(len(word) == 1 and is_ideograph(word) for word in words):
        turned = [plain]
    else:
        turned = [" ".join(words[i:] + words[:i]) for i in range(min(len(words), MOST_TURNS))]
    return list(dict.fromkeys(key for t in (text, *turned) if (key := comparable_name(t))))


def _joined(folded: str) -> str:
    """Chinese as it is written again: no spaces between characters."""
    return re.sub(r"(?<=[⺀-\U0003ffff]) (?=[⺀-\U0003ffff])", "", folded)
