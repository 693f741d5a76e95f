"""The rules by which somebody described is a customer we have: one text for form, API and files.

1. An external id, a WeChat openid, a credit code or the number of a document is one customer,
   whatever else differs. Who has another external id of the same source, another credit code or
   another identity card is somebody else.
2. A phone or an e-mail counts if it points to one customer of the same kind whose name does not
   contradict. A number that several customers of other names share is a switchboard: it proves
   nothing. Whatever is left in between a person decides.
3. An organization is known by its name. Where only the legal form differs, a person decides.

Names are compared as `comparable_name` writes them, in the column `name_match`. A key `k` is x for
an external id, w for WeChat, u for a credit code, i for an identity card, d for another document,
p for a phone, e for an e-mail, n for the name of an organization, o for such a name with another
legal form, v for all values.
"""

SWITCHBOARD = 3  # customers who share a number before it stops counting as anybody's
SURE = "('x', 'w', 'u', 'i', 'd')"
CANDIDATES = f"""
select row, part, customer_id,
    bool_or(k in {SURE}) as certain,
    bool_or(name = customer_name) and not bool_and(k = 'o') as same_name,
    bool_or(k = 'v') as same_values,
    bool_and(k = 'o') as other_form,
    bool_and(name <> '' and position(name in customer_name) = 0
        and position(customer_name in name) = 0) as contradicts
from {{hits}} group by 1, 2, 3
"""  # noqa: S608  constants only
DECISIONS = f"""
select row, part,
    case
        when certain = 1 then (certain_ones)[1]
        when certain > 1 then null
        when same_values > 0 then (equal_ones)[1]
        when same_name = 1 then (same_ones)[1]
        when same_name = 0 and n = 1 and contradicting + other_form = 0 then (all_ones)[1]
    end as customer_id,
    certain = 0 and same_name = 0 and contradicting = n and n >= {SWITCHBOARD} as is_switchboard,
    all_ones[1:20] as candidates
from (
    select row, part, count(*) as n,
        count(*) filter (where certain) as certain,
        count(*) filter (where same_values) as same_values,
        count(*) filter (where same_name) as same_name,
        count(*) filter (where other_form) as other_form,
        count(*) filter (where contradicts) as contradicting,
        array_agg(customer_id) filter (where certain) as certain_ones,
        array_agg(customer_id order by customer_id) filter (where same_values) as equal_ones,
        array_agg(customer_id) filter (where same_name) as same_ones,
        array_agg(customer_id order by same_name desc, contradicts, customer_id) as all_ones
    from {{candidates}} group by 1, 2
) c
"""  # noqa: S608  constants only
