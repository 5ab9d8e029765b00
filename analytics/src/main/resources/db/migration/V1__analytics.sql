-- Every event that was received, append only. By the day of its receipt, so that the oldest go as whole partitions.
create sequence events_id cache 1;
create table events (
    received_on    date        not null, -- UTC
    id             bigint      not null default nextval('events_id'),
    event_id       uuid        not null,
    event_type     text        not null,
    event_version  text        not null,
    source         text        not null,
    aggregate_id   text        not null,
    sequence       bigint      not null,
    occurred_at    timestamptz not null,
    received_at    timestamptz not null,
    correlation_id text        not null,
    traceparent    text,
    order_id       uuid, -- the order that it is about; none for events of products
    -- As it came, byte for byte: jsonb would reorder it and refuse an escaped NUL.
    body           text        not null constraint events_body check (body is json object),
    constraint events_pk primary key (received_on, id)
) partition by range (received_on);
create index events_of_order on events (order_id, id);
create index events_of_type on events (event_type, id);
create index events_by_id on events (id);
-- Takes the days that were not prepared.
create table events_default partition of events default;

-- What follows are sums over the set of events: their order does not matter, and the inbox lets each one in once.

-- By the minute in which it happened (UTC). "detail" tells apart what is not to be added up: the currency of
-- order.placed and order.confirmed, the reason of order.cancelled and notification.failed; otherwise it is empty.
create table minutes (
    minute     timestamptz    not null,
    event_type text           not null,
    detail     text           not null,
    events     bigint         not null,
    amount     numeric(38, 0) not null, -- totals of the orders in minor units; 0 where there is no currency
    constraint minutes_pk primary key (minute, event_type, detail)
);

-- The same over all time: a row per type and detail, also when the minutes are long gone.
create table totals (
    event_type text           not null,
    detail     text           not null,
    events     bigint         not null,
    amount     numeric(38, 0) not null,
    last_at    timestamptz    not null,
    constraint totals_pk primary key (event_type, detail)
);

create table products (
    product_id      uuid   not null constraint products_pk primary key,
    name            text   not null default '',
    named_at        timestamptz not null default '-infinity', -- the event that the name is from: the latest names
    units_ordered   bigint not null default 0,
    units_confirmed bigint not null default 0,
    units_cancelled bigint not null default 0,
    units_reserved  bigint not null default 0,
    units_committed bigint not null default 0,
    units_released  bigint not null default 0,
    units_lost      bigint not null default 0, -- of reservations that were lost
    units_restocked bigint not null default 0,
    low_stock       bigint not null default 0 -- how often stock was said to be low
);
create index products_by_ordered on products (units_ordered desc, product_id);
create index products_by_confirmed on products (units_confirmed desc, product_id);
create index products_by_name on products (name, product_id);

create table product_revenues (
    product_id uuid           not null,
    currency   text           not null,
    ordered    numeric(38, 0) not null, -- minor units, of order.placed
    confirmed  numeric(38, 0) not null, -- minor units, of order.confirmed
    constraint product_revenues_pk primary key (product_id, currency)
);

-- Prepares the partitions of today and the days after, and drops those whose events were all received before "oldest".
create function events_maintain(oldest date) returns void language plpgsql as $$
declare
    that_day date;
    part     record;
begin
    -- One replica at a time; the others have nothing to add.
    if not pg_try_advisory_xact_lock(hashtext('orderflow.events_maintain')) then
        return;
    end if;
    for days in 0..3 loop
        that_day := (now() at time zone 'UTC')::date + days;
        -- A day that began in the default partition ends there.
        if to_regclass('events_' || to_char(that_day, 'YYYYMMDD')) is null
           and not exists (select from events_default where received_on = that_day) then
            execute format('create table %I partition of events for values from (%L) to (%L)',
                'events_' || to_char(that_day, 'YYYYMMDD'), that_day, that_day + 1);
        end if;
    end loop;
    for part in
        select c.oid::regclass as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'events'::regclass and c.relname ~ '^events_\d{8}$'
          and c.relname < 'events_' || to_char(oldest, 'YYYYMMDD')
        order by c.relname
    loop
        execute format('drop table %s', part.name);
    end loop;
    delete from events_default where received_on < oldest;
end
$$;
select events_maintain('-infinity');
