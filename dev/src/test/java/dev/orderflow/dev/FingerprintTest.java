package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {

    @TempDir
    Path root;

    @BeforeEach
    void sources() throws IOException {
        write("pom.xml", "<project/>");
        write("order/pom.xml", "<project/>");
        write("order/src/main/java/Order.java", "class Order {}");
        write("fraud/src/main/java/Fraud.java", "class Fraud {}");
    }

    @Test
    void staysTheSameWhenOnlyTimesChange() throws IOException {
        var before = fingerprint();

        Files.setLastModifiedTime(root.resolve("pom.xml"), FileTime.fromMillis(42));

        assertEquals(before, fingerprint());
    }

    @Test
    void changesWithTheContentOfASource() throws IOException {
        var before = fingerprint();

        write("order/src/main/java/Order.java", "class Order { }");

        assertNotEquals(before, fingerprint());
    }

    @Test
    void changesWhenASourceIsRenamedOrDeleted() throws IOException {
        var before = fingerprint();

        Files.move(root.resolve("order/src/main/java/Order.java"), root.resolve("order/src/main/java/Other.java"));
        var renamed = fingerprint();
        Files.delete(root.resolve("order/src/main/java/Other.java"));

        assertNotEquals(before, renamed);
        assertNotEquals(renamed, fingerprint());
    }

    @Test
    void ignoresTestsAndWhatIsBuiltAndOtherModules() throws IOException {
        var before = fingerprint();

        write("order/src/test/java/OrderTest.java", "class OrderTest {}");
        write("order/target/classes/Order.class", "...");
        write("src-proto/target/something", "...");
        write("fraud/src/main/java/Fraud.java", "class Fraud { }");

        assertEquals(before, fingerprint());
    }

    @Test
    void changesWithAContractThatTheServicesAreGeneratedFrom() throws IOException {
        var before = fingerprint();

        write("src-proto/orderflow/order.proto", "syntax = \"proto3\";");

        assertNotEquals(before, fingerprint());
    }

    private String fingerprint() {
        return Fingerprint.of(root, List.of("order"));
    }

    private void write(String file, String text) throws IOException {
        var path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
