-- What records are found by. Run by a migration as the owner of the schema; the trigger that fills
-- the texts of one object follows from its declaration (see triggers.py).

-- What search reads instead of a character, filled from folding.py.
create table platform_character (
    character text collate "C" primary key,
    folded text not null,
    readings text[]
);

-- One row a record: its words, one line for each searched field, " 张 伟 ! zhang wei zhangwei zw "
-- for a title. A partition for each object keeps a rare object quick beside a frequent one.
create table platform_searchtext (
    object text not null,
    record_id uuid not null,
    text text not null,
    -- Whether the indexes below know the row. They cost more than writing the row itself, so that
    -- rows written in bulk wait for a job, and searches read those that wait one by one.
    indexed boolean not null,
    primary key (record_id, object)
) partition by list (object);

-- Estimates decide between walking back from the newest record (frequent words) and the index of
-- trigrams (rare ones): they should know words that one record in a few hundred has.
alter table platform_searchtext alter text set statistics 400;
create index searchtext_trigrams on platform_searchtext using gin (text gin_trgm_ops)
    with (gin_pending_list_limit = 512) where indexed;
create index searchtext_beginnings on platform_searchtext (left(text, 24) collate "C") where indexed;
create index searchtext_waiting on platform_searchtext (record_id) where not indexed;

-- How a name may be said: its syllables, all of it in one word, its initials (and those of a given
-- name), with every combination of readings up to a dozen.
create function guanxi_spellings(name text) returns text
language plpgsql stable parallel safe as $$
declare
    said text[];
    syllables text := '';
    whole text[] := array[''];
    initials text[] := array[''];
begin
    for said in
        select c.readings
        from string_to_table(left(name, 40), null) with ordinality x(character, i)
        join platform_character c on c.character = x.character collate "C"
        where c.readings is not null
        order by x.i
    loop
        syllables := syllables || ' ' || array_to_string(said, ' ');
        if cardinality(whole) * cardinality(said) > 12 then
            said := said[1:1];
        end if;
        whole := array(select w || s from unnest(whole) w, unnest(said) s order by 1);
        initials := array(select distinct i || left(s, 1) from unnest(initials) i, unnest(said) s order by 1);
    end loop;
    if cardinality(whole) = 1 and whole[1] = '' then
        return '';
    end if;
    if length(initials[1]) between 3 and 4 then
        initials := initials || array(select distinct right(i, -1) from unnest(initials) i order by 1)
            || array(
                select distinct right(i, 2) from unnest(initials) i where length(i) = 4 order by 1);
    end if;
    return syllables || ' ' || array_to_string(whole, ' ') || ' ' || array_to_string(initials, ' ');
end
$$;

-- Lets the indexes know up to `wanted` rows that wait; returns how many there were.
create function guanxi_index_search_texts(wanted int) returns int
language sql as $$
    with waiting as (
        select object, record_id from platform_searchtext
        where not indexed order by record_id limit wanted for update skip locked
    ),
    done as (
        update platform_searchtext t set indexed = true
        from waiting w where t.object = w.object and t.record_id = w.record_id
        returning 1
    )
    select count(*)::int from done
$$;
