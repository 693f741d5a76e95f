-- The one way in which what the event stream tells can be taken out of it. The serving role may add
-- to the stream and read it; this function, the owner's, leaves of each change that it was made.

create function guanxi_keep_erasures() returns trigger
language plpgsql as $$
begin
    raise exception 'The list of erasures is only added to.' using errcode = 'insufficient_privilege';
end
$$;

create trigger guanxi_keep_erasures before update or delete or truncate on platform_erasure
    for each statement execute function guanxi_keep_erasures();

-- Of the events of these records every column becomes [null, null], which no change can be, but for
-- those that `kept` names by object, as far as they do not hold what `pattern` describes. Of objects
-- that `kept` does not name only what the pattern describes. Returns how many events were redacted.
create function guanxi_redact_events(of_erasure uuid, ids uuid[], kept jsonb, pattern text) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    redacted bigint;
begin
    if not exists (select from platform_erasure where id = of_erasure) then
        raise exception 'Events are redacted for an erasure only.' using errcode = 'insufficient_privilege';
    end if;
    with told as (
        select o.id, o.at, jsonb_object_agg(c.key, case
            when (not kept ? o.object or (kept -> o.object) ? c.key)
                and not (pattern <> '' and c.value::text ~* pattern) then c.value
            else '[null, null]'::jsonb
        end) as changes
        from platform_event o cross join lateral jsonb_each(o.changes) c
        where o.record_id = any(ids) and jsonb_typeof(o.changes) = 'object'
        group by o.id, o.at
    )
    update platform_event e set changes = t.changes from told t
    where e.id = t.id and e.at = t.at and e.changes <> t.changes;
    get diagnostics redacted = row_count;
    return redacted;
end
$$;

-- Privileges: whoever serves has EXECUTE by default (`privileges.py`); nobody else.
revoke execute on function guanxi_redact_events(uuid, uuid[], jsonb, text) from public;
