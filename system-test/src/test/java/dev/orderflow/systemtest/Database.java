package dev.orderflow.systemtest;

import dev.orderflow.dev.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A service's database, to look at what it has stored. */
final class Database {

    private final TestDatabase database;

    Database(int port, String name) {
        database = new TestDatabase(port, name);
    }

    /** Values by column; timestamps and the like as PostgreSQL's driver gives them. */
    record Row(Map<String, Object> values) {
        String text(String column) {
            return String.valueOf(values.get(column));
        }

        long number(String column) {
            return values.get(column) instanceof Number number ? number.longValue() : 0;
        }
    }

    List<Row> rows(String sql, Object... parameters) {
        try (var connection = database.connect();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (var result = statement.executeQuery()) {
                var rows = new ArrayList<Row>();
                var columns = result.getMetaData();
                while (result.next()) {
                    var values = new HashMap<String, Object>();
                    for (int c = 1; c <= columns.getColumnCount(); c++) {
                        var value = result.getObject(c);
                        if (value != null) {
                            values.put(columns.getColumnLabel(c), value);
                        }
                    }
                    rows.add(new Row(values));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of the first row. */
    long number(String sql, Object... parameters) {
        var values = rows(sql, parameters).getFirst().values().values();
        return ((Number) values.iterator().next()).longValue();
    }

    void execute(String sql) {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
