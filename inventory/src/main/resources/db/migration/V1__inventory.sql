-- Products with their stock. One row each, because whoever sells one needs its price and its stock together.
create table products (
    id                  uuid        not null,
    name                text        not null,
    -- In minor units of the currency.
    unit_price          bigint      not null,
    currency            text        not null,
    on_hand             bigint      not null,
    reserved            bigint      not null default 0,
    low_stock_threshold bigint,
    -- Counts changes of any kind: the ETag.
    version             bigint      not null default 1,
    -- Counts events.
    sequence            bigint      not null default 0,
    created_at          timestamptz not null default clock_timestamp(),
    constraint products_pk primary key (id),
    constraint products_name_bounded check (char_length(name) between 1 and 200),
    constraint products_price_bounded check (unit_price between 0 and 1000000000000000),
    constraint products_currency_code check (currency ~ '^[A-Z]{3}$'),
    constraint products_threshold_bounded check (low_stock_threshold between 0 and 1000000000),
    -- The last line of defence: whatever the code believes, more than there is cannot be promised.
    constraint products_never_oversold check (reserved >= 0 and reserved <= on_hand and on_hand <= 1000000000)
    -- Room in the page for new versions of a hot row; no index has a column that changes, so none is touched.
) with (fillfactor = 50);

-- What is or was promised to each order.
create table reservations (
    order_id       uuid        not null,
    state          text        not null,
    expires_at     timestamptz,
    -- Counts changes: nobody overwrites one that he has not seen.
    version        bigint      not null,
    -- Counts events.
    sequence       bigint      not null,
    updated_at     timestamptz not null default clock_timestamp(),
    -- The story that it belongs to: what a timer does to it is logged as part of it.
    correlation_id text        not null,
    traceparent    text,
    constraint reservations_pk primary key (order_id),
    constraint reservations_state_known
        check (state in ('HELD', 'BOUND', 'COMMITTED', 'RELEASED', 'EXPIRED', 'TOMBSTONE')),
    constraint reservations_holds_expire check ((state = 'HELD') = (expires_at is not null))
) with (fillfactor = 70);
-- For the sweeper: only holds, so it stays as small as the number of orders that are being placed.
create index reservations_expiring on reservations (expires_at) where state = 'HELD';
-- For the clean-up.
create index reservations_finished on reservations (updated_at) where state not in ('HELD', 'BOUND');

-- For what, and at which promised price. Products are never deleted, and lines are written while theirs are locked, so
-- a foreign key to them would only cost.
create table reservation_lines (
    order_id   uuid   not null,
    product_id uuid   not null,
    quantity   bigint not null,
    unit_price bigint not null,
    currency   text   not null,
    constraint reservation_lines_pk primary key (order_id, product_id),
    constraint reservation_lines_of_reservation foreign key (order_id) references reservations on delete cascade,
    constraint reservation_lines_quantity_bounded check (quantity between 1 and 1000000000)
);

-- Answers to requests that must not have their effect twice, each written in the transaction of the effect.
create table idempotency_keys (
    key         text        not null,
    fingerprint text        not null,
    -- Null only inside the transaction that is working on it.
    status      int,
    product_id  uuid,
    version     bigint,
    body        text,
    created_at  timestamptz not null default clock_timestamp(),
    constraint idempotency_keys_pk primary key (key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
