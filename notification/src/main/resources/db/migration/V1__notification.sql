-- One row for each thing that somebody is told. Written by the consumer, worked off by the sender.
create table notification (
    id                uuid        not null,
    -- Insertion order: what is told first of one order, and where a page ends.
    number            bigint      generated always as identity (cache 1),
    -- placed, confirmed, cancelled, low_stock
    occasion          text        not null,
    -- The order that it tells of; of low stock, the event. Together with the occasion: once.
    subject_id        uuid        not null,
    order_id          uuid,
    -- The event's body, which the message is made of.
    body              bytea       not null,
    delivery          text        not null default 'waiting',
    attempt           int         not null default 0,
    -- When it may be claimed. A claim moves it by a lease, a failed attempt by a wait; the database's clock counts.
    due_at            timestamptz not null default clock_timestamp(),
    -- Masked: a***@example.com.
    recipient         text,
    -- Why it was skipped or failed.
    reason            text,
    created_at        timestamptz not null default clock_timestamp(),
    finished_at       timestamptz,
    -- Number of events published about it.
    sequence          bigint      not null default 0,
    correlation_id    text        not null,
    causation_id      uuid        not null,
    traceparent       text,
    constraint notification_pk primary key (id),
    constraint notification_once unique (occasion, subject_id),
    constraint notification_occasion check (occasion in ('placed', 'confirmed', 'cancelled', 'low_stock')),
    constraint notification_delivery check (delivery in ('waiting', 'sent', 'skipped', 'failed')),
    constraint notification_finished check ((delivery = 'waiting') = (finished_at is null))
);

-- What the sender looks for. Rows leave it when they are finished, so it stays as small as the queue.
create index notification_due on notification (due_at) where delivery = 'waiting';
create index notification_of_order on notification (order_id, number);
-- Pages, one index for each filter.
create unique index notification_number on notification (number);
create index notification_by_delivery on notification (delivery, number);
create index notification_by_occasion on notification (occasion, number);
-- What the clean-up looks for: what finished long ago.
create index notification_finished_at on notification (finished_at) where finished_at is not null;
