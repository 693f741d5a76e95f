-- A customer's own phone, e-mail and credit code are identities too, so that matching looks in one place.
-- Kept here because COPY and bulk edit write past any application code.
create or replace function customers_keep_identities() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from customers_identity i
        using (
            -- Full, though every row has both sides: a plan that is made for one row and kept must
            -- be fit for many, and a full join is never a loop in a loop.
            select n.id, (n.phone, n.phone_normal) is distinct from (o.phone, o.phone_normal) as phone,
                   n.email is distinct from o.email as email,
                   n.credit_code is distinct from o.credit_code as credit_code
            from new_rows n full join old_rows o using (id)
            offset 0
        ) has_other
        where i.customer_id = has_other.id and i.is_primary
          and (i.kind = 'phone' and has_other.phone or i.kind = 'email' and has_other.email
            or i.kind = 'credit_code' and has_other.credit_code);
    end if;
    insert into customers_identity (customer_id, kind, value, normal, is_primary)
    -- One in the recycle bin gets its own when it comes back: what was merged gave them away.
    select id, 'phone', phone, phone_normal, true from new_rows
    where phone_normal <> '' and deleted_at is null
    union all
    select id, 'email', email, lower(btrim(email)), true from new_rows
    where btrim(email) <> '' and deleted_at is null
    union all
    select id, 'credit_code', credit_code, credit_code, true from new_rows
    where credit_code <> '' and deleted_at is null
    on conflict (customer_id, kind, source, normal) where deleted_at is null
    do update set is_primary = true, value = excluded.value
    where not customers_identity.is_primary or customers_identity.value <> excluded.value;
    return null;
end
$$;

create or replace trigger customers_keep_identities_insert after insert on customers_customer
    referencing new table as new_rows
    for each statement execute function customers_keep_identities();
create or replace trigger customers_keep_identities_update after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_identities();
