create table things (id text primary key, sequence bigint not null);
create table effects (id bigint generated always as identity, aggregate text not null, event_id uuid not null, note text);
