package dev.orderflow.dev;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;

/** A database of a test: its coordinates as services take them. */
public record TestDatabase(int port, String name) {

    public Map<String, String> properties() {
        return Map.of(
                "database.host",
                "localhost",
                "database.port",
                Integer.toString(port),
                "database.name",
                name,
                "database.user",
                PostgresServer.USER,
                "database.password",
                PostgresServer.PASSWORD);
    }

    /** A connection of its own, whose transactions may idle and last as long as a test likes; the caller closes it. */
    public Connection connect() {
        try {
            var login = new Properties();
            login.setProperty("user", PostgresServer.USER);
            login.setProperty("password", PostgresServer.PASSWORD);
            login.setProperty("options", "-c idle_in_transaction_session_timeout=0 -c transaction_timeout=0");
            return driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/" + name, login);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not through DriverManager, which hides drivers from other class loaders. */
    private static Driver driver() {
        return ServiceLoader.load(Driver.class, TestDatabase.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(driver -> driver.getClass().getName().startsWith("org.postgresql."))
                .findFirst()
                .orElseThrow();
    }

    void execute(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
