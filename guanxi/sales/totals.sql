-- An order's total is the sum of its lines, whoever writes them.
create function sales_keep_totals() returns trigger
language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update sales_order o set total = o.total + s.amount
        from (select order_id, sum(amount) as amount from new_rows where deleted_at is null group by 1) s
        where o.id = s.order_id and s.amount <> 0;
    elsif tg_op = 'DELETE' then
        update sales_order o set total = o.total - s.amount
        from (select order_id, sum(amount) as amount from old_rows where deleted_at is null group by 1) s
        where o.id = s.order_id and s.amount <> 0;
    else
        update sales_order o set total = o.total + s.amount
        from (
            select order_id, sum(amount) as amount
            from (
                select order_id, amount from new_rows where deleted_at is null
                union all
                select order_id, -amount from old_rows where deleted_at is null
            ) moved
            group by 1
        ) s
        where o.id = s.order_id and s.amount <> 0;
    end if;
    return null;
end
$$;

create trigger sales_keep_totals_insert after insert on sales_orderline
    referencing new table as new_rows
    for each statement execute function sales_keep_totals();
create trigger sales_keep_totals_update after update on sales_orderline
    referencing old table as old_rows new table as new_rows
    for each statement execute function sales_keep_totals();
create trigger sales_keep_totals_delete after delete on sales_orderline
    referencing old table as old_rows
    for each statement execute function sales_keep_totals();
