-- Links of custom fields, kept beside the values they follow from. Argument: the object of the
-- table, or nothing where each row names its own. `guanxi_table_of` is made of the declarations.
create function guanxi_keep_links() returns trigger
language plpgsql as $$
declare
    link record;
    targets uuid[];
    found bigint;
begin
    for link in
        select id, object, key, settings ->> 'target' as target from platform_customfield
        where type = 'link' and (object = tg_argv[0] or tg_argv[0] = '' and object like 'custom\_%')
    loop
        if tg_op = 'DELETE' then
            delete from platform_link l using old_rows o
            where l.field_id = link.id and l.record_id = o.id;
            continue;
        end if;
        if tg_op = 'UPDATE' then
            -- Full, though every row has both sides: a plan that is made for one row and kept must
            -- be fit for many, and a full join is never a loop in a loop.
            delete from platform_link l using (
                select n.id from new_rows n full join old_rows o using (id)
                where o.custom -> link.key is distinct from n.custom -> link.key
                offset 0
            ) changed
            where l.field_id = link.id and l.record_id = changed.id;
            with made as (
                insert into platform_link (field_id, record_id, target_id)
                select link.id, id, target
                from (
                    select n.id, (n.custom ->> link.key)::uuid as target, to_jsonb(n) ->> 'object' as object
                    from new_rows n full join old_rows o using (id)
                    where o.custom -> link.key is distinct from n.custom -> link.key
                    offset 0
                ) changed
                where target is not null and (tg_argv[0] <> '' or object = link.object)
                returning target_id
            )
            select array_agg(distinct target_id) into targets from made;
        else
            with made as (
                insert into platform_link (field_id, record_id, target_id)
                select link.id, n.id, (n.custom ->> link.key)::uuid from new_rows n
                where n.custom ->> link.key is not null
                    and (tg_argv[0] <> '' or to_jsonb(n) ->> 'object' = link.object)
                returning target_id
            )
            select array_agg(distinct target_id) into targets from made;
        end if;
        continue when targets is null or guanxi_table_of(link.target) is null;
        -- As a foreign key does: the records are there, and stay until this is committed.
        execute format(
            'select count(*) from (select from %I t where id = any($1)'
            ' and ($2 not like ''custom\_%%'' or to_jsonb(t) ->> ''object'' = $2) for key share) t',
            guanxi_table_of(link.target)
        ) into found using targets, link.target;
        if found < cardinality(targets) then
            raise foreign_key_violation using
                constraint = 'link_target',
                message = format('%s.custom.%s names a record that is not there', link.object, link.key);
        end if;
    end loop;
    return null;
end
$$;

-- What is erased leaves no link behind; the records that had one tell of it in their history.
create function guanxi_unlink() returns trigger
language plpgsql as $$
declare
    link record;
begin
    for link in
        select guanxi_table_of(f.object) as source, f.key, array_agg(l.record_id) as records
        from old_rows o
        join platform_link l on l.target_id = o.id
        join platform_customfield f on f.id = l.field_id
        group by f.id
    loop
        continue when link.source is null;
        execute format('update %I set custom = custom - $1 where id = any($2)', link.source)
            using link.key, link.records;
    end loop;
    delete from platform_link l using old_rows o where l.target_id = o.id;
    return null;
end
$$;
