"""Names of persons and organizations in their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.standardizing import (
    name_key,
    name_sound,
    organization_name,
    person_name,
    simplify,
)


@pytest.mark.parametrize(
    ("text", "family", "given_name"),
    [
        ("张伟", "张", "伟"), ("歐陽娜娜", "歐陽", "娜娜"), ("诸葛亮", "诸葛", "亮"),
        ("东方", "东", "方"), ("李明先生", "李", "明"), ("张 伟", "张", "伟"),
        ("阿不都·热合曼", "", "阿不都·热合曼"),
        ("Wei Zhang", "Zhang", "Wei"), ("ZHANG Wei", "ZHANG", "Wei"),
        ("Zhang, Wei", "Zhang", "Wei"),
        ("Dr. Anna Maria Schmidt", "Schmidt", "Anna Maria"), ("Cher", "", "Cher"), ("", "", ""),
    ],
)  # fmt: skip
def test_persons(text: str, family: str, given_name: str) -> None:
    assert person_name(text) == (family, given_name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zhang, Wei", "ZHANG WEI"), ("Wei Zhang", "zhang wei"), ("張 偉", "张伟先生"),
     ("Da Li女士", "Li Da"), ("Müller", "MULLER")],
)  # fmt: skip
def test_one_key_whatever_the_order(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("张伟", "wei zhang"), ("章玮", "wei zhang"), ("Zhang Wei", "wei zhang"),
        ("單雄信", "shan xiongxin"), ("尉迟恭", "gong yuchi"),
        ("曾国藩", "guofan zeng"), ("歐陽娜娜", "nana ouyang"), ("", ""),
    ],
)  # fmt: skip
def test_how_names_are_said(text: str, sound: str) -> None:
    assert name_sound(text) == sound


@pytest.mark.parametrize(
    ("text", "core", "form"),
    [
        ("深圳市腾讯计算机系统有限公司", "深圳市腾讯计算机系统", "有限公司"),
        ("鴻海精密工業股份有限公司", "鸿海精密工业", "股份有限公司"),
        ("新东方教育科技集团有限公司", "新东方教育科技", "集团 有限公司"),
        ("阿里巴巴（中国）有限公司", "阿里巴巴中国", "有限公司"),
        ("杭州青山投资合伙企业（有限合伙）", "杭州青山投资", "合伙企业 有限合伙"),
        ("华为技术有限公司北京分公司", "华为技术有限公司北京分公司", ""),
        ("株式会社日立製作所", "日立制作所", "株式会社"),
        ("Foo GmbH & Co. KG", "foo", "gmbh co kg"), ("ACME Co., Ltd.", "acme", "co ltd"),
        ("Siemens Healthineers A.G.", "siemens healthineers", "ag"), ("Ltd", "ltd", ""),
        ("ＡＢＢ 中国有限公司", "abb 中国", "有限公司"),
        ("Incline Partners", "incline partners", ""),
    ],
)  # fmt: skip
def test_organizations(text: str, core: str, form: str) -> None:
    assert organization_name(text) == (core, form)


@given(text=st.text() | st.text("张偉欧阳a Bc.,·（)有限公司集团", max_size=12))
def test_names_raise_on_no_text_and_stay_what_they_are(text: str) -> None:
    for of in (name_key, name_sound, simplify):
        assert of(of(text)) == of(text)
    core = organization_name(text).core
    assert organization_name(core) == (core, "")
    person_name(text)
