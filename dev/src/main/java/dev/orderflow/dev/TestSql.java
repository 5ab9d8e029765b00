package dev.orderflow.dev;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** Looks into the database of the service under test, and takes it away. */
public final class TestSql {

    private final DataSource database;

    public TestSql(DataSource database) {
        this.database = database;
    }

    /** Rows as text, columns separated by a space. */
    public List<String> query(String sql) {
        return with(connection -> {
            try (var statement = connection.createStatement();
                    var found = statement.executeQuery(sql)) {
                List<String> rows = new ArrayList<>();
                while (found.next()) {
                    List<String> row = new ArrayList<>();
                    for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
                        row.add(String.valueOf(found.getString(column)));
                    }
                    rows.add(String.join(" ", row));
                }
                return rows;
            }
        });
    }

    public void execute(String sql) {
        with(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** While the server ends the service's sessions, not the test's, and takes no new one, as one that is overrun does. */
    public <T> T whileAway(Callable<T> action) throws Exception {
        var name = query("select current_database()").getFirst();
        var elsewhere = new TestDatabase(TestServers.postgresPort(), "order");
        elsewhere.execute("alter database " + name + " connection limit 0");
        try {
            elsewhere.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name
                    + "' and application_name not like '%JDBC%'");
            return action.call();
        } finally {
            elsewhere.execute("alter database " + name + " connection limit -1");
        }
    }

    /** While somebody else holds the table's lock, so that every statement on it waits. */
    public <T> T whileLocked(String table, Callable<T> action) throws Exception {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table " + table + " in access exclusive mode");
            try {
                return action.call();
            } finally {
                connection.rollback();
            }
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T with(Work<T> work) {
        try (var connection = database.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
