-- Keys, clocks and the event stream. Run by migration 0001 as the owner of the schema.

-- A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random. uuidv7() exists from PostgreSQL 18 only.
create function guanxi_uuid7() returns uuid
language sql volatile parallel safe
return encode(
    set_bit(
        set_bit(
            overlay(
                uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6
            ),
            52, 1
        ),
        53, 1
    ),
    'hex'
)::uuid;

create function guanxi_touch() returns trigger
language plpgsql as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end
$$;

create table platform_event (
    id bigint generated always as identity,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    object text not null,
    record_id uuid not null,
    action text not null check (action in ('insert', 'update', 'delete', 'restore', 'purge')),
    changes jsonb,
    actor_id uuid,
    source text not null,
    request_id uuid,
    primary key (id, at)
) partition by range (at);

create index event_of_record on platform_event (record_id, id desc);
create index event_in_order on platform_event (xid, id);
create index event_of_request on platform_event (request_id) where request_id is not null;
create table platform_event_rest partition of platform_event default;

-- Makes the partitions of this month and the next `ahead` months; run daily. Others than the owner
-- may only add to the stream and read it, through the parent table.
create function guanxi_event_partitions(ahead int default 2) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    first_day date := date_trunc('month', now() at time zone 'UTC');
    name text;
    other record;
begin
    for i in 0..ahead loop
        name := 'platform_event_' || to_char(first_day, 'YYYYMM');
        if to_regclass(name) is null then
            -- Made aside and filled from the rest first: a server that was off for months has
            -- events there by now, and a partition cannot be made over them.
            execute format('create table %I (like platform_event including defaults including constraints)', name);
            execute format(
                'with late as (delete from platform_event_rest where at >= %L and at < %L returning *)'
                ' insert into %I select * from late',
                first_day::timestamp at time zone 'UTC',
                (first_day + interval '1 month') at time zone 'UTC', name
            );
            execute format(
                'alter table platform_event attach partition %I for values from (%L) to (%L)',
                name, first_day::timestamp at time zone 'UTC',
                (first_day + interval '1 month') at time zone 'UTC'
            );
        end if;
        first_day := first_day + interval '1 month';
    end loop;
    for other in
        select c.relname, c.relispartition, r.rolname
        from pg_class c
        cross join lateral aclexplode(c.relacl) a
        join pg_roles r on r.oid = a.grantee
        where (c.oid = 'platform_event'::regclass or c.oid in (
                  select inhrelid from pg_inherits where inhparent = 'platform_event'::regclass))
          and a.grantee <> c.relowner
          and (c.relispartition or a.privilege_type not in ('SELECT', 'INSERT'))
    loop
        execute format(
            'revoke %s on %I from %I',
            case when other.relispartition then 'all' else 'update, delete, truncate, references, trigger' end,
            other.relname, other.rolname
        );
    end loop;
end
$$;

-- Who and why, for the rest of the transaction: set by the application with set_config(..., true).
-- Trigger arguments: the object's name, then the columns that are derived and not worth telling.
create function guanxi_record_event() returns trigger
language plpgsql as $$
declare
    untold text[] := array['updated_at'] || tg_argv[1:];
    by_actor uuid := nullif(current_setting('guanxi.actor', true), '')::uuid;
    in_request uuid := nullif(current_setting('guanxi.request', true), '')::uuid;
    from_source text := coalesce(nullif(current_setting('guanxi.source', true), ''), 'database:' || session_user);
begin
    if tg_op = 'INSERT' then
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select tg_argv[0], id, 'insert', by_actor, from_source, in_request from new_rows;
    elsif tg_op = 'UPDATE' then
        insert into platform_event (object, record_id, action, changes, actor_id, source, request_id)
        select tg_argv[0], n.id,
               case
                   when n.deleted_at is not distinct from o.deleted_at then 'update'
                   when n.deleted_at is null then 'restore'
                   else 'delete'
               end,
               c.changes, by_actor, from_source, in_request
        from new_rows n
        join old_rows o using (id)
        cross join lateral (
            select jsonb_object_agg(was.key, jsonb_build_array(was.value, now_.value)) as changes
            from jsonb_each(to_jsonb(o)) was
            join jsonb_each(to_jsonb(n)) now_ using (key)
            where was.value is distinct from now_.value and was.key <> all (untold)
        ) c
        where c.changes is not null;
    else
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select tg_argv[0], id, 'purge', by_actor, from_source, in_request from old_rows;
    end if;
    return null;
end
$$;

-- Links of a record with others (its tags), told as a change of the record's own field, with all
-- ids before and after. Trigger arguments: the object, its field, the column of the record in the
-- link table, the column of what it is linked with.
create function guanxi_record_links() returns trigger
language plpgsql as $$
begin
    execute format(
        $query$
        with moved as (select %1$I as record_id, jsonb_agg(%2$I) as ids from moved_rows group by 1),
        changes as (
            select m.record_id,
                   coalesce((select jsonb_agg(l.%2$I order by l.%2$I) from %3$s l
                             where l.%1$I = m.record_id), '[]') as became,
                   coalesce((select jsonb_agg(w.id order by w.id) from (
                       select l.%2$I as id from %3$s l
                       where l.%1$I = m.record_id and (%4$L = 'DELETE' or not m.ids ? l.%2$I::text)
                       union select x::uuid from jsonb_array_elements_text(m.ids) x
                       where %4$L = 'DELETE') w), '[]') as was
            from moved m
        )
        insert into platform_event (object, record_id, action, changes, actor_id, source, request_id)
        select %5$L, record_id, 'update',
               jsonb_build_object(%6$L::text, jsonb_build_array(was, became)), $1, $2, $3
        from changes
        $query$,
        tg_argv[2], tg_argv[3], tg_relid::regclass, tg_op, tg_argv[0], tg_argv[1]
    ) using
        nullif(current_setting('guanxi.actor', true), '')::uuid,
        coalesce(nullif(current_setting('guanxi.source', true), ''), 'database:' || session_user),
        nullif(current_setting('guanxi.request', true), '')::uuid;
    return null;
end
$$;
