-- What must hold of relationships over time. Kept here because COPY, merging and bulk edit write
-- past any application code, and two who write at once do not see each other's rows.

create or replace function customers_today() returns date
language sql stable as $$
    select (now() at time zone coalesce((select min(time_zone) from platform_workspace), 'UTC'))::date
$$;

create or replace function customers_keep_relationships() returns trigger
language plpgsql as $$
declare
    clash record;
begin
    -- Of two who relate the same two at once the second waits, and then sees the first.
    perform 1 from customers_customer
    where id in (
        select case when kind in ('household', 'partner') then least(customer_id, other_id)
                    else customer_id end
        from new_rows where deleted_at is null
    )
    order by id for no key update;

    select r.id into clash
    from new_rows n join customers_relationship r
        on r.customer_id = n.customer_id and r.other_id = n.other_id and r.kind = n.kind
    where r.id <> n.id and n.deleted_at is null and r.deleted_at is null
        and daterange(r.since, r.until, '[]') && daterange(n.since, n.until, '[]')
    limit 1;
    if not found then
        -- The same said from the other end.
        select r.id into clash
        from new_rows n join customers_relationship r
            on r.customer_id = n.other_id and r.other_id = n.customer_id and r.kind = n.kind
        where n.kind in ('household', 'partner') and n.deleted_at is null and r.deleted_at is null
            and daterange(r.since, r.until, '[]') && daterange(n.since, n.until, '[]')
        limit 1;
    end if;
    if found then
        raise exception 'A relationship overlaps another of the same two and kind.'
            using errcode = 'exclusion_violation', constraint = 'relationship_overlap',
                  table = 'customers_relationship';
    end if;

    if not exists (select from new_rows where kind = 'parent_company' and deleted_at is null) then
        return null;
    end if;
    -- A circle may be closed by links that have no end in common: one writer at a time.
    perform pg_advisory_xact_lock(hashtextextended('customers_hierarchy', 0));

    select r.customer_id into clash
    from new_rows n join customers_relationship r on r.other_id = n.other_id and r.kind = n.kind
    where n.kind = 'parent_company' and r.id <> n.id and n.deleted_at is null and r.deleted_at is null
        and daterange(r.since, r.until, '[]') && daterange(n.since, n.until, '[]')
    limit 1;
    if found then
        raise exception 'A customer would have two parent companies on one day.'
            using errcode = 'exclusion_violation', constraint = 'relationship_one_parent',
                  table = 'customers_relationship', detail = json_build_array(clash.customer_id)::text;
    end if;

    -- From each new link upwards, as long as all links on the way hold on one day.
    with recursive above as (
        select n.other_id as child, n.customer_id as at, array[n.id] as links,
               array[n.other_id, n.customer_id] as nodes,
               daterange(n.since, n.until, '[]') as days
        from new_rows n where n.kind = 'parent_company' and n.deleted_at is null
        union all
        select a.child, r.customer_id, a.links || r.id, a.nodes || r.customer_id,
               a.days * daterange(r.since, r.until, '[]')
        from above a join customers_relationship r on r.other_id = a.at
        where a.at <> a.child and r.kind = 'parent_company' and r.deleted_at is null
            and r.id <> all(a.links) and a.days && daterange(r.since, r.until, '[]')
    )
    select nodes into clash from above where at = child limit 1;
    if found then
        raise exception 'A customer would be its own parent company.'
            using errcode = 'check_violation', constraint = 'relationship_no_circle',
                  table = 'customers_relationship', detail = to_json(clash.nodes)::text;
    end if;
    return null;
end
$$;

create or replace trigger customers_keep_relationships_insert after insert on customers_relationship
    referencing new table as new_rows for each statement
    execute function customers_keep_relationships();
create or replace trigger customers_keep_relationships_update after update on customers_relationship
    referencing new table as new_rows for each statement
    execute function customers_keep_relationships();
