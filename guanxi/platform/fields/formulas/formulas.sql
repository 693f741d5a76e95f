-- What formulas reckon with. Each gives null where there is nothing to say, and never an error.

-- A quotient, rounded half away from zero to ten places: div() cuts off exactly, so that the
-- eleventh place is the true one.
create function guanxi_quotient(numeric, numeric) returns numeric
language sql immutable parallel safe
return round(div($1 * 100000000000, nullif($2, 0)) * 0.00000000001, 10);

-- A number rounded to so many places; null if it has more than so many digits.
create function guanxi_within(numeric, digits int, places int) returns numeric
language sql immutable parallel safe
return case when abs(round($1, $3)) < 10::numeric ^ ($2 - $3) then round($1, $3) end;

-- The date so many whole days later, within the years that a date can have here.
create function guanxi_days_later(date, numeric) returns date
language sql immutable parallel safe
return case
    when abs($2) < 3652060
        and $1 + trunc($2)::int between date '0001-01-01' and date '9999-12-31'
    then $1 + trunc($2)::int
end;
