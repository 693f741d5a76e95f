"""Finding duplicates: what is compared, what is learnt, and how well it does on known sets."""

import json
import random
from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from guanxi.analytics.matching import Matches, MatchModel, find_matches, standardized
from guanxi.analytics.matching.tests import known_data

FAMILIES = "王李张刘陈杨黄吴赵周徐孙马朱胡林郭何高罗"
CITIES = ("杭州市", "宁波市", "上海市", "广州市", "成都市")


def firm_of_persons() -> pa.Table:
    """200 persons, of whom every fifth comes again: a slip in the name, or no e-mail."""
    draw = random.Random(7)
    rows = []
    for number in range(200):
        family = draw.choice(FAMILIES)
        given = "".join(draw.choices(known_data.GIVEN, k=2))
        row = {
            "id": f"p{number}",
            "name": family + given,
            "phone": f"138{draw.randrange(10**8):08d}",
            "email": f"p{number}@example.com",
            "birth_date": f"19{draw.randrange(50, 99)}-{draw.randrange(1, 13):02d}-10",
            "city": draw.choice(CITIES),
        }
        rows.append(row)
        if number % 5 == 0:
            again = {"id": f"p{number}-again", "name": family + given[0] + draw.choice("木水火")}
            again |= {"email": None} if number % 10 else {"name": row["name"] + "先生"}
            rows.append(row | again)
    return pa.Table.from_pylist(rows)


@pytest.fixture(scope="module")
def records() -> pa.Table:
    return firm_of_persons()


@pytest.fixture(scope="module")
def found(records: pa.Table) -> Matches:
    return find_matches(records, kind="person")


def ends(found: Matches, least: float = 0.5) -> set[frozenset[str]]:
    rows = found.pairs.to_pylist()
    return {frozenset((r["id_l"], r["id_r"])) for r in rows if r["probability"] >= least}


def test_the_doubles_are_found_and_nothing_else(found: Matches) -> None:
    doubles = {frozenset((f"p{n}", f"p{n}-again")) for n in range(0, 200, 5)}
    assert ends(found, found.threshold) == doubles
    assert 0.5 <= found.threshold < 1


def test_evidence_adds_up_to_the_weight(found: Matches) -> None:
    for pair in found.pairs.to_pylist():
        steps = sum(step["weight"] for step in pair["evidence"])
        assert found.model.prior_weight + steps == pytest.approx(pair["weight"], abs=0.01)
        assert pair["probability"] == pytest.approx(1 / (1 + 2 ** -pair["weight"]))
    best = {step["field"]: step["level"] for step in found.pairs.to_pylist()[0]["evidence"]}
    assert best["phone"] == best["name"] == "same"
    assert "code" not in best


def test_the_share_of_matches_is_learnt(found: Matches) -> None:
    assert found.model.match_share == pytest.approx(40 / (240 * 239 / 2), rel=0.2)


def test_later_only_new_and_changed_records_are_looked_at(
    records: pa.Table, found: Matches
) -> None:
    kept = MatchModel(**json.loads(json.dumps(asdict(found.model))))
    later = find_matches(records, kind="person", model=kept, changed=["p5-again", "p7"])
    expected = {
        (row["id_l"], row["id_r"]): row["weight"]
        for row in found.pairs.to_pylist()
        if {"p5-again", "p7"} & {row["id_l"], row["id_r"]}
    }
    weights = {(row["id_l"], row["id_r"]): row["weight"] for row in later.pairs.to_pylist()}
    assert {pair for pair, w in weights.items() if w >= 0} == {("p5", "p5-again")}
    assert weights == pytest.approx(expected, abs=0.01)


def test_what_somebody_called_different_does_not_come_again(
    records: pa.Table, found: Matches
) -> None:
    different = pa.table({"id_l": ["p5-again", "p10"], "id_r": ["p5", "p10-again"]})
    later = find_matches(records, kind="person", model=found.model, different=different)
    gone = {frozenset(("p5", "p5-again")), frozenset(("p10", "p10-again"))}
    assert ends(found) - ends(later) == gone


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"id": "a", "name": "张伟"}],
        [{"id": "a", "name": "张伟"}, {"id": "b", "name": None}],
        [{"id": n, "name": "张伟", "phone": "13800138000"} for n in "abc"],
        [{"id": "a"}, {"id": "b"}],
    ],
)
def test_hardly_any_records(rows: list[dict[str, str]]) -> None:
    schema = pa.schema([("id", pa.string()), ("name", pa.string()), ("phone", pa.string())])
    found = find_matches(pa.Table.from_pylist(rows, schema=schema), kind="person")
    assert found.pairs.column_names == ["id_l", "id_r", "weight", "probability", "evidence"]
    assert found.pairs.num_rows in (0, 3)


def test_relations_of_duckdb_are_read_as_they_are(records: pa.Table, found: Matches) -> None:
    with duckdb.connect() as connection:
        relation = connection.from_arrow(records)
        again = find_matches(relation, kind="person", model=found.model)
    assert again.pairs["id_l"] == found.pairs["id_l"]


def test_records_are_compared_in_one_form() -> None:
    row = {
        "id": "1",
        "name": "深圳市騰訊計算機系統有限公司",
        "phone": "(0755) 8601 3388",
        "email": "Info+crm@Tencent.com",
        "address": "廣東省深圳市南山區科技中一路",
        "code": "9144030071526726xg",
    }
    firm = standardized(pa.Table.from_pylist([row]), "organization").to_pylist()[0]
    assert firm["name"] == "深圳市腾讯计算机系统"
    assert firm["family"] == "腾讯计算"
    assert firm["sound"] == "shenzhenshitengxunjisuanjixitong"
    assert (firm["phone"], firm["email"]) == ("+8675586013388", "info@tencent.com")
    assert (firm["city"], firm["street"]) == ("南山区", "科技中一路")
    assert firm["code"] == "9144030071526726xg"
    assert firm["birth_date"] is None
    person = standardized(pa.table({"id": [1], "name": ["Wei Zhang"]}), "person").to_pylist()[0]
    assert (person["id"], person["sound"], person["words"]) == ("1", "wei zhang", ["wei", "zhang"])
    assert (person["family"], person["given"]) == ("zhang", "wei")


@pytest.mark.outside_data
def test_persons_with_many_slips(outside_data: Path) -> None:
    found = known_data.measured(known_data.fake_1000(outside_data))
    assert found["clusters"]["f1"] >= 0.92
    assert found["pairs"]["precision"] >= 0.95


@pytest.mark.outside_data
def test_australian_persons(outside_data: Path) -> None:
    found = known_data.measured(known_data.febrl(outside_data, 1))
    assert found["pairs"]["f1"] >= 0.995


@pytest.mark.outside_data
@pytest.mark.parametrize("kind", ["person", "organization"])
def test_chinese_customers(outside_data: Path, kind: known_data.Kind) -> None:
    known = known_data.chinese(outside_data, kind, customers=400)
    found = known_data.measured(known, kind)
    assert found["pairs"]["f1"] >= 0.95
    assert found["pairs"]["f1"] > known_data.exact_baseline(known)["f1"] + 0.1
