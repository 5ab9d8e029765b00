-- Outbox, inbox and parked records of one service. Runs again whenever this file changes, so every statement is one
-- that may be repeated.

-- Events that are not yet on Kafka: a row is there until the broker has acknowledged it. The names that have no
-- underscore are those that Debezium's outbox event router expects.
create table if not exists outbox (
    -- Given out one by one (cache 1): whoever holds the aggregate's lock gets a higher id than everybody before.
    id            bigint generated always as identity (cache 1),
    -- CRC-32 of the aggregate's id modulo 64: what one relay owns at a time.
    bucket        smallint    not null check (bucket between 0 and 63),
    topic         text        not null,
    aggregatetype text        not null,
    aggregateid   text        not null,
    sequence      bigint      not null,
    type          text        not null,
    -- Null means that the record has no value.
    payload       bytea,
    event_id      uuid        not null,
    event_version text        not null,
    source        text        not null,
    occurred_at   timestamptz not null,
    correlationid text        not null,
    causationid   uuid,
    traceparent   text,
    -- Set for copies of dead letters only: all headers of the record, encoded, in place of those made of the columns.
    headers       bytea,
    created_at    timestamptz not null default clock_timestamp(),
    constraint outbox_pk primary key (bucket, id),
    constraint outbox_sequence_once unique (aggregatetype, aggregateid, sequence)
);
-- Why Kafka did not take a row, how often, and until when it and those behind it wait.
alter table outbox add column if not exists refusal text, add column if not exists refusals int,
    add column if not exists retry_at timestamptz;
-- Where the event's schema is, as its header says it: Debezium can pass a column on, not make one of two. Filled by the
-- append and not generated: that would rewrite a table in which millions may wait, and PostgreSQL 17 publishes no such
-- column. Null in rows that were there before.
alter table outbox add column if not exists dataschema text;
create index if not exists outbox_refused on outbox (aggregatetype, aggregateid) where retry_at is not null;
-- A queue: rows come and go all the time, so it is vacuumed by count and not by share of a size that varies.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Events that Kafka refused and an operator gave up: what they were, when and why. Kept as long as inbox marks.
create table if not exists skipped (
    event_id      uuid        not null,
    type          text        not null,
    topic         text        not null,
    aggregatetype text        not null,
    aggregateid   text        not null,
    sequence      bigint      not null,
    payload       bytea,
    event_version text        not null,
    source        text        not null,
    occurred_at   timestamptz not null,
    correlationid text        not null,
    causationid   uuid,
    traceparent   text,
    headers       bytea,
    refusal       text        not null,
    reason        text        not null,
    skipped_at    timestamptz not null default clock_timestamp(),
    constraint skipped_pk primary key (event_id)
);
create index if not exists skipped_by_age on skipped (skipped_at);

-- What each consumer has seen. The day is that of the identity (the time inside a UUIDv7), not that of the receipt: a
-- repeat has to meet its first delivery in the same partition, for uniqueness holds within one only.
create table if not exists inbox (
    day         date        not null,
    consumer    text        not null,
    identity    text        not null,
    received_at timestamptz not null default clock_timestamp(),
    constraint inbox_pk primary key (consumer, identity, day)
) partition by range (day);
-- Takes what no daily partition takes: identities without a time, nonsense times, days that were not prepared.
create table if not exists inbox_default partition of inbox default;

-- Keys of which a record could not be applied: their later records wait behind it. The row is the lock that consumer
-- and redrive share; it goes together with the key's last parked record.
create table if not exists parked_key (
    consumer text        not null,
    key      bytea       not null,
    since    timestamptz not null default clock_timestamp(),
    constraint parked_key_pk primary key (consumer, key)
);

-- Those records, byte for byte as they came.
create table if not exists parked (
    id               bigint generated always as identity (cache 1),
    consumer         text        not null,
    key              bytea       not null,
    identity         text        not null,
    -- Null where the record has none; "key" is what its order is kept by and is never null.
    record_key       bytea,
    record_value     bytea,
    headers          bytea       not null,
    topic            text        not null,
    partition_number int         not null,
    record_offset    bigint      not null,
    record_timestamp timestamptz not null,
    reason           text        not null,
    attempts         int         not null,
    parked_at        timestamptz not null default clock_timestamp(),
    constraint parked_pk primary key (id),
    constraint parked_once unique (consumer, identity),
    constraint parked_behind_key foreign key (consumer, key) references parked_key (consumer, key)
);
create index if not exists parked_in_order on parked (consumer, key, id);

-- Parked records that an operator gave up: what they were, when and why. Kept as long as inbox marks.
create table if not exists discarded (
    id               bigint      not null, -- the one that it had in "parked"
    consumer         text        not null,
    key              bytea       not null,
    identity         text        not null,
    record_key       bytea,
    record_value     bytea,
    headers          bytea       not null,
    topic            text        not null,
    partition_number int         not null,
    record_offset    bigint      not null,
    record_timestamp timestamptz not null,
    parked_reason    text        not null,
    attempts         int         not null,
    parked_at        timestamptz not null,
    reason           text        not null,
    discarded_at     timestamptz not null default clock_timestamp(),
    constraint discarded_pk primary key (id)
);
create index if not exists discarded_by_age on discarded (discarded_at);

-- What follows is called by every replica at any time, each call a short transaction of its own. Whoever inserts queues
-- behind a lock that is waited for, so none is waited for longer than a second: the caller comes again.

-- Serves forgetting, which is done in batches.
create index if not exists inbox_default_received on inbox_default (received_at);

-- Prepares the partition of a day; false when there is nothing to do. A day whose rows already went to the default
-- partition stays there. Attaching, unlike creating in place, lets those go on who insert into other partitions.
create or replace function inbox_prepare(that_day date) returns boolean language plpgsql set lock_timeout = '1s' as $$
declare
    partition text := 'inbox_' || to_char(that_day, 'YYYYMMDD');
begin
    perform pg_advisory_xact_lock(hashtext('orderflow.inbox_prepare'));
    if to_regclass(partition) is not null or exists (select from inbox_default where day = that_day) then
        return false;
    end if;
    execute format('create table %I (like inbox including all)', partition);
    -- Asked for the newest receipt only; next to nothing to keep, for receipts come in the order of time.
    execute format('create index on %I using brin (received_at) with (autosummarize = on)', partition);
    execute format('alter table inbox attach partition %I for values from (%L) to (%L)',
        partition, that_day, that_day + 1);
    return true;
end
$$;

-- Drops the partition of a day that nothing was received into for "keep"; false when it has to stay. Judged by the
-- newest receipt and never by the partition's day: an old event may have arrived a minute ago.
create or replace function inbox_drop(partition text, keep interval) returns boolean
    language plpgsql set lock_timeout = '1s' as $$
declare
    looking constant text := format('select exists (select from %I where received_at > now() - %L::interval)',
        partition, keep);
    in_use  boolean;
begin
    if to_regclass(partition) is null then
        return false;
    end if;
    execute looking into in_use; -- in most cases that was all, and nothing was locked
    if in_use then
        return false;
    end if;
    -- Nothing may be received between looking and dropping. The parent first, in the order of those who insert.
    lock table only inbox in access exclusive mode;
    if to_regclass(partition) is null then
        return false;
    end if;
    execute looking into in_use;
    if not in_use then
        execute format('drop table %I', partition);
    end if;
    return not in_use;
end
$$;
