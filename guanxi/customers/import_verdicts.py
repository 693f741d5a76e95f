"""From matches to verdicts: permissions, what is missing, what people chose, what would change."""

import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from guanxi.customers import import_nameless
from guanxi.customers.id_numbers import IMPORTED
from guanxi.customers.import_drafts import PartRows
from guanxi.customers.import_values import Part
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.rules import refuse_rows
from guanxi.platform.objects.registry import object_type

if TYPE_CHECKING:
    from guanxi.customers.import_matching import Matching

VALUES = "coalesce(v.merged, r.values)"
CHOSEN = """
update platform_importverdict v set
    verdict = case c.choice when 'new' then 'create' when 'skip' then 'reject' else 'update' end,
    record_id = case c.choice when 'new' then {new_id} when 'skip'
      then null else c.choice::uuid end,
    reasons = case c.choice when 'skip' then %s::jsonb end,
    chosen = c.choice
from (select (split_part(key, ':', 1))::int as part, (split_part(key, ':', 2))::int as leader,
  value as choice
      from jsonb_each_text(%s::jsonb)) c
where v.imported = {imported} and v.part = {part} and c.part = {part} and v.leader = c.leader
  and v.verdict = 'ambiguous'
  and (c.choice in ('new', 'skip') or c.choice::uuid = any(v.candidates))
"""
AMBIGUOUS_AS = """
update platform_importverdict v set verdict = {verdict}, record_id = {record}, reasons = %s::jsonb
where v.imported = {imported} and v.part = {part} and v.verdict = 'ambiguous'
"""
NAMELESS = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from platform_importrow r
where v.imported = {imported} and v.part = {part} and v.verdict = 'create' and v.leader = v.row
  and r.imported = v.imported and r.row = v.row and {name} = ''
"""
ONE_ID_FOR_BOTH = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from i_key k join i_key o using (k, source, normal)
where v.imported = {imported} and v.part = 1 and v.verdict = 'create' and v.leader = v.row
  and k.k = {k} and k.part = 1 and k.row = v.row and o.part = 0
"""
CODE_OF_PERSON = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from platform_importrow r
where v.imported = {imported} and v.part = {part} and v.verdict <> 'reject'
  and r.imported = v.imported and r.row = v.row and {kind} = 'person' and {code} <> ''
  and not exists (
    select 1 from customers_customer c where c.id = v.record_id and c.credit_code = {code})
"""
CODE_TAKEN = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from platform_importrow r, customers_customer c
where v.imported = {imported} and v.part = {part} and v.verdict in ('create', 'update')
  and v.leader = v.row and r.imported = v.imported and r.row = v.row and {code} <> ''
  and c.credit_code = {code} and c.deleted_at is null and c.id <> v.record_id
"""
ID_TAKEN = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from platform_importrow r, customers_identity i
where v.imported = {imported} and v.part = {part} and v.verdict in ('create', 'update')
  and v.leader = v.row and r.imported = v.imported and r.row = v.row and {normal} <> ''
  and i.kind = {kind} and i.normal = {normal} and i.deleted_at is null
  and i.customer_id <> v.record_id
"""
UNCHANGED = """
update platform_importverdict v set verdict = 'unchanged'
from platform_importrow r, customers_customer c
where v.imported = {imported} and v.part = {part} and v.verdict = 'update' and v.leader = v.row
  and r.imported = v.imported and r.row = v.row and c.id = v.record_id
  and ({skip} or ({same} and {nothing_more}))
"""
HIDDEN = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
where v.imported = {imported} and v.part = {part} and v.leader = v.row
  and v.verdict in ('update', 'unchanged') and v.record_id not in ({permitted})
"""
FOLLOW = """
update platform_importverdict v set
    verdict = case when l.verdict = 'create' then 'update' else l.verdict end,
    record_id = l.record_id, candidates = l.candidates, chosen = l.chosen,
    reasons = coalesce(l.reasons, jsonb_build_array(jsonb_build_object(
        'field', null, 'code', 'same_in_file', 'message', replace(%s, '#', l.row::text))))
from platform_importverdict l
where v.imported = {imported} and v.part = {part} and v.leader <> v.row
  and l.imported = v.imported and l.part = v.part and l.row = v.leader
"""
CONTACT_TAKEN = """
update platform_importverdict v set reasons = coalesce(v.reasons, '[]') || (%s::jsonb -> {taken})
from platform_importrow r
where v.imported = {imported} and v.part = 0 and v.verdict <> 'reject'
  and r.imported = v.imported and r.row = v.row and {taken} <> ''
"""
UNRELATED = """
update platform_importverdict v set verdict = 'update'
from platform_importverdict o
where v.imported = {imported} and v.part = 1 and v.verdict = 'unchanged'
  and o.imported = v.imported and o.row = v.row and o.part = 0 and o.record_id is not null
  and not exists (
    select 1 from customers_relationship s where s.customer_id = v.record_id
      and s.other_id = o.record_id and s.kind = 'contact_of' and s.deleted_at is null
      and (s.until is null or s.until >= customers_today()))
"""
ANY = """
select exists (select 1 from platform_importverdict where imported = {imported}
  and verdict in ({verdicts})),
       exists (select 1 from i_leader where row <> leader)
"""


def judge(matching: "Matching", cursor: Any) -> None:
    """Turn the matches of all parts into final verdicts."""
    do, context = matching._do, matching.context
    do(ANY, verdicts="'update', 'ambiguous'")
    found, follows = cursor.fetchone()
    if len(matching.parts) == 2:
        taken = _(
            "An organization of this file has the same external id."
            " Leave the contacts' ids out, or import the contacts from a source of their own."
        )
        do(ONE_ID_FOR_BOTH, [reason("external_id", "taken", taken)], k="'x'")
        taken = _("The organization of the row has the same credit code.")
        do(ONE_ID_FOR_BOTH, [reason("credit_code", "taken", taken)], k="'u'")
    for part in matching.parts:
        if found:
            _settle_ambiguous(matching, part)
        missing = reason("name", "required", _("The name is missing. Fill it in."))
        do(NAMELESS, [missing], part=part.number, name=part.text("name", VALUES))
        if part.has("credit_code"):
            code = part.text("credit_code", VALUES)
            not_persons = _(
                "A person has no credit code. Map the column to the organization or leave it out,"
                " or import the rows as organizations."
            )
            why = [reason("credit_code", "of_organizations", not_persons)]
            do(CODE_OF_PERSON, why, part=part.number, kind=part.kind, code=code)
            taken = _("Another customer has this credit code. Correct it, or choose that one.")
            taken_by = [reason("credit_code", "taken", taken)]
            do(CODE_TAKEN, taken_by, part=part.number, code=code)
        for name in IMPORTED:
            if part.has(name):
                taken = _("Another customer has this number of a document. Choose that one.")
                do(
                    ID_TAKEN, [reason(name, "taken", taken)], part=part.number,
                    kind=f"'{IMPORTED[name]}'", normal=part.text(f"{name}_normal", VALUES),
                )  # fmt: skip
        if found:
            do(
                UNCHANGED, part=part.number, same=part.all_equal(VALUES),
                skip=str(context.options["on_match"] == "skip").lower(),
                nothing_more=_nothing_more(part),
            )  # fmt: skip
            _hide(matching, part, cursor)
        refuse_rows(context, object_type("customer"), PartRows(part), part=part.number)
        if follows:
            message = _("The same customer as in row #; the values are brought together.")
            do(FOLLOW, [message], part=part.number)
    if len(matching.parts) == 2 and found:
        do(UNRELATED)
    if import_nameless.TAKEN in matching.layout:
        told = json.dumps({k: json.loads(v) for k, v in import_nameless.reasons().items()})
        do(CONTACT_TAKEN, [told], taken=matching.layout.sql(import_nameless.TAKEN))


def _settle_ambiguous(matching: "Matching", part: Part) -> None:
    """Apply what people chose, then the rule for rows nobody chose for."""
    context, new_id = matching.context, id_sql(matching.context.imported, part.number, "v.leader")
    skipped = reason(None, "skipped", _("Left out by choice."))
    choices = json.dumps(context.imported.choices)
    matching._do(CHOSEN, [skipped, choices], part=part.number, new_id=new_id)
    match context.options.get("on_ambiguous"):
        case "new":
            matching._do(AMBIGUOUS_AS, [None], part=part.number, verdict="'create'", record=new_id)
        case "skip":
            matching._do(
                AMBIGUOUS_AS, [skipped], part=part.number, verdict="'reject'", record="null"
            )


def _hide(matching: "Matching", part: Part, cursor: Any) -> None:
    """Reject rows whose customer the asker may not change, in words that give nothing away."""
    why = reason(
        None, "not_yours",
        _("This customer exists already, and you may not change it."
          " Ask its owner or an administrator."),
    )  # fmt: skip
    for verb, verdict in (("read", "unchanged"), ("change", "update")):
        permitted, params = matching.permitted(verb)
        template = HIDDEN.replace("in ('update', 'unchanged')", f"= '{verdict}'")
        statement = template.format(
            imported=matching.imported, part=part.number, permitted=permitted
        )
        cursor.execute(statement, [why, *params])


HAS_IDENTITY = """
({normal} = '' or exists (
    select 1 from customers_identity i where i.customer_id = c.id and i.kind = {kind}
      and i.source = {source} and i.normal = {normal} and i.deleted_at is null))
"""
HAS_TAGS = r"""
not exists (
    select 1 from regexp_split_to_table({value}, '\s*[,;，；、|]\s*') w(name)
    where w.name <> '' and not exists (
        select 1 from customers_customertag x join customers_tag t on t.id = x.tag_id
        where x.customer_id = c.id and t.name = w.name))
"""


def _nothing_more(part: Part) -> str:
    """The condition that no identity or tag of the row is missing from customer c."""
    tests = [
        HAS_IDENTITY.format(kind=kind, source=source, normal=normal)
        for kind, source, _value, normal, _sealed in part.identities(VALUES)
    ]
    tests += [HAS_TAGS.format(value=value) for value in part.several("tags", VALUES)]
    return " and ".join(tests) or "true"
