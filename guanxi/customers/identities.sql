-- A customer's own phone and e-mail are identities too, so that matching looks in one place.
-- Kept here because COPY and bulk edit write past any application code.
create function customers_keep_identities() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from customers_identity i
        using new_rows n
        join old_rows o using (id)
        where i.customer_id = n.id and i.is_primary
          and (i.kind = 'phone' and (n.phone, n.phone_normal) is distinct from (o.phone, o.phone_normal)
               or i.kind = 'email' and n.email is distinct from o.email);
    end if;
    insert into customers_identity (customer_id, kind, value, normal, is_primary)
    select id, 'phone', phone, phone_normal, true from new_rows where phone_normal <> ''
    union all
    select id, 'email', email, lower(btrim(email)), true from new_rows where btrim(email) <> ''
    on conflict (customer_id, kind, source, normal) where deleted_at is null
    do update set is_primary = true, value = excluded.value
    where not customers_identity.is_primary or customers_identity.value <> excluded.value;
    return null;
end
$$;

create trigger customers_keep_identities_insert after insert on customers_customer
    referencing new table as new_rows
    for each statement execute function customers_keep_identities();
create trigger customers_keep_identities_update after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_identities();
