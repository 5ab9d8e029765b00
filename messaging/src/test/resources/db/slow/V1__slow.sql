-- Longer than a session of the application's role may idle in a transaction.
select pg_sleep(7);
