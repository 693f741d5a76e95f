-- After a restore. Another server counts its transactions from the beginning: what is in the stream
-- lies before all that will come, and consumers go on at the first event they had not read.
do $$
begin
    if to_regclass('platform_eventcursor') is null then
        return;
    end if;
    update platform_eventcursor c
    set xid = '0',
        event_id = coalesce(
            (select min(e.id) - 1 from platform_event e where (e.xid, e.id) > (c.xid::xid8, c.event_id)),
            (select max(id) from platform_event),
            0
        );
    alter table platform_event drop column xid;  -- with its index; a constant is no rewriting
    alter table platform_event add column xid xid8 not null default '0'::xid8;
    alter table platform_event alter column xid set default pg_current_xact_id();
    create index event_in_order on platform_event (xid, id);
end
$$;
