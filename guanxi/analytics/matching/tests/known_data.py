"""Public sets of records whose true customers are known, a made-up Chinese one, and measures."""

import csv
import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from guanxi.analytics.matching import Kind, cluster_pairs, find_matches
from guanxi.standardizing import name_sound, resident_id
from guanxi.standardizing.codes import CREDIT_ALPHABET, CREDIT_WEIGHTS
from guanxi.standardizing.folding import CHARACTERS

Row = dict[str, Any]
Known = tuple[pa.Table, dict[str, str]]  # the records, and whose each is


def fake_1000(folder: Path) -> Known:
    """Persons with many slips, from the makers of splink."""
    with (folder / "record_linkage/fake_1000.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    fields = {"unique_id": "id", "first_name": "given_name", "surname": "family_name"}
    fields |= {"dob": "birth_date", "city": "city", "email": "email"}
    return _known(rows, fields, {row["unique_id"]: row["cluster"] for row in rows})


def febrl(folder: Path, number: int) -> Known:
    """Made-up Australians of Febrl's data set 1, 2 or 3."""
    path = folder / f"record_linkage/febrl_dataset{number}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        row["street"] = " ".join(row[k] for k in ("street_number", "address_1", "address_2"))
    fields = {"rec_id": "id", "given_name": "given_name", "surname": "family_name"}
    fields |= {"date_of_birth": "birth_date", "suburb": "city", "postcode": "postal_code"}
    fields |= {"street": "street", "soc_sec_id": "code"}
    return _known(rows, fields, {row["rec_id"]: row["rec_id"].split("-")[1] for row in rows})


def historical(folder: Path) -> Known:
    """Persons of Wikidata with errors put in."""
    path = folder / "record_linkage/historical_figures_with_errors_50k.parquet"
    rows = pq.read_table(path).to_pylist()
    fields = {"unique_id": "id", "full_name": "name", "dob": "birth_date", "birth_place": "city"}
    fields |= {"postcode_fake": "postal_code", "occupation": "occupation"}
    return _known(rows, fields, {row["unique_id"]: row["cluster"] for row in rows})


def _known(rows: list[Row], fields: Mapping[str, str], truth: dict[str, str]) -> Known:
    records = [{mine: row[its] or None for its, mine in fields.items()} for row in rows]
    return pa.Table.from_pylist(records), truth


# ---------------------------------------------------------------- Chinese customers, made up

# Of the copies of a record, how many have each error; the rest of a copy is as in the first.
PERSON_ERRORS = {
    "name": {"homophone": 0.10, "other character": 0.04, "traditional": 0.15, "pinyin": 0.05,
             "title": 0.05},
    "birth_date": {"missing": 0.25, "slip": 0.03},
    "phone": {"missing": 0.12, "another": 0.08, "slip": 0.03, "written otherwise": 0.20},
    "email": {"missing": 0.25, "another": 0.05, "slip": 0.03},
    "address": {"missing": 0.15, "another": 0.08, "shortened": 0.30, "traditional": 0.10},
    "code": {"missing": 0.50},
}  # fmt: skip
FIRM_ERRORS = {
    "name": {"without form": 0.30, "other form": 0.10, "without place": 0.10, "homophone": 0.05,
             "other character": 0.03, "traditional": 0.10},
    "phone": {"missing": 0.12, "another": 0.08, "slip": 0.03, "written otherwise": 0.20},
    "email": {"missing": 0.25, "another": 0.05, "slip": 0.03},
    "address": {"missing": 0.15, "another": 0.08, "shortened": 0.30, "traditional": 0.10},
    "code": {"missing": 0.40, "slip": 0.03},
}  # fmt: skip
MISSING_AT_ALL = {"birth_date": 0.15, "phone": 0.05, "email": 0.2, "address": 0.08, "code": 0.4}
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海龙春梅雪琳晨宇轩浩然子涵梓欣怡佳颖婷思雨嘉豪"
    "俊辉鹏飞博睿晓东永福天成家旺新民学斌云鑫宁波瑞雯倩莹蕾薇璐萍莉慧玲琴素珍爱莲凤翠金彩丹青岩峰毅恒远达康乐安"
)
BRAND = (
    "华盛鑫隆恒泰瑞丰天宇金泽汇通博远信达宏图锦程万佳永兴东方启明星辰"
    "海纳百川智慧云图联创新越卓凡凯德美联众合立正"
)
TRADES = (
    *(
        "科技",
        "贸易",
        "电子商务",
        "机械制造",
        "餐饮管理",
        "文化传媒",
        "建筑工程",
        "物流",
        "生物医药",
    ),
    *("信息技术", "纺织", "食品", "装饰设计", "教育咨询", "软件开发"),
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
PLACES = (
    *("杭州", "宁波", "温州", "上海", "北京", "深圳", "广州", "成都", "武汉", "南京", "苏州"),
    *("浙江", "江苏", "广东", "四川"),
)
HOSTS = ("qq.com", "163.com", "gmail.com", "126.com", "sina.com", "outlook.com")


def chinese(
    folder: Path,
    kind: Kind,
    customers: int,
    seed: int = 1,
    gaps: float = 1.0,
    again: float = 0.4,
) -> Known:
    """Customers of whom a share of `again` comes again, once or up to three times, with errors.

    Family names as frequent as they are, real addresses; all else is drawn. The errors' shares are
    above; `gaps` makes values missing so many times as often.
    """
    draw = random.Random(seed)
    made = _Made(draw, folder, gaps)
    first = made.person if kind == "person" else made.firm
    errors = PERSON_ERRORS if kind == "person" else FIRM_ERRORS
    rows, truth = [], {}
    for number in range(customers):
        record = first()
        copies = [made.copy(record, errors) for _ in range(draw.choice((1, 1, 2, 3)))]
        others = copies if draw.random() < again else []
        for place, row in enumerate([record, *others]):
            key = f"{number}-{place}"
            rows.append({"id": key} | row)
            truth[key] = str(number)
    draw.shuffle(rows)
    return pa.Table.from_pylist(rows), truth


class _Made:
    def __init__(self, draw: random.Random, folder: Path, gaps: float) -> None:
        self.draw, self.gaps = draw, gaps
        book = openpyxl.load_workbook(
            folder / "chinese_names/Chinese_Family_Name_1k.xlsx", read_only=True
        )
        names = list(book.active.iter_rows(min_row=2, values_only=True))
        self.families = [str(name) for name, _count in names]
        self.frequency = [float(count) for _name, count in names]
        with gzip.open(folder / "chinese_address/train.txt.gz", "rt", encoding="utf-8") as file:
            blocks = file.read().strip().split("\n\n")
        self.addresses = ["".join(line[0] for line in b.split("\n")) for b in blocks]

    def person(self) -> Row:
        family = self.draw.choices(self.families, self.frequency)[0]
        name = family + "".join(self.draw.choices(GIVEN, k=self.draw.choice((1, 2, 2, 2))))
        born = date(1950, 1, 1) + timedelta(self.draw.randrange(20_000))
        return self._with_gaps(
            {
                "name": name,
                "birth_date": born.isoformat(),
                "phone": self._mobile(),
                "email": self._email(name),
                "address": self.draw.choice(self.addresses),
                "code": self._resident(born),
            }
        )

    def firm(self) -> Row:
        brand = "".join(self.draw.choices(BRAND, k=self.draw.choice((2, 2, 3, 4))))
        form = self.draw.choices(FORMS, (70, 10, 15, 5))[0]
        place = self.draw.choice(PLACES) + self.draw.choice(("", "", "市"))
        return self._with_gaps(
            {
                "name": place + brand + self.draw.choice(TRADES) + form,
                "phone": f"0571-8{self.draw.randrange(10**7):07d}",
                "email": f"info@{name_sound(brand).replace(' ', '')}{self.draw.randrange(99)}.com",
                "address": self.draw.choice(self.addresses),
                "code": self._credit(),
            }
        )

    def _with_gaps(self, row: Row) -> Row:
        return {
            field: None if self.draw.random() < self.gaps * MISSING_AT_ALL.get(field, 0) else value
            for field, value in row.items()
        }

    def _mobile(self) -> str:
        return f"1{self.draw.choice('3578')}{self.draw.randrange(10**9):09d}"

    def _email(self, name: str) -> str:
        sound = name_sound(name).replace(" ", self.draw.choice(("", ".", "_")))
        return f"{sound}{self.draw.randrange(1000)}@{self.draw.choice(HOSTS)}"

    def _resident(self, born: date) -> str:
        start = f"3301{self.draw.randrange(2, 12):02d}{born:%Y%m%d}{self.draw.randrange(1000):03d}"
        return next(start + c for c in "0123456789X" if resident_id(start + c))

    def _credit(self) -> str:
        start = "91330100" + "".join(self.draw.choices(CREDIT_ALPHABET, k=9))
        values = map(CREDIT_ALPHABET.index, start)
        total = sum(w * c for w, c in zip(CREDIT_WEIGHTS, values, strict=True))
        return start + CREDIT_ALPHABET[-total % 31]

    # ------------------------------------------------------------ errors

    def copy(self, row: Row, errors: Mapping[str, Mapping[str, float]]) -> Row:
        found = dict(row)
        for field, shares in errors.items():
            for error, share in shares.items():
                chance = share * self.gaps if error == "missing" else share
                if found[field] and self.draw.random() < chance:
                    found[field] = self._wrong(found[field], field, error)
        return found

    def _wrong(self, value: str, field: str, error: str) -> str | None:
        match error:
            case "missing":
                return None
            case "another":
                return self._another(field)
            case "slip":
                return self._slip(value)
            case "other character":
                return self._replaced(value, self.draw.choice(GIVEN))
            case "homophone":
                place = self._place(value)
                alike = homophones().get(value[place]) or value[place]
                return value[:place] + self.draw.choice(alike) + value[place + 1 :]
            case "traditional":
                return value.translate(traditional())
            case "pinyin":
                return " ".join(word.capitalize() for word in name_sound(value).split())
            case "title":
                return value + self.draw.choice(("先生", "女士"))
            case "written otherwise":
                return (
                    f"+86 {value[:3]} {value[3:7]} {value[7:]}"
                    if value[0] == "1"
                    else f"（{value[:4]}）{value[5:]}"
                )
            case "shortened":
                return value.removeprefix("浙江省").removeprefix("杭州市")
            case "without form":
                return next(value.removesuffix(f) for f in reversed(FORMS) if value.endswith(f))
            case "other form":
                return value.removesuffix("有限公司") + "公司"
            case "without place":
                return value[3:] if value[2] == "市" else value[2:]
        raise ValueError(error)

    def _another(self, field: str) -> str:
        if field == "address":
            return self.draw.choice(self.addresses)
        return self._mobile() if field == "phone" else f"x{self.draw.randrange(10**6)}@163.com"

    def _slip(self, value: str) -> str:
        digits = [n for n, c in enumerate(value) if c.isdigit()]
        place = self.draw.choice(digits or range(len(value)))
        return value[:place] + self.draw.choice("0123456789") + value[place + 1 :]

    def _place(self, value: str) -> int:
        return self.draw.randrange(min(1, len(value) - 1), min(len(value), 6))

    def _replaced(self, value: str, character: str) -> str:
        place = self._place(value)
        return value[:place] + character + value[place + 1 :]


@cache
def homophones() -> dict[str, str]:
    """For each simplified character the common ones that are said alike."""
    said: dict[str, str] = {}
    alike: dict[str, str] = defaultdict(str)
    with CHARACTERS.open(encoding="utf-8", newline="") as file:
        for character, simple, readings in csv.reader(file):
            if not simple and character.encode("gb2312", "ignore"):
                said[character] = readings.split()[0]
                alike[said[character]] += character
    return {c: alike[sound].replace(c, "") for c, sound in said.items()}


@cache
def traditional() -> dict[int, str]:
    """For each simplified character the first traditional one of Big5."""
    found: dict[int, str] = {}
    with CHARACTERS.open(encoding="utf-8", newline="") as file:
        for character, simple, _readings in csv.reader(file):
            if simple and character.encode("big5", "ignore"):
                found.setdefault(ord(simple), character)
    return found


# ---------------------------------------------------------------- measures


def measured(known: Known, kind: Kind = "person") -> dict[str, Any]:
    """How well the one configuration does: by pairs and by clusters."""
    records, truth = known
    found = find_matches(records, kind=kind)
    likely = [
        pair
        for *pair, p in zip(
            *(found.pairs[c].to_pylist() for c in ("id_l", "id_r", "probability")), strict=True
        )
        if p >= found.threshold
    ]
    clusters = cluster_pairs(records["id"], found.pairs, threshold=found.threshold)
    cluster = dict(zip(clusters["id"].to_pylist(), clusters["cluster"].to_pylist(), strict=True))
    return {
        "records": len(records),
        "true_pairs": pairs_within(truth.values()),
        "threshold": round(found.threshold, 4),
        "pairs": of_pairs(truth, likely),
        "clusters": of_clusters(truth, cluster),
    }


def exact_baseline(known: Known) -> dict[str, float]:
    """Pairs with the same name and the same phone, e-mail or birth date, or with the same code, as
    they are written.
    """
    records, truth = known
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in records.to_pylist():
        for field in ("phone", "email", "birth_date"):
            if row.get(field) and row["name"]:
                blocks[field, row[field], row["name"]].append(row["id"])
        if row.get("code"):
            blocks["code", row["code"]].append(row["id"])
    pairs = {(min(a, b), max(a, b)) for ids in blocks.values() for a in ids for b in ids if a != b}
    return of_pairs(truth, [list(pair) for pair in pairs])


def of_pairs(truth: Mapping[str, str], pairs: list[list[str]]) -> dict[str, float]:
    right = sum(truth[one] == truth[other] for one, other in pairs)
    return _scores(right, len(pairs), pairs_within(truth.values()))


def of_clusters(truth: Mapping[str, str], cluster: Mapping[str, str]) -> dict[str, float]:
    right = pairs_within((truth[i], cluster[i]) for i in truth)
    return _scores(right, pairs_within(cluster.values()), pairs_within(truth.values()))


def pairs_within(groups: Iterable[object]) -> int:
    """How many pairs of records are in one group."""
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def _scores(right: int, found: int, true: int) -> dict[str, float]:
    return {
        "precision": round(right / max(found, 1), 4),
        "recall": round(right / true, 4),
        "f1": round(2 * right / (found + true), 4),
    }
