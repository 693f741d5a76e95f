"""The staged values of one half of a row, as SQL."""

from dataclasses import dataclass
from functools import cached_property

from psycopg import sql

from guanxi.platform.exchange.custom import current_json, value_json, values_json
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.targets import Context
from guanxi.platform.fields.definitions import stored_fields
from guanxi.platform.objects.registry import ObjectField, object_type

CASTS = {
    "birthday": "date", "customer_since": "date", "credit_limit": "numeric", "owner": "uuid",
    "territory": "uuid",
}  # fmt: skip
NOT_COLUMNS = (
    "kind", "external_id", "wechat", "tags", "role", "other_phone", "other_email",
    "taken", "custom.", "whole_address", "id_number", "passport",
)  # fmt: skip
DERIVED = ("name_sort", "name_match", "phone_normal")


@dataclass
class Part:
    """Part 0 is the row's organization, part 1 its person (or "the customer", of either kind)."""

    context: Context
    layout: Layout
    number: int

    def __bool__(self) -> bool:
        return bool(self.layout.names(f"{self.number}."))

    def has(self, name: str) -> bool:
        return f"{self.number}.{name}" in self.layout

    def text(self, name: str, array: str = "r.values") -> str:
        return self.layout.sql(f"{self.number}.{name}", array)

    def several(self, name: str, array: str = "r.values") -> list[str]:
        """The values of a field that may be mapped more than once."""
        slots = [s for s in self.layout.names(f"{self.number}.{name}") if not s.endswith("_normal")]
        return [self.layout.sql(s, array) for s in slots]

    def normal_phones(self, array: str = "r.values") -> list[tuple[str, str]]:
        """(value, E.164) of the other phones."""
        slots = self.layout.names(f"{self.number}.other_phone")
        return [
            (self.layout.sql(s, array), self.layout.sql(f"{s}_normal", array))
            for s in slots
            if not s.endswith("_normal")
        ]

    @property
    def kind(self) -> str:
        """The SQL of the customer's kind."""
        if self.number == 0:
            return "'organization'"
        default = self.context.options["kind"]
        halves = {e.get("half") for e in self.context.imported.mapping if e.get("field")}
        if {"organization", "person"} & halves or default not in ("person", "organization"):
            default = "person"
        if not self.has("kind"):
            return f"'{default}'"
        return f"coalesce(nullif({self.text('kind')}, ''), '{default}')"

    @property
    def columns(self) -> list[str]:
        """The customer's columns that the file fills, without derived ones."""
        prefix = f"{self.number}."
        names = [s.removeprefix(prefix) for s in self.layout.names(prefix)]
        return [n for n in names if not n.startswith(NOT_COLUMNS) and n not in DERIVED]

    @cached_property
    def custom(self) -> list[ObjectField]:
        """The firm's own fields that the file fills."""
        known = stored_fields(object_type("customer"))
        return [f for name, f in known.items() if self.has(name)]

    def custom_values(self, array: str = "r.values") -> str:
        """The custom values that a row gives."""
        return values_json((f, self.text(f.name, array)) for f in self.custom)

    def column(self, name: str) -> str:
        return f"{name}_id" if name in ("owner", "territory") else name

    def value(self, name: str, array: str = "r.values") -> str:
        """A column's typed value; where the file says nothing null, of texts the empty one."""
        text = self.text(name, array)
        return f"nullif({text}, '')::{CASTS[name]}" if name in CASTS else text

    def inserted(self, name: str) -> str:
        """The value of a column of a new customer."""
        value = self.value(name)
        # an empty choice means the column's default
        return f"coalesce(nullif({value}, ''), 'consumer')" if name == "category" else value

    def owner(self, otherwise: str) -> str:
        """The owner of a new customer."""
        return f"coalesce({self.value('owner')}, {otherwise})" if self.has("owner") else otherwise

    @property
    def fills(self) -> bool:
        """Whether the file only adds to what is known of a customer."""
        return self.context.options["on_match"] == "fill"

    def updated(self, name: str) -> str:
        """The value of a column of customer c after the row is written."""
        column = self.column(name)
        keep = f"{self.text(name)} = ''"
        if self.fills:
            source = {"name_sort": "name", "name_match": "name", "phone_normal": "phone"}.get(
                name, column
            )
            keep += f" or coalesce(c.{source}::text, '') <> ''"
        return f"case when {keep} then c.{column} else {self.value(name)} end"

    def updated_custom(self) -> str:
        both = ["c.custom", self.custom_values()]
        return " || ".join(reversed(both) if self.fills else both)

    def match_keys(self) -> list[tuple[str, str]]:
        """For matching: (part, kind, k, source, normal, name, external and code; normal)."""
        name, kind, external = self.text("name_match"), self.kind, self.text("external_id")
        code, credit_code = self.text("id_number_normal"), self.text("credit_code")
        if self.has("credit_code"):  # beside a person it is the employer's
            credit_code = f"case when {kind} = 'organization' then {credit_code} else '' end"
            code = f"coalesce(nullif({credit_code}, ''), {code})"
        source = sql.Literal(self.context.options["source"]).as_string(None)
        found = []
        if self.has("external_id"):
            found.append(("'x'", source, external))
        if self.has("wechat"):
            found.append(("'w'", "''", self.text("wechat")))
        if self.has("credit_code"):
            found.append(("'u'", "''", credit_code))
        for document, key in (("id_number", "'i'"), ("passport", "'d'")):
            if self.has(document):
                found.append((key, "''", self.text(f"{document}_normal")))
        if self.has("phone"):
            found.append(("'p'", "''", self.text("phone_normal")))
        found += [("'p'", "''", normal) for _value, normal in self.normal_phones()]
        if self.has("email"):
            found.append(("'e'", "''", f"lower({self.text('email')})"))
        found += [("'e'", "''", f"lower({v})") for v in self.several("other_email")]
        without = " and ".join(f"{normal} = ''" for _k, _s, normal in found) or "true"
        if self.number == 0 or "organization" in kind or self.has("kind"):
            named = f"case when {kind} = 'organization' then {name} else '' end"
            found.append(("'n'", "''", named))
        if self.number == 1 and kind != "'organization'":
            everything = (
                f"case when {kind} = 'person' and {without} then md5(r.values::text) else '' end"
            )
            found.append(("'v'", "''", everything))
        return [
            (
                f"{self.number}::smallint, {kind}::text, {k}::text, {src}::text, ({normal})::text,"
                f" {name}::text, {external}::text, {code}::text",
                f"({normal})",
            )
            for k, src, normal in found
        ]

    def present(self) -> str:
        """The condition that the row says anything about this part."""
        slots = [
            self.layout.sql(s)
            for s in self.layout.names(f"{self.number}.")
            if not s.endswith(
                (".kind", ".role", ".taken", "name_sort", "name_match", "_normal", "_sealed")
            )
        ]
        return "(" + " or ".join(f"{s} <> ''" for s in slots) + ")" if slots else "false"

    def all_equal(self, array: str) -> str:
        """The condition that customer c already has every value the row gives."""
        tests = [
            f"({self.text(n, array)} = '' or c.{self.column(n)} is not distinct from "
            f"{self.value(n, array)})"
            for n in self.columns
        ]
        tests += [
            f"({self.text(f.name, array)} = '' or {current_json(f)} is not distinct from "
            f"{value_json(f, self.text(f.name, array))})"
            for f in self.custom
        ]
        return "(" + " and ".join(tests or ["true"]) + ")"

    def identities(self, array: str) -> list[tuple[str, str, str, str, str]]:
        """(kind, source, value, normal, sealed) of what identifies the customer further."""
        source = sql.Literal(self.context.options["source"]).as_string(None)
        external, wechat = self.text("external_id", array), self.text("wechat", array)
        found = []
        if self.has("external_id"):
            found.append(("'external'", source, external, external, "''"))
        if self.has("wechat"):
            found.append(("'wechat'", "''", wechat, wechat, "''"))
        for name, kind in (("id_number", "'resident_id'"), ("passport", "'passport'")):
            if self.has(name):
                slots = [self.text(f"{name}{s}", array) for s in ("", "_normal", "_sealed")]
                found.append((kind, "''", slots[0], slots[1], slots[2]))
        found += [("'phone'", "''", v, normal, "''") for v, normal in self.normal_phones(array)]
        found += [
            ("'email'", "''", v, f"lower({v})", "''") for v in self.several("other_email", array)
        ]
        return found
