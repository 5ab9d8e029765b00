-- The story that a reservation belongs to: what a timer does to it is logged as part of it. Absent in older rows.
alter table reservations
    add column correlation_id text,
    add column traceparent    text;
