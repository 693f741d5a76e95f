-- As in formulas.sql, with a name for every parameter: PostgreSQL writes one without a name beside
-- others with one as "" into a dump, which cannot be restored then.
create or replace function guanxi_within(number numeric, digits int, places int) returns numeric
language sql immutable parallel safe
return case when abs(round(number, places)) < 10::numeric ^ (digits - places)
    then round(number, places) end;
