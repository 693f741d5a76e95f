"""Records as matching compares them: each field in one form, null where nothing is known."""

from collections.abc import Callable
from typing import Any, Literal

import pyarrow as pa

from guanxi.standardizing import (
    email_key,
    fold,
    name_key,
    name_sound,
    organization_name,
    parse_address,
    person_name,
    phone_number,
    simplify,
    without_place,
)
from guanxi.standardizing.names import said_of

Kind = Literal["person", "organization"]
Row = dict[str, Any]

BATCH = 50_000  # records that are Python objects at once
# Words within names that tell nobody apart.
PARTICLES = frozenset({"of", "the", "and", "de", "la", "le", "van", "von", "der", "den"})
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("name", pa.string()),  # folded, in the order written
        ("name_key", pa.string()),  # folded, the words in one order
        ("sound", pa.string()),  # in pinyin
        ("words", pa.list_(pa.string())),  # of a name of several
        ("family", pa.string()),
        ("given", pa.string()),
        ("birth_date", pa.string()),
        ("phone", pa.string()),
        ("email", pa.string()),
        ("city", pa.string()),
        ("postal_code", pa.string()),
        ("street", pa.string()),
        ("code", pa.string()),
        ("occupation", pa.string()),
    ]
)


def standardized(records: pa.Table, kind: Kind, region: str = "CN") -> pa.Table:
    """Bring a table of records into the form that is compared.

    Read are `id` and, each if there, `name` or `family_name` and `given_name`, `birth_date` (a date
    or ISO 8601 text, wrong ones too), `phone`, `email`, `address` or its parts `city`, `district`,
    `street`, `postal_code`, `code` (an identity, credit or business number), `occupation` (or
    industry). `region` is where telephone numbers without a country are dialled.
    """
    of = _person if kind == "person" else _organization
    tables = [SCHEMA.empty_table()]
    for batch in records.to_batches(max_chunksize=BATCH):
        rows = [_row(record, of, region) for record in batch.to_pylist()]
        tables.append(pa.Table.from_pylist(rows, schema=SCHEMA))
    return pa.concat_tables(tables)


def _row(record: Row, of: Callable[[Row], Row], region: str) -> Row:
    said = {field: str(value).strip() for field, value in record.items() if value is not None}
    found = of(said) | _place(said)
    found |= {
        "id": said["id"],
        "birth_date": said.get("birth_date"),
        "phone": phone_number(said.get("phone", ""), region),
        "email": email_key(said.get("email", "")),
        "postal_code": simplify(said.get("postal_code", "")),
        "code": simplify(said.get("code", "")),
        "occupation": simplify(said.get("occupation", "")),
    }
    return {field: value or None for field, value in found.items()}


def _person(said: Row) -> Row:
    family, given = said.get("family_name", ""), said.get("given_name", "")
    name = said.get("name") or " ".join(filter(None, (given, family)))
    if not (family or given):
        family, given = person_name(name)
    key = name_key(name)
    words = [word for word in fold(name).split() if word not in PARTICLES]
    is_chinese = " " not in key and len(words) > 1
    return {
        "name": key if is_chinese else " ".join(words),
        "name_key": key if is_chinese else " ".join(sorted(words)),
        "sound": name_sound(name),
        "words": None if is_chinese else _several(words),
        "family": fold(family),
        "given": fold(given),
    }


def _organization(said: Row) -> Row:
    core = organization_name(said.get("name", "")).core
    brand = without_place(core)
    return {
        "name": core,
        "name_key": core,
        "sound": said_of(core),
        "words": _several(core.split()),
        "family": brand[:4],  # brands of firms are short, what they do comes behind
        "given": brand[4:],
    }


def _several(words: list[str]) -> list[str] | None:
    return sorted(set(words)) if len(set(words)) > 1 else None


def _place(said: Row) -> Row:
    city, street = said.get("city", ""), said.get("street", "")
    if "address" in said:
        found = parse_address(said["address"])
        return {"city": found.district or found.city, "street": found.street}
    return {"city": simplify(said.get("district", "") or city), "street": simplify(street)}
