-- Of which object a record is, its definition says; no definition goes while there are records.
alter table platform_customrecord
    add constraint customrecord_object foreign key (object) references platform_customobject (name);

-- As in fields/fields.sql, but where the first argument is empty each row names its own object.
create or replace function guanxi_record_event() returns trigger
language plpgsql as $$
declare
    untold text[] := array['updated_at', 'custom'] || tg_argv[1:];
    by_actor uuid := nullif(current_setting('guanxi.actor', true), '')::uuid;
    in_request uuid := nullif(current_setting('guanxi.request', true), '')::uuid;
    from_source text := coalesce(nullif(current_setting('guanxi.source', true), ''), 'database:' || session_user);
begin
    if tg_op = 'UPDATE' then
        insert into platform_event (object, record_id, action, changes, actor_id, source, request_id)
        select case tg_argv[0] when '' then j.n ->> 'object' else tg_argv[0] end, n.id,
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
    elsif tg_argv[0] = '' and tg_op = 'INSERT' then
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select object, id, 'insert', by_actor, from_source, in_request from new_rows;
    elsif tg_argv[0] = '' then
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select object, id, 'purge', by_actor, from_source, in_request from old_rows;
    elsif tg_op = 'INSERT' then
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select tg_argv[0], id, 'insert', by_actor, from_source, in_request from new_rows;
    else
        insert into platform_event (object, record_id, action, actor_id, source, request_id)
        select tg_argv[0], id, 'purge', by_actor, from_source, in_request from old_rows;
    end if;
    return null;
end
$$;

-- Built-in roles get rights on the firm's own objects, unless somebody has said so already.
update platform_role r set grants = jsonb_set(grants, '{areas,custom}', given.rights)
from (values
    ('account_manager', '{"read": "team", "change": "own", "delete": "own",
                          "create": true, "export": true, "import": true}'::jsonb),
    ('sales', '{"read": "team", "change": "own", "delete": "own",
                "create": true, "export": false, "import": true}'),
    ('service', '{"read": "all", "change": "own", "create": true}')
) given (name, rights)
where r.name = given.name and grants ? 'areas' and not grants -> 'areas' ? 'custom';
