-- One row per idempotency key of a caller: the arbiter between attempts to place an order under it.
create table order_claims (
    caller          text        not null,
    idempotency_key text        not null,
    fingerprint     text        not null,
    order_id        uuid        not null,
    attempt         int         not null,
    lease_until     timestamptz not null,
    state           text        not null,
    answer_status   int,
    answer          text,
    created_at      timestamptz not null default now(),
    constraint order_claims_pkey primary key (caller, idempotency_key),
    constraint order_claims_state check (state in ('RUNNING', 'DONE', 'ABANDONED')),
    constraint order_claims_answer check ((state = 'DONE') = (answer is not null and answer_status is not null))
);

create table orders (
    id              uuid        not null,
    -- The key that it was placed with, for ever: deduplication outlives the claim.
    caller          text        not null,
    idempotency_key text        not null,
    fingerprint     text        not null,
    customer_id     text        not null,
    total           bigint      not null,
    currency        text        not null,
    placed_at       timestamptz not null,
    state           text        not null,
    cleared         boolean     not null,
    bound           boolean     not null,
    under_review    boolean     not null,
    cancel_reason   text,
    deadline_at     timestamptz not null,
    -- When the hold is to be extended next; no meaning once the stock is bound or the order is decided.
    hold_due_at     timestamptz not null,
    version         bigint      not null,
    sequence        bigint      not null,
    -- The story that timers continue.
    correlation_id  text        not null,
    traceparent     text,
    constraint orders_pkey primary key (id),
    constraint orders_idempotency_key unique (caller, idempotency_key),
    constraint orders_state check (state in ('PENDING', 'CONFIRMED', 'CANCELLED')),
    constraint orders_confirmed check (state <> 'CONFIRMED' or (cleared and bound)),
    constraint orders_cancelled check ((state = 'CANCELLED') = (cancel_reason is not null))
);

create index orders_of_customer on orders (customer_id, id desc);
-- Only undecided orders have timers, so both stay small however many orders are stored.
create index orders_deadline on orders (deadline_at) where state = 'PENDING';
create index orders_hold_due on orders (hold_due_at) where state = 'PENDING' and not bound;

create table order_lines (
    order_id   uuid   not null,
    position   int    not null,
    product_id text   not null,
    quantity   bigint not null,
    unit_price bigint not null,
    constraint order_lines_pkey primary key (order_id, position),
    constraint order_lines_order foreign key (order_id) references orders (id),
    constraint order_lines_quantity check (quantity > 0)
);

-- Apart from the order, so that it can be erased without touching it.
create table order_contacts (
    order_id uuid not null,
    email    text,
    phone    text,
    constraint order_contacts_pkey primary key (order_id),
    constraint order_contacts_order foreign key (order_id) references orders (id)
);
