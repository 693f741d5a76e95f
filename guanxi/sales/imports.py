"""Purchases from line-level files: orders, their lines, products and unknown customers in one
import.

A line is (source, order number, line number,
  or else the ordinal among identical lines of that order
in the file). What was imported before is compared order by order, line by line, as multisets.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.customers.names import name_match
from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.errors import BadMapping
from guanxi.platform.exchange.fields import unmasked
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.targets import Context, TargetField, Walk, register_target
from guanxi.platform.exchange.values import convert, dates
from guanxi.platform.exchange.values.convert import BadValue
from guanxi.platform.objects.columns import normalize_phone
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.objects.registry import object_type
from guanxi.sales import import_matching, import_writing

Spec = tuple[str, Any, str, str, str, str]
# name, label, type, object, field that is written, header words
FIELDS: tuple[Spec, ...] = (
    ("order_number", gettext_lazy("order number"), "text", "order", "number",
     "订单号 訂單號 订单编号 訂單編號 单号 單號 发票号 發票號碼 invoice invoiceno invoicenumber "
     "order "
     "orderno orderid ordernumber transactionid receipt"),
    ("line_number", gettext_lazy("line number"), "number", "order_line", "position",
     "行号 行號 序号 序號 明细号 lineno linenumber line itemno"),
    ("ordered_at", gettext_lazy("ordered at"), "datetime", "order", "ordered_at",
     "订单日期 訂單日期 下单时间 下單時間 日期 购买日期 購買日期 交易时间 交易時間 invoicedate "
     "orderdate "
     "date purchasedate transactiondate orderedat"),
    ("customer_id", gettext_lazy("customer id"), "text", "order", "customer",
     "客户编号 客戶編號 客户号 客戶號 会员号 會員編號 会员卡号 客户id customerid customer "
     "customerno custid"),
    ("customer_name", gettext_lazy("customer name"), "text", "customer", "name",
     "客户名称 客戶名稱 客户姓名 客戶姓名 客户 客戶 姓名 买家 買家 customername buyer name"),
    ("customer_phone", gettext_lazy("customer phone"), "phone", "customer", "phone",
     "手机 手機 电话 電話 客户电话 联系电话 customerphone phone mobile"),
    ("customer_country", gettext_lazy("customer country"), "text", "customer", "country",
     "国家 國家 country"),
    ("product_code", gettext_lazy("product code"), "text", "product", "code",
     "商品编码 商品編碼 产品编码 產品編號 商品编号 商品編號 货号 貨號 产品编号 stockcode sku "
     "productcode "
     "productid itemcode article"),
    ("description", gettext_lazy("description"), "text", "order_line", "description",
     "商品名称 商品名稱 产品名称 產品名稱 品名 商品 产品 產品 描述 description product "
     "productname item"),
    ("product_category", gettext_lazy("product category"), "text", "product", "category",
     "商品类别 商品類別 产品类别 品类 品類 productcategory category"),
    ("quantity", gettext_lazy("quantity"), "decimal", "order_line", "quantity",
     "数量 數量 件数 件數 quantity qty units cds"),
    ("unit_price", gettext_lazy("unit price"), "decimal", "order_line", "unit_price",
     "单价 單價 价格 價格 售价 售價 unitprice price"),
    ("amount", gettext_lazy("amount"), "decimal", "order_line", "amount",
     "金额 金額 小计 小計 行金额 总价 總價 amount linetotal sales total revenue dollars"),
    ("cost", gettext_lazy("cost"), "decimal", "order_line", "cost", "成本 cost"),
    ("currency", gettext_lazy("currency"), "text", "order", "currency",
     "币种 幣別 货币 貨幣 currency"),
    ("return_mark", gettext_lazy("return mark"), "boolean", "order_line", "kind",
     "是否退货 是否退貨 退货 退貨 isreturn returned return"),
)  # fmt: skip
TEXT_LENGTHS = {
    "customer_name": 200, "customer_phone": 60, "customer_country": 60, "product_code": 60,
    "description": 300, "product_category": 100,
}  # fmt: skip
PLACES = {"quantity": (19, 4), "unit_price": (19, 6), "amount": (19, 4), "cost": (19, 4)}
PERSONAL = {"customer_name": "name", "customer_phone": "phone"}  # how each is masked
REQUIRED = ("order_number", "ordered_at")
CHOICES = {
    "negative": ("return", "adjustment", "reject"),
    "not_positive_price": ("adjustment", "return", "reject"),
    "unknown_customer": ("create", "anonymous", "reject"),
    "no_customer": ("anonymous", "reject"),
}


class PurchaseTarget:
    """Rows that are lines of orders."""

    name = "purchase"
    matches = "order"  # the object candidates would be of
    label = gettext_lazy("purchases")
    walks: tuple[Walk, ...] = (Walk("orders"), Walk("lines", at_once=True))
    options: dict[str, Any] = {
        "source": "file", "owner": "me", "negative": "return", "not_positive_price": "adjustment",
        "unknown_customer": "create", "no_customer": "anonymous", "customer_source": None,
        "customer_kind": "person", "return_prefix": "C", "on_match": "update",
    }  # fmt: skip

    def may(self, asker: Asker) -> bool:
        return all(asker.may("import", object_type(n)) for n in ("order", "order_line"))

    def fields(self) -> list[TargetField]:
        return [
            TargetField(
                name, label, kind, required=name in REQUIRED,
                key=name in ("order_number", "line_number"),
                synonyms=tuple(words.split()), object=owner, writes=field,
            )
            for name, label, kind, owner, field, words in FIELDS
        ]  # fmt: skip

    def settle(
        self, mapping: list[dict[str, Any]], sample: Sequence[Sequence[str]]
    ) -> list[dict[str, Any]]:
        return mapping

    def layout(self, context: Context, mapping: list[dict[str, Any]]) -> Layout:
        check_options(context.options)
        may_create = context.asker.may("create", object_type("customer"))
        if context.options["unknown_customer"] == "create" and not may_create:
            context.options["unknown_customer"] = "reject"
        layout, kinds = Layout(), {f[0]: f[2] for f in FIELDS}
        for entry in mapping:
            if name := entry.get("field"):
                convert_ = _converter(context, name, kinds[name], entry["column"])
                if mask := PERSONAL.get(name):
                    convert_ = unmasked(mask, convert_)
                layout.add(name, convert_, column=entry["column"])
        if "customer_name" in layout:
            layout.add("customer_name_sort", name_sort_key, source="customer_name")
            layout.add("customer_name_match", name_match, source="customer_name")
        if "customer_phone" in layout:
            layout.add("customer_phone_normal", _normal_phone, source="customer_phone")
        for name in REQUIRED:
            if name not in layout:
                label = next(f[1] for f in FIELDS if f[0] == name)
                message = _('"%(name)s" is required. Map a column to it.') % {"name": label}
                raise BadMapping(message, field=name)
        if "amount" not in layout and "unit_price" not in layout:
            raise BadMapping(
                _("Map a column to the unit price, or to the amount."), field="unit_price"
            )
        return layout

    def match(self, context: Context, layout: Layout) -> dict[str, int]:
        return import_matching.Matching(context, layout).run()

    def write(self, context: Context, layout: Layout, walk: str, first: int, last: int) -> None:
        writing = import_writing.Writing(context, layout)
        (writing.orders if walk == "orders" else writing.lines)(first, last)

    def finish(self, context: Context, layout: Layout) -> None:
        import_writing.Writing(context, layout).finish()


def _normal_phone(value: str) -> str:
    return normalize_phone(value)[:60]


def check_options(options: dict[str, Any]) -> None:
    """Raises BadMapping naming the option that is none of its choices."""
    for name, choices in CHOICES.items():
        if options[name] not in choices:
            message = _('"%(value)s" is none of: %(choices)s.')
            values = {"value": options[name], "choices": ", ".join(choices)}
            raise BadMapping(message % values, field=f"options.{name}")


def _converter(context: Context, name: str, kind: str, column: int) -> convert.Convert:
    mark = context.decimal_marks.get(column, ".")
    if name == "customer_id":
        return _customer_id
    if name == "currency":
        return _currency
    match kind:
        case "decimal":
            return convert.number(*PLACES[name], mark)
        case "number":
            return _line_number(mark)
        case "datetime":
            return dates.instant(context.zone, context.date_orders.get(column, ""))
        case "boolean":
            return convert.boolean
        case _:
            return convert.text(TEXT_LENGTHS.get(name, 100))


def _customer_id(value: str) -> str:
    """Spreadsheets make numbers of ids: 17850.0 is 17850."""
    whole, dot, rest = value.partition(".")
    return (
        whole if dot and rest.strip("0") == "" and whole.isdecimal() else convert.text(254)(value)
    )


def _line_number(mark: str) -> convert.Convert:
    whole = convert.integer(mark)

    def convert_(value: str) -> str:
        if (found := whole(value)).startswith("-"):
            raise BadValue("negative", _("A line number is not negative."))
        return found

    return convert_


SIGNS = {"¥": "CNY", "￥": "CNY", "RMB": "CNY", "人民币": "CNY", "人民幣": "CNY", "元": "CNY",
         "$": "USD",
         "美元": "USD", "€": "EUR", "欧元": "EUR", "£": "GBP", "英镑": "GBP", "NT$": "TWD",
         "新台币": "TWD",
         "新臺幣": "TWD", "HK$": "HKD", "港币": "HKD", "日元": "JPY"}  # fmt: skip


def _currency(value: str) -> str:
    import pycountry

    code = SIGNS.get(value, SIGNS.get(value.upper(), convert.narrow(value).upper()))
    if not re.fullmatch("[A-Z]{3}", code) or pycountry.currencies.get(alpha_3=code) is None:
        message = _('"%(value)s" is no currency. Use a code such as CNY, TWD or USD.')
        raise BadValue("no_currency", message % {"value": value[:20]})
    return code


register_target(PurchaseTarget())
