-- What the clean-up looks for: what finished long ago.
create index notification_finished_at on notification (finished_at) where finished_at is not null;
