-- What Debezium needs in the service's database: run it there, as a superuser, before the slot is created. The service's own
-- role has no such right and needs none.

-- Reading the log is a right over the whole server; reading the table is not needed, since the rows come with the log.
create role debezium login replication password 'CHANGE-ME';
-- Nobody but the owner may connect without this.
grant connect on database "order" to debezium;

-- Only rows that come: what the relay deletes, or marks as refused, is no event.
create publication outbox for table outbox with (publish = 'insert');
