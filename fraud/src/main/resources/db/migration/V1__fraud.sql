-- What is known of a customer, rolled up: a row per customer, however many orders they have.
create table customers (
    customer_id      text        not null constraint customers_pk primary key,
    confirmed_orders bigint      not null default 0,
    confirmed_units  bigint      not null default 0,
    cancelled_orders bigint      not null default 0,
    last_order_at    timestamptz not null
);
create index customers_last_order on customers (last_order_at);

-- One per order, made once. Also the customer's history order by order: velocity counts these rows.
create table assessments (
    order_id        uuid        not null constraint assessments_pk primary key,
    customer_id     text        not null,
    total_minor     bigint      not null,
    currency        text        not null,
    units           bigint      not null,
    placed_at       timestamptz not null,
    score           integer     not null constraint assessments_score check (score between 0 and 100),
    reasons         text        not null, -- JSON: [{code, points, detail}]
    verdict         text        not null constraint assessments_verdict check (verdict in ('cleared', 'rejected', 'review')),
    order_state     text        not null default 'placed'
        constraint assessments_order_state check (order_state in ('placed', 'confirmed', 'cancelled')),
    assessed_at     timestamptz not null,
    decision        text        constraint assessments_decision check (decision in ('clear', 'reject')),
    decision_reason text,
    decided_at      timestamptz,
    -- version counts every change of the row, sequence its events.
    version         bigint      not null default 1,
    sequence        bigint      not null default 1,
    -- The story that a decision, days later, still belongs to.
    correlation_id  text        not null,
    traceparent     text
);
create index assessments_placements on assessments (customer_id, placed_at);
create index assessments_verdicts on assessments (verdict, order_id);
create index assessments_assessed on assessments (assessed_at);

-- Who gave which contact. It holds no more customers of one contact than the rule has to tell apart.
create table contact_customers (
    contact_ref  text        not null,
    customer_id  text        not null,
    last_seen_at timestamptz not null,
    constraint contact_customers_pk primary key (contact_ref, customer_id)
);
create index contact_customers_last_seen on contact_customers (last_seen_at);

-- Customers whose orders are rejected, besides those of fraud.blocklist.customers. Kept by the operator.
create table blocked_customers (
    customer_id text        not null constraint blocked_customers_pk primary key,
    reason      text        not null,
    blocked_at  timestamptz not null default now()
);
