package dev.orderflow.systemtest.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.orderflow.dev.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README's table of what is fixed when a service is built: what it names, the services that it names declare. */
class BuildTimeTableTest {

    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern IN_POM = Pattern.compile("<(quarkus\\.[^>]+)>");

    @Test
    void namesWhatTheServicesDeclare() throws IOException {
        var readme = Files.readString(Overlay.ROOT.resolve("k8s/README.md"));
        var rows = readme.substring(readme.indexOf("### Build-time configuration"))
                .lines()
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertFalse(rows.isEmpty());
        assertEquals(Set.of(), wrong(rows));
    }

    @Test
    void noticesAPropertyThatNobodyDeclares() throws IOException {
        assertEquals(
                Layout.SERVICES.size(),
                wrong(List.of("| `quarkus.management.enabeld` | `true` | all |"))
                        .size());
    }

    @Test
    void noticesAServiceThatIsMissing() throws IOException {
        assertEquals(
                Set.of("notification: quarkus.jackson.serialization-inclusion"),
                wrong(List.of("| `quarkus.jackson.serialization-inclusion` | `non_null` | order |")));
    }

    private static Set<String> wrong(List<String> rows) throws IOException {
        var wrong = new TreeSet<String>();
        var built = matches(IN_POM, Files.readString(Overlay.ROOT.resolve("pom.xml")));
        for (var service : Layout.SERVICES) {
            var declared = DeclaredProperties.of(Overlay.ROOT, service);
            declared.addAll(built);
            for (var row : rows) {
                var cells = row.split("\\|", -1);
                matches(QUOTED, cells[1]).stream()
                        .filter(property -> declares(declared, property) != isAbout(cells[3], service))
                        .forEach(property -> wrong.add(service + ": " + property));
            }
        }
        return wrong;
    }

    private static Set<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    /** All, all but these, or these. */
    private static boolean isAbout(String services, String service) {
        return services.strip().startsWith("all") ? !services.contains("but " + service) : services.contains(service);
    }

    /** The table has a star for an end, and leaves keys in quotes out. */
    private static boolean declares(Set<String> declared, String property) {
        return declared.stream()
                .anyMatch(name -> property.endsWith("*")
                        ? name.startsWith(property.substring(0, property.length() - 1))
                        : name.equals(property) || name.startsWith(property + ".\""));
    }
}
