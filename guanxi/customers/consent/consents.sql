-- What is evidence stays as it was said. Kept here because COPY and bulk edit write past any
-- application code.

-- Of words said at the same instant the strictest holds.
create or replace function customers_strictness(state text) returns int
language sql immutable parallel safe
return array_position(array['lifted', 'granted', 'pending', 'withdrawn', 'blocked'], state);

create or replace function customers_keep_evidence() returns trigger
language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        -- Whatever a file says: what it brings was imported.
        if current_setting('guanxi.source', true) like 'import:%' then
            new.source := 'import';
        end if;
    elsif (new.purpose_id, new.channel, new.state, new.given_at, new.source, new.text_id,
           new.recorded_by_id, new.created_at)
          is distinct from
          (old.purpose_id, old.channel, old.state, old.given_at, old.source, old.text_id,
           old.recorded_by_id, old.created_at)
          or (new.note <> '' and new.note is distinct from old.note) then
        raise exception 'Consents are evidence: they are added to, never changed.'
            using errcode = 'check_violation', constraint = 'consent_is_evidence',
                  table = 'customers_consent';
    end if;
    return new;
end
$$;

create or replace trigger customers_keep_evidence before insert or update on customers_consent
    for each row execute function customers_keep_evidence();

-- Marks the words that hold now, of every customer of whom one was written.
create or replace function customers_keep_consents() returns trigger
language plpgsql as $$
declare
    touched uuid[];
begin
    if tg_op = 'INSERT' then
        select array_agg(distinct customer_id) into touched from new_rows;
    elsif tg_op = 'DELETE' then
        select array_agg(distinct customer_id) into touched from old_rows;
    else
        select array_agg(distinct customer_id) into touched from
            (select customer_id from new_rows union all select customer_id from old_rows) written;
    end if;
    -- Two words on one customer at once: the second waits and then sees the first.
    perform 1 from customers_customer where id = any(touched) order by id for no key update;
    with ranked as (
        select id, customer_id, channel, state,
               deleted_at is null and row_number() over (
                   partition by customer_id, purpose_id, channel, deleted_at is null
                   order by given_at desc, customers_strictness(state) desc, id desc
               ) = 1 as is_newest
        from customers_consent where customer_id = any(touched)
    ),
    marked as (
        select r.id,
               r.is_newest and (r.state <> 'granted' or not exists (
                   select from ranked b
                   where b.is_newest and b.state = 'blocked'
                     and b.customer_id = r.customer_id and b.channel = r.channel
               )) as in_force
        from ranked r
    )
    update customers_consent c set in_force = m.in_force
    from marked m where m.id = c.id and c.in_force <> m.in_force;
    return null;
end
$$;

create or replace trigger customers_keep_consents_insert after insert on customers_consent
    referencing new table as new_rows for each statement
    when (pg_trigger_depth() = 0) execute function customers_keep_consents();
create or replace trigger customers_keep_consents_update after update on customers_consent
    referencing old table as old_rows new table as new_rows for each statement
    when (pg_trigger_depth() = 0) execute function customers_keep_consents();
create or replace trigger customers_keep_consents_delete after delete on customers_consent
    referencing old table as old_rows for each statement
    when (pg_trigger_depth() = 0) execute function customers_keep_consents();
