-- Dates and instants of custom values, kept in ISO 8601. Unlike a cast these do not depend on the
-- session, so that an index may be made of them; the planner puts them in line.
create function guanxi_date(text) returns date
language sql immutable strict parallel safe
return make_date(left($1, 4)::int, substr($1, 6, 2)::int, substr($1, 9, 2)::int);

create function guanxi_instant(text) returns timestamptz
language sql immutable strict parallel safe
return timezone('UTC', make_timestamp(
    left($1, 4)::int, substr($1, 6, 2)::int, substr($1, 9, 2)::int,
    substr($1, 12, 2)::int, substr($1, 15, 2)::int, split_part(substr($1, 18), '+', 1)::float8
));

-- As in events/stream.sql, but custom values are told key by key, as "custom.<key>".
create or replace function guanxi_record_event() returns trigger
language plpgsql as $$
declare
    untold text[] := array['updated_at', 'custom'] || tg_argv[1:];
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
        cross join lateral (select to_jsonb(o) as o, to_jsonb(n) as n offset 0) j
        cross join lateral (
            select jsonb_object_agg(key, jsonb_build_array(was, became)) as changes
            from (
                select key, was.value as was, now_.value as became
                from jsonb_each(j.o) was join jsonb_each(j.n) now_ using (key)
                where was.value is distinct from now_.value and was.key <> all (untold)
                union all
                select 'custom.' || key, was.value, now_.value
                from jsonb_each(j.o -> 'custom') was
                full join jsonb_each(j.n -> 'custom') now_ using (key)
                where was.value is distinct from now_.value
            ) d
        ) c
        where c.changes is not null;
    else
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select tg_argv[0], id, 'purge', by_actor, from_source, in_request from old_rows;
    end if;
    return null;
end
$$;
