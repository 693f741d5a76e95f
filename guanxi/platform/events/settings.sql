-- Settings that are no records (tokens, webhooks, the workspace) are told in the stream too, with
-- the values of the columns named and of no other: the rest is secret, or says nothing.
-- Trigger arguments: the object's name, then the columns.
create function guanxi_record_setting() returns trigger
language plpgsql as $$
declare
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    told jsonb;
begin
    select jsonb_object_agg(c, jsonb_build_array(was -> c, became -> c)) into told
    from unnest(tg_argv[1:]) c
    where (was -> c) is distinct from (became -> c);
    if told is not null then
        insert into platform_event (object, record_id, action, changes, actor_id, source, request_id)
        values (
            tg_argv[0],
            -- The one workspace has "true" for its key.
            case when jsonb_typeof(coalesce(became, was) -> 'id') = 'string'
                 then (coalesce(became, was) ->> 'id')::uuid
                 else '00000000-0000-0000-0000-000000000000' end,
            case tg_op when 'INSERT' then 'insert' when 'UPDATE' then 'update' else 'purge' end,
            told,
            nullif(current_setting('guanxi.actor', true), '')::uuid,
            coalesce(nullif(current_setting('guanxi.source', true), ''), 'database:' || session_user),
            nullif(current_setting('guanxi.request', true), '')::uuid
        );
    end if;
    return null;
end
$$;
