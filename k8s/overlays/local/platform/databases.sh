# One role and one database for each service, of which nobody else can connect to it. The image's entry point reads this
# when it makes the data, and never again.
for service in order inventory notification fraud analytics; do
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set service="$service" --set password="$(cat "/etc/orderflow/databases/$service")" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
-- A service that hangs must not hold locks for ever.
ALTER ROLE :"service" SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE :"service" SET transaction_timeout = '30s';
ALTER ROLE :"service" SET lock_timeout = '5s';
CREATE DATABASE :"service" OWNER :"service";
REVOKE CONNECT ON DATABASE :"service" FROM PUBLIC;
SQL
done
