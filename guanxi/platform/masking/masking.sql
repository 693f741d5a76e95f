-- What is left of personal values: the twins of guanxi/platform/masking/masks.py. Of null they are
-- null, and an empty text stays empty.
create or replace function guanxi_mask_all(value text) returns text
language sql immutable strict parallel safe as $$
    select case value when '' then '' else '***' end
$$;

create or replace function guanxi_mask_name(value text) returns text
language sql immutable strict parallel safe as $$
    select case value when '' then '' else left(value, 1) || '**' end
$$;

create or replace function guanxi_mask_phone(value text) returns text
language sql immutable strict parallel safe as $$
    select case
        when value = '' then ''
        when length(d) < 5 then '****'
        when length(d) < 8 then '****' || right(d, 2)
        else case when value like '+%' then '+' else '' end
            || left(d, length(d) - 8) || '****' || right(d, 4)
    end
    from (select regexp_replace(value, '[^0-9]', '', 'g') as d) digits
$$;

create or replace function guanxi_mask_email(value text) returns text
language sql immutable strict parallel safe as $$
    select case
        when value = '' then ''
        when position('@' in value) = 0 then '***'
        else regexp_replace(value, '^(.?).*@([^@]*)$', '\1***@\2')
    end
$$;

create or replace function guanxi_mask_day(value text) returns text
language sql immutable strict parallel safe as $$
    select case value when '' then '' else left(value, 4) || '-**-**' end
$$;

create or replace function guanxi_mask_contact(value text) returns text
language sql immutable strict parallel safe as $$
    select case
        when position('@' in value) > 0 then guanxi_mask_email(value)
        when value ~ '^[+(（]?[0-9][-0-9 ()（）.+]{4,}$' then guanxi_mask_phone(value)
        else guanxi_mask_all(value)
    end
$$;
