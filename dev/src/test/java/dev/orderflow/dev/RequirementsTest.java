package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequirementsTest {

    @Test
    void aTakenPortIsNamedWithWhoWantsIt() throws IOException {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ports = Map.of("order.http", other.getLocalPort(), "postgres", Ports.free());

            var failure = assertThrows(Failure.class, () -> Requirements.ports(ports, List.of("order", "postgres")));

            var told = String.valueOf(failure.getMessage());
            assertTrue(told.startsWith("port " + other.getLocalPort() + " (order http) taken"), told);
            assertEquals(1, told.lines().count());
        }
    }

    @Test
    void thePortOfAPartThatIsNotStartedMayBeTaken() throws IOException {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertDoesNotThrow(
                    () -> Requirements.ports(Map.of("order.http", other.getLocalPort()), List.of("postgres")));
        }
    }

    @Test
    void tooLittleMemoryOrDiskIsToldInFigures() {
        var memory = assertThrows(Failure.class, () -> Requirements.memory(1_800L << 20, 512L << 20));
        var disk = assertThrows(Failure.class, () -> Requirements.disk(500L << 20, 100L << 20));

        assertEquals("too little memory: 1800 MB are needed and 512 MB are free", memory.getMessage());
        assertEquals("too little disk: 500 MB are needed and 100 MB are free", disk.getMessage());
        assertDoesNotThrow(() -> Requirements.memory(1_800L << 20, 1_800L << 20));
    }
}
