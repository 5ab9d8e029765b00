package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void tooLittleMemoryIsToldInFigures() {
        var memory = assertThrows(Failure.class, () -> Requirements.memory(1_800L << 20, 512L << 20));

        assertEquals("too little memory: 1800 MB are needed and 512 MB are free", memory.getMessage());
        assertDoesNotThrow(() -> Requirements.memory(1_800L << 20, 1_800L << 20));
    }

    /** With a home of its own the disk of the sources is not where the data go. */
    @Test
    void eachDiskMustHaveRoomForWhatIsMadeOnIt(@TempDir Path folder) throws IOException {
        var home = new Home(Path.of("/src"), folder);
        var app = Files.createDirectory(home.app());
        var full = assertThrows(Failure.class, () -> Requirements.disks(home, free(folder, 100)));
        assertEquals("too little disk for " + folder + ": 500 MB are needed and 100 MB are free", full.getMessage());
        assertDoesNotThrow(() -> Requirements.disks(home, free(home.root(), 100)));

        Files.delete(app);

        var unbuilt = assertThrows(Failure.class, () -> Requirements.disks(home, free(home.root(), 100)));
        assertEquals("too little disk for /src: 1500 MB are needed and 100 MB are free", unbuilt.getMessage());
    }

    /** So many MB below this folder, and enough everywhere else. */
    private static ToLongFunction<Path> free(Path folder, long megabytes) {
        return asked -> asked.equals(folder) ? megabytes << 20 : Long.MAX_VALUE;
    }
}
