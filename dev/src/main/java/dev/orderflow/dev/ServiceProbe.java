package dev.orderflow.dev;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks a service for its readiness. */
record ServiceProbe(int managementPort) {

    boolean isReady() {
        try {
            var probe = URI.create("http://127.0.0.1:" + managementPort + "/q/health/ready")
                    .toURL();
            var connection = (HttpURLConnection) probe.openConnection();
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(5_000);
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }
}
