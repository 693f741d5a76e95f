"""Which customers one that is being written may be: by the rules of `matching`, at once.

Beside what decides there, a person of the same name is told of: as the same if the birthday, the
street or the end of a phone agree, else as a hint. One statement, whose work has a bound however
many customers share a number or a name.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.customers import matching
from guanxi.customers.id_numbers import DOCUMENTS, is_document, masked
from guanxi.customers.models import Customer, Identity, normal_identity
from guanxi.customers.names import name_match
from guanxi.customers.told_apart import told_apart
from guanxi.platform.access.predicate import Asker
from guanxi.platform.objects.duplicates import Candidate, Evidence, Found, Level, Note
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.objects.registry import object_type
from guanxi.standardizing import simplify, ways_to_write, without_place
from guanxi.standardizing.addresses import short_name

FIELDS = ("name", "kind", "phone", "email", "credit_code", "city", "street", "birthday")
VALUES = ("phone", "email", "credit_code")  # fields that are identities too
MOST = 50  # customers looked at for one number, address or name
ENDS = 7  # digits of a phone without area and country
KEYS: dict[str, str] = {
    Identity.Kind.EXTERNAL: "x", Identity.Kind.WECHAT: "w", Identity.Kind.PHONE: "p",
    Identity.Kind.EMAIL: "e", Identity.Kind.CREDIT_CODE: "u", **dict.fromkeys(DOCUMENTS, "d"),
    Identity.Kind.RESIDENT_ID: "i",
}  # fmt: skip
FIND = f"""
with i_key as materialized (
    select * from unnest(%(k)s::text[], %(kind)s::text[], %(source)s::text[], %(normal)s::text[])
        as u(k, kind, source, normal)
), named as materialized (
    select id, name_match, name_sort, kind from customers_customer
    where name_match = any(%(names)s::text[]) and kind = any(%(kinds)s::text[])
      and deleted_at is null and id is distinct from %(but)s::uuid
    limit {MOST}
), found as (
    select k.k, k.normal, i.customer_id
    from i_key k cross join lateral (
        select i.customer_id from customers_identity i
        join customers_customer c on c.id = i.customer_id and c.deleted_at is null
        where i.kind = k.kind and i.normal = k.normal and i.deleted_at is null
          and (i.is_primary or %(further)s) and i.customer_id is distinct from %(but)s::uuid
          and (k.k in ('p', 'e') and c.kind = any(%(kinds)s::text[])
            or k.k in {matching.SURE} and i.source = k.source)
        limit {MOST}
    ) i
    union
    select k.k, k.normal, i.customer_id
    from named n
    join customers_identity i on i.customer_id = n.id and i.deleted_at is null
      and (i.is_primary or %(further)s)
    join i_key k on k.k in ('p', 'e') and k.kind = i.kind and k.normal = i.normal
    union
    select case when kind = 'person' or name_match <> %(name)s then 'm'
        when name_sort = %(name_sort)s then 'n' else 'o' end, '', id
    from named
), i_hit as materialized (
    select 1 as row, 0 as part, f.k, f.normal, f.customer_id, c.name_match as customer_name,
        case when c.name_match = any(%(same_names)s::text[]) then c.name_match else %(name)s end
            as name
    from found f join customers_customer c on c.id = f.customer_id
    where f.k in {matching.SURE} or not exists (
        select 1 from customers_identity i
        join i_key k on k.k in ('x', 'u', 'i') and k.kind = i.kind and k.source = i.source
        where i.customer_id = f.customer_id and i.deleted_at is null
          and (k.k in ('x', 'i') or i.is_primary) and i.normal <> k.normal)
), i_candidate as materialized (
    {matching.CANDIDATES.format(hits="i_hit where k <> 'm'")}
), i_decision as (
    {matching.DECISIONS.format(candidates="i_candidate")}
)
select h.customer_id, array_agg(distinct h.k), array_agg(distinct h.normal),
    coalesce((select contradicts from i_candidate a where a.customer_id = h.customer_id), false),
    exists (select from i_candidate where same_name)
        or coalesce((select is_switchboard from i_decision), false),
    c.name, c.kind, c.phone_normal, c.city, c.street, c.birthday, coalesce(u.full_name, '')
from i_hit h
join customers_customer c on c.id = h.customer_id
left join platform_user u on u.id = c.owner_id
where %(but)s::uuid is null
   or not exists (select from TOLD_APART t where t.one = %(but)s::uuid and t.other = h.customer_id)
group by h.customer_id, c.id, u.full_name
"""  # noqa: S608  constants only


@dataclass(frozen=True)
class Draft:
    """What is known of somebody who may be a customer already."""

    name: str = ""
    kind: str = ""
    city: str = ""
    street: str = ""
    birthday: dt.date | None = None
    identities: Sequence[tuple[str, str, str]] = ()  # kind, source, value
    keys: list[tuple[str, str, str, str, str]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        for kind, source, value in self.identities:
            if value and (normal := normal_identity(kind, value)):
                value = masked(kind, value) if is_document(kind) else value
                self.keys.append((KEYS[Identity.Kind(kind)], kind, source, normal, value))

    @property
    def kinds(self) -> list[str]:
        return [self.kind] if self.kind else list(Customer.Kind.values)

    @property
    def same_names(self) -> list[str]:
        """How the name is written of whoever is called so."""
        if not self.name:
            return []
        is_firm = self.kind == Customer.Kind.ORGANIZATION
        return [name_match(self.name)] if is_firm else ways_to_write(self.name)

    @property
    def names(self) -> list[str]:
        """Those, and a firm's without the place before it and with that of the draft."""
        if self.kind == Customer.Kind.PERSON or not self.name:
            return self.same_names
        core = name_match(self.name)
        rest = without_place(core)
        place = short_name(simplify(self.city)) if self.city else ""
        return list(dict.fromkeys([*self.same_names, core, rest, f"{place}{rest}"]))


def draft_of(asker: Asker, values: Mapping[str, Any]) -> Draft:
    """The draft, of those of its values that the asker may read of others."""
    seen = asker.fields(object_type("customer"))
    known = {n: v for n, v in values.items() if n in seen and n in FIELDS and v}
    given = [(kind, "", known.pop(kind)) for kind in VALUES if kind in known]
    further = values.get("identities", ())
    if not _sees_identities(asker):
        further = [f for f in further if f[0] in seen]
    # Whether a guess is right tells as much as the number, and would be neither counted nor told.
    if not asker.may("reveal", object_type("identity")):
        further = [f for f in further if not is_document(f[0])]
    return Draft(**known, identities=[*given, *further])


def _sees_identities(asker: Asker) -> bool:
    declared = object_type("identity")
    return asker.may("read", declared) and "value" in asker.fields(declared)


def find_customers(asker: Asker, values: Mapping[str, Any], but: UUID | None = None) -> Found:
    """The customers that the one described may be, the strongest first.

    If it is the customer `but`, neither that one is told of nor whom somebody called different.
    """
    draft = draft_of(asker, values)
    if not (draft.name or draft.keys):
        return Found()
    k, kind, source, normal, _value = zip(*draft.keys, strict=True) if draft.keys else ((),) * 5
    parameters = {
        "k": list(k), "kind": list(kind), "source": list(source), "normal": list(normal),
        "name": name_match(draft.name), "name_sort": name_sort_key(draft.name)[:255],
        "names": draft.names, "same_names": draft.same_names, "kinds": draft.kinds, "but": but,
        "further": _sees_identities(asker),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FIND.replace("TOLD_APART", told_apart()), parameters)
        rows = [Row(draft, *row) for row in cursor.fetchall()]
    by_name = sum(bool({"m", "n", "o"} & set(row.k)) for row in rows)
    told = [row for row in rows if row.level != "hint" or row.k != ["m"] or by_name < MOST]
    told.sort(key=lambda row: (*row.strength, str(row.pk)), reverse=True)
    return Found([row.candidate() for row in told], list(_notes(draft, rows, by_name)))


def _notes(draft: Draft, rows: "Sequence[Row]", by_name: int) -> Iterator[Note]:
    for key, _kind, _source, normal, value in draft.keys:
        sharing = [row for row in rows if normal in row.normal]
        if len(sharing) >= MOST or (len(sharing) >= matching.SWITCHBOARD and sharing[0].is_shared):
            number = {"n": len(sharing) if len(sharing) < MOST else f"{MOST}+", "value": value}
            text = _("%(n)s customers have %(value)s: it tells nobody apart.") % number
            yield Note("phone" if key == "p" else "email", text)
    if by_name >= MOST:
        yield Note("name", _("%(n)s customers are called so.") % {"n": f"{MOST}+"})


@dataclass
class Row:
    """A customer that was found, beside the draft."""

    draft: Draft
    pk: UUID
    k: list[str]
    normal: list[str]
    contradicts: bool
    is_shared: bool  # what leads to it leads to many, or to another of the very name
    name: str
    kind: str
    phone: str
    city: str
    street: str
    birthday: dt.date | None
    owner: str

    @property
    def agreeing(self) -> list[Evidence]:
        """What agrees besides, of a customer of the same name."""
        draft, found = self.draft, []
        if draft.birthday and draft.birthday == self.birthday:
            found.append(Evidence("birthday", _("The same birthday")))
        if draft.street and simplify(draft.street) == simplify(self.street):
            found.append(Evidence("street", _("The same street address")))
        phones = [normal for k, _kind, _source, normal, _value in draft.keys if k == "p"]
        end = self.phone[-ENDS:]
        if len(end) == ENDS and any(p.endswith(end) and p != self.phone for p in phones):
            text = _("The phone ends in the same digits: %(value)s") % {"value": end}
            found.append(Evidence("phone_end", text))
        return found

    @property
    def level(self) -> Level:
        known = set(self.k)
        if known & {"x", "w", "u", "i", "d"}:
            return "certain"
        if known & {"n", "o"} or ("m" in known and self.is_of_the_name and self.agreeing):
            return "likely"
        if known & {"p", "e"}:
            return "hint" if self.contradicts and self.is_shared else "likely"
        return "hint"

    @property
    def is_of_the_name(self) -> bool:
        return name_match(self.name) in self.draft.same_names

    @property
    def strength(self) -> tuple[int, int, int]:
        known = set(self.k)
        level = ("hint", "likely", "certain").index(self.level)
        return level, len(known) + len(self.agreeing) + self._same_city, -int(self.contradicts)

    @property
    def _same_city(self) -> bool:
        mine, its = (short_name(simplify(city)) for city in (self.draft.city, self.city))
        return bool(mine) and mine == its

    def candidate(self) -> Candidate:
        return Candidate(self.pk, self.name, self.owner, self.level, list(self._evidence()))

    def _evidence(self) -> Iterator[Evidence]:
        words = {
            "x": ("external", _("The same external id: %(value)s")),
            "w": ("wechat", _("The same WeChat id: %(value)s")),
            "u": ("credit_code", _("The same credit code: %(value)s")),
            "i": ("id_number", _("The same number of a document: %(value)s")),
            "d": ("id_number", _("The same number of a document: %(value)s")),
            "p": ("phone", _("The same phone: %(value)s")),
            "e": ("email", _("The same e-mail: %(value)s")),
        }
        for k, _kind, _source, normal, value in self.draft.keys:
            if k in self.k and normal in self.normal:
                rule, text = words[k]
                yield Evidence(rule, text % {"value": value})
        if {"m", "n", "o"} & set(self.k):
            yield Evidence("name", self._name_in_words())
            yield from self.agreeing
        elif self.contradicts:
            yield Evidence("other_name", _("But another name"))
        if self._same_city:
            yield Evidence("city", _("The same city: %(value)s") % {"value": self.city})

    def _name_in_words(self) -> str:
        if "o" in self.k:
            return _("The same name but for the legal form")
        if not self.is_of_the_name:
            return _("The same name but for the place")
        if name_sort_key(self.name) != name_sort_key(self.draft.name):
            return _("The same name, written in another way")
        return _("The same name")
