"""Customers from files: one row may make an organization, a person and the person's being its
contact.

Columns of no half describe "the customer" of the row, whose kind a column or an option tells.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.customers import import_matching, import_nameless, import_writing
from guanxi.customers.addresses import MOST, WHOLE_ADDRESS, is_whole
from guanxi.customers.credit_codes import checked_credit_code
from guanxi.customers.id_numbers import IMPORTED, hashed, masked, sealed, why_not
from guanxi.customers.models import Customer, Identity, Relationship
from guanxi.customers.names import name_match
from guanxi.platform.access.models import Territory, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.custom import custom_converter
from guanxi.platform.exchange.errors import BadMapping
from guanxi.platform.exchange.fields import converter, unmasked
from guanxi.platform.exchange.layout import Layout, Lookup
from guanxi.platform.exchange.links import linked_records
from guanxi.platform.exchange.targets import Context, TargetField, Walk, register_target
from guanxi.platform.exchange.values import convert
from guanxi.platform.exchange.wholes import add_whole, whole_fields, wholes_last
from guanxi.platform.fields.definitions import stored_fields
from guanxi.platform.objects.columns import normalize_phone
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.objects.registry import ObjectField, object_type

PARTS = {"organization": 0, "person": 1, "": 1}
COLUMNS = (
    "name", "category", "credit_code", "phone", "email", "website", "industry", "job_title",
    "birthday", "country", "province", "city", "district", "street", "postal_code",
    "territory", "source", "customer_since", "currency", "credit_limit", "owner", "remark",
)  # fmt: skip
PERSON_ONLY, ORGANIZATION_ONLY = ("birthday", "job_title"), ("industry", "credit_code")
SYNONYMS: dict[str, str] = {
    "name": "姓名 名称 名稱 客户 客戶 客户名称 客戶名稱 客户姓名 客戶姓名 全名 "
    "name fullname customer customername",
    "credit_code": "统一社会信用代码 統一社會信用代碼 统一信用代码 统一代码 社会信用代码 信用代码 "
    "信用代碼 税号 稅號 纳税人识别号 納稅人識別號 税务登记号 开票税号 企业税号 公司税号 "
    "uscc uscn usci unifiedsocialcreditcode socialcreditcode creditcode taxno "
    "taxid taxnumber taxpayerid vatid",
    "phone": "手机 手機 手机号 手機號 手机号码 手機號碼 电话 電話 联系电话 聯絡電話 "
    "电话号码 電話號碼 固话 mobile mobilephone cell tel telephone phonenumber",
    "email": "邮箱 郵箱 电子邮箱 电子邮件 電子郵件 電郵 email mail emailaddress",
    "website": "网站 網站 网址 網址 官网 官網 web url homepage",
    "industry": "行业 行業 产业 產業 sector",
    "job_title": "职位 職位 职务 職務 职称 職稱 头衔 title position jobtitle",
    "birthday": "生日 出生日期 出生年月日 dob birthdate dateofbirth",
    "country": "国家 國家 国别 國別",
    "province": "省 省份 州 state region",
    "city": "市 城市 縣市 town",
    "district": "区 區 区县 區縣 鄉鎮市區 county",
    "street": "地址 详细地址 詳細地址 街道 住址 联系地址 聯絡地址 "
    "address addressline1 streetaddress",
    "postal_code": "邮编 郵編 邮政编码 郵遞區號 zip zipcode postcode postalcode",
    "territory": "区域 區域 销售区域 銷售區域 salesterritory",
    "source": "来源 來源 客户来源 客戶來源 leadsource",
    "customer_since": "成为客户日期 建档日期 建檔日期 注册日期 註冊日期 首次购买 "
    "since customersince registered",
    "currency": "币种 幣別 货币 貨幣",
    "credit_limit": "信用额度 信用額度 授信额度 creditlimit",
    "owner": "负责人 負責人 客户经理 客戶經理 业务员 業務員 销售 owner accountmanager salesrep",
    "category": "类别 類別 客户类别 客戶類別 分类 分類 category",
    "remark": "备注 備註 说明 說明 note notes remarks comment comments",
}
OTHERS: dict[str, str] = {
    "external_id": "编号 編號 客户编号 客戶編號 客户号 客戶號 客户代码 客戶代碼 会员号 "
    "會員編號 id customerid customerno customernumber externalid recid",
    "wechat": "微信 微信号 微信號 openid wechatid",
    "id_number": "身份证 身份證 身份证号 身份證號 身份证号码 身份證號碼 证件号 證件號 "
    "证件号码 證件號碼 居民身份证 idnumber idno idcard idcardno residentid nationalid",
    "passport": "护照 護照 护照号 護照號 护照号码 護照號碼 passport passportno passportnumber",
    "other_phone": "电话2 電話2 手机2 手機2 其他电话 其他電話 备用电话 備用電話 "
    "phone2 otherphone mobile2 fax",
    "other_email": "邮箱2 郵箱2 其他邮箱 其他郵箱 email2 otheremail",
    "tags": "标签 標籤 tag labels",
}
KIND = "类型 類型 客户类型 客戶類型 种类 種類 type customertype kind"
ORGANIZATION_WORDS = (
    "公司", "公司名称", "公司名稱", "企业", "企業", "企业名称", "企業名稱", "单位",
    "單位", "单位名称", "机构",
    "機構", "客户单位", "company", "companyname",
    "organization", "organisation", "account", "employer",
)  # fmt: skip
PERSON_WORDS = (
    "联系人", "聯絡人", "联系人姓名", "聯絡人姓名", "联络人",
    "contact", "contactname", "contactperson", "person",
)  # fmt: skip
ROLE_WORDS = ("角色", "联系人角色", "聯絡人角色", "contactrole", "role")
LABELS = {
    "id_number": (gettext_lazy("identity card"), "text"),
    "passport": (gettext_lazy("passport"), "text"),
    "external_id": (gettext_lazy("external id"), "text"),
    "wechat": (gettext_lazy("WeChat"), "text"),
    "other_phone": (gettext_lazy("other phone"), "phone"),
    "other_email": (gettext_lazy("other e-mail"), "email"),
    "tags": (gettext_lazy("tags"), "tags"),
}


def _synonyms(words: str, half: str) -> tuple[str, ...]:
    """The words, and for a half with its own words before them: 公司电话, contact phone."""
    plain = tuple(words.split())
    if not half:
        return plain
    prefixes: tuple[str, ...] = (
        "公司",
        "企业",
        "企業",
        "单位",
        "單位",
        "company ",
        "organization ",
        "account ",
    )
    if half == "person":
        prefixes = ("联系人", "聯絡人", "contact ", "person ")
    return tuple(p + w for p in prefixes for w in plain)


def _field(half: str, name: str, known: dict[str, ObjectField]) -> TargetField:
    f = known[name]
    words = _synonyms(SYNONYMS.get(name, ""), half)
    if name == "name" and half:
        words += ORGANIZATION_WORDS if half == "organization" else PERSON_WORDS
    return TargetField(
        name, f.label, f.type.name, half, required=name == "name", synonyms=words,
        choices=tuple(f.choices), object="customer", writes=name,
        key=name in ("phone", "email", "credit_code"),
    )  # fmt: skip


class CustomerTarget:
    """Rows about persons and organizations."""

    name = "customer"
    label = Customer._meta.verbose_name
    walks: tuple[Walk, ...] = (Walk("create", at_once=True), Walk("join"))
    options: dict[str, Any] = {
        "kind": "person", "source": "file", "owner": "me", "on_match": "update",
        "on_ambiguous": "ask",
    }  # fmt: skip

    def may(self, asker: Asker) -> bool:
        return asker.may("import", object_type("customer"))

    def fields(self) -> list[TargetField]:
        known = object_type("customer").own_fields
        custom = stored_fields(object_type("customer"))
        found: list[TargetField] = []
        for half in ("", "organization", "person"):
            unfit = {"organization": PERSON_ONLY, "person": ORGANIZATION_ONLY}.get(half, ())
            found += [_field(half, n, known) for n in COLUMNS if n not in unfit]
            found += [
                self._other(half, n) for n in OTHERS if n not in IMPORTED or half != "organization"
            ]
            found += whole_fields(object_type("customer"), half)
            found += [
                TargetField(
                    f.name, f.label, f.type.name, half, synonyms=(f.key,),
                    choices=tuple(f.choices), object="customer", writes=f.name,
                )
                for f in custom.values()
            ]  # fmt: skip
        found.append(
            TargetField(
                "kind",
                known["kind"].label,
                "choice",
                synonyms=tuple(KIND.split()),
                choices=tuple(Customer.Kind.choices),
                object="customer",
                writes="kind",
            )
        )
        role = object_type("relationship").own_fields["role"]
        found.append(
            TargetField(
                "role", role.label, "text", "person", synonyms=ROLE_WORDS, object="relationship"
            )
        )
        return found

    def _other(self, half: str, name: str) -> TargetField:
        label, kind = LABELS[name]
        return TargetField(
            name, label, kind, half, key=name in ("external_id", "wechat", *IMPORTED),
            multiple=name in ("other_phone", "other_email", "tags"),
            synonyms=_synonyms(OTHERS[name], half),
            object="customer" if name == "tags" else "identity",
            writes="tags" if name == "tags" else "value",
        )  # fmt: skip

    def settle(
        self, mapping: list[dict[str, Any]], sample: Sequence[Sequence[str]]
    ) -> list[dict[str, Any]]:
        """Columns of no half belong to the organization where the file names one.

        A phone and an e-mail are the contact's, if every row of the sample has a contact.
        """
        mapping = _with_whole_addresses(mapping, sample)
        named = {e["half"]: e["column"] for e in mapping if e["field"] == "name"}
        if "organization" not in named:
            return mapping
        contact = named.get("person")
        all_have = contact is not None and all(
            len(row) > contact and row[contact].strip() for row in sample
        )
        personal = (*PERSON_ONLY, *IMPORTED, *(("phone", "email", "wechat") if all_have else ()))
        taken = {(e["half"], e["field"]) for e in mapping}
        settled = []
        for entry in mapping:
            half = "person" if entry["field"] in personal else "organization"
            free = entry["field"] and not entry["half"] and (half, entry["field"]) not in taken
            settled.append({**entry, "half": half} if free and entry["field"] != "kind" else entry)
        return settled

    def layout(self, context: Context, mapping: list[dict[str, Any]]) -> Layout:
        layout = Layout()
        for entry in wholes_last(object_type("customer"), mapping):
            if entry.get("field"):
                self._add(layout, context, entry)
        for part in (0, 1):
            if f"{part}.name" in layout:
                layout.add(f"{part}.name_sort", name_sort_key, source=f"{part}.name")
                layout.add(f"{part}.name_match", name_match, source=f"{part}.name")
            if f"{part}.phone" in layout:
                layout.add(f"{part}.phone_normal", _normal_or_nothing, source=f"{part}.phone")
        import_nameless.add_slots(layout)
        if not any(f"{part}.{key}" in layout for part in (0, 1) for key in ("name", "external_id")):
            raise BadMapping(_("Map a column to the name, or to the external id."), field="name")
        return layout

    def _add(self, layout: Layout, context: Context, entry: dict[str, Any]) -> None:
        half, name, column = entry.get("half") or "", entry["field"], entry["column"]
        slot = f"{PARTS[half]}.{name}"
        if slot in layout:
            if name not in ("other_phone", "other_email", "tags"):
                raise BadMapping(
                    _('Two columns are mapped to "%(name)s". Keep one of them.') % {"name": name},
                    field=name,
                )
            slot = f"{slot}.{column}"
        match name:
            case "external_id":
                layout.add(slot, _external_id, column=column, field=name)
            case "wechat":
                read = unmasked("contact", convert.text(254))
                layout.add(slot, read, column=column, field=name)
            case "id_number" | "passport":
                kind = IMPORTED[name]
                layout.add(slot, partial(_id_number, kind, masked), column=column, field=name)
                # Of a number that is none the first has said so.
                layout.add(f"{slot}_normal", partial(hashed, kind), column=column, field=name)
                layout.add(f"{slot}_sealed", partial(_sealed, kind), column=column, field=name)
            case WHOLE_ADDRESS.name:
                add_whole(
                    layout, context, object_type("customer"), WHOLE_ADDRESS, column=column,
                    prefix=f"{PARTS[half]}.",
                )  # fmt: skip
            case "credit_code":
                layout.add(slot, _credit_code, column=column, field=name)
            case "other_phone":
                read = unmasked("contact", convert.text(60))
                layout.add(slot, read, column=column, field=name)
                layout.add(f"{slot}_normal", _normal_or_nothing, source=slot, field=name)
            case "other_email":
                read = unmasked("contact", convert.email)
                layout.add(slot, read, column=column, field=name)
            case "tags":
                layout.add(slot, convert.text(500), column=column, field=name)
            case "role":
                layout.add(slot, convert.text(100), column=column, field=name)
            case "kind":
                column_ = Customer._meta.get_field("kind")
                words = {"企业": "organization", "企業": "organization", "公司": "organization", "机构": "organization", "個人": "person", "个人": "person"}  # noqa: E501  # fmt: skip
                layout.add(slot, convert.choice(column_, words), column=column, field=name)
            case "owner" | "territory":
                lookup = Lookup(partial(_find, name), partial(_not_found, name))
                layout.add(slot, convert.text(), column=column, field=name, lookup=lookup)
            case _ if name.startswith(f"{CUSTOM}."):
                known = stored_fields(object_type("customer"))[name]
                is_link = known.type.name == "link"
                layout.add(
                    slot,
                    convert.text() if is_link else custom_converter(context, known, column),
                    column=column,
                    field=name,
                    lookup=linked_records(context.asker, known) if is_link else None,
                )
            case _:
                known = object_type("customer").own_fields[name]
                layout.add(slot, converter(context, known, column), column=column, field=name)

    def match(self, context: Context, layout: Layout) -> dict[str, int]:
        return import_matching.Matching(context, layout).run()

    def write(self, context: Context, layout: Layout, walk: str, first: int, last: int) -> None:
        writing = import_writing.Writing(context, layout)
        (writing.create if walk == "create" else writing.join)(first, last)

    def finish(self, context: Context, layout: Layout) -> None:
        import_writing.Writing(context, layout).finish()


def _with_whole_addresses(
    mapping: list[dict[str, Any]], sample: Sequence[Sequence[str]]
) -> list[dict[str, Any]]:
    """A column of streets whose cells name the city too is one of whole addresses, unless the
    city has a column of its own."""
    if any(e["field"] in ("province", "city", "district", WHOLE_ADDRESS.name) for e in mapping):
        return mapping
    found = []
    for entry in mapping:
        column = entry["column"]
        cells = [row[column] for row in sample if len(row) > column and row[column].strip()]
        is_street = entry["field"] == WHOLE_ADDRESS.field and cells
        if is_street and sum(map(is_whole, cells)) > MOST * len(cells):
            entry = {**entry, "field": WHOLE_ADDRESS.name}
        found.append(entry)
    return found


def owner_of(context: Context) -> UUID | None:
    """Who owns what a row without an owner creates: "me", "nobody" or a sign-in name."""
    chosen = context.options.get("owner") or "me"
    if chosen == "me":
        return context.asker.user.pk
    if chosen == "nobody":
        return None
    found = _find("owner", [chosen]).get(chosen)
    if found is None:
        raise BadMapping(_not_found("owner", chosen), field="options.owner")
    return UUID(found)


def _external_id(value: str) -> str:
    """Spreadsheets make numbers of ids: 17850.0 is 17850."""
    whole, dot, rest = value.partition(".")
    return (
        whole if dot and rest.strip("0") == "" and whole.isdecimal() else convert.text(254)(value)
    )


def _credit_code(value: str) -> str:
    try:
        return checked_credit_code(value)
    except ValidationError as why:
        raise convert.BadValue(str(why.code), str(why.message)) from None


def _id_number(kind: str, make: Callable[[str, str], str], value: str) -> str:
    """Never the number itself, nor in the refusal."""
    if not hashed(kind, value):
        raise convert.BadValue("id_number", why_not(kind))
    return make(kind, value)


def _sealed(kind: str, value: str) -> str:
    return sealed(kind, value) if hashed(kind, value) else ""


def _normal_or_nothing(value: str) -> str:
    return normalize_phone(value)[:60]


def _find(name: str, wanted: Any) -> dict[str, str]:
    if name == "territory":
        rows = Territory.objects.filter(name__in=wanted, deleted_at=None).values_list("name", "pk")
        return {n: str(pk) for n, pk in rows}
    folded = {w.casefold(): w for w in wanted}
    found = {}
    for pk, username, full_name in User.objects.filter(deleted_at=None).values_list(
        "pk", "username", "full_name"
    ):
        for key in (full_name.casefold(), username.casefold()):
            if key in folded:
                found[folded[key]] = str(pk)
    return found


def _not_found(name: str, value: str) -> str:
    if name == "owner":
        return _('There is no user "%(name)s". Use a sign-in name.') % {"name": value[:60]}
    return _('There is no territory "%(name)s". Create it first.') % {"name": value[:60]}


register_target(CustomerTarget())
__all__ = ["CustomerTarget", "Identity", "Relationship", "owner_of"]
