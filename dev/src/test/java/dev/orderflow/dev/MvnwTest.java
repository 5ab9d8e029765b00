package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code mvnw} in a project of its own, with a JDK and a Maven that only tell how they are called. It asks for a Java
 * that does not exist, so that it takes none of this machine's.
 */
class MvnwTest {

    private static final List<String> TOOLS =
            List.of("cat", "chmod", "cp", "dirname", "head", "ls", "mkdir", "mv", "rm", "sed");

    private final Map<String, String> environment = new HashMap<>();

    private Path folder = Path.of("");
    private Path project = Path.of("");
    private Path bin = Path.of("");
    private Path home = Path.of("");

    private record Result(int code, String said) {}

    @BeforeEach
    void project(@TempDir Path temporary) throws IOException {
        folder = temporary.toRealPath();
        project = Files.createDirectories(folder.resolve("project"));
        bin = Files.createDirectories(folder.resolve("bin"));
        home = Files.createDirectories(folder.resolve("home"));
        environment.putAll(Map.of("PATH", bin.toString(), "HOME", home.toString()));
        for (var tool : TOOLS) {
            var real = Stream.of("/bin", "/usr/bin").map(place -> Path.of(place, tool));
            Files.createSymbolicLink(
                    bin.resolve(tool), real.filter(Files::exists).findFirst().orElseThrow());
        }
        var real = Files.readString(Project.here().root().resolve("mvnw"));
        script(project.resolve("mvnw"), real.replace("need_java=25", "need_java=99"));
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.createDirectories(project.resolve("order/src/main"));
        Files.writeString(project.resolve("order/pom.xml"), "<project/>");
        Files.createDirectories(project.resolve("docs"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".sdkman/candidates/java/99",
                ".asdf/installs/java/99",
                ".local/share/mise/installs/java/99",
                ".jdks/99",
                ".jdks/99.jdk/Contents/Home"
            })
    void findsAJdkThatIsNotOnThePath(String place) throws Exception {
        jdk(home.resolve(".jdks/17"), 17);
        jdk(home.resolve(place), 99);

        assertEquals(home.resolve(place) + "\n", mvnw(project, "--java-home").said());
    }

    @Test
    void takesTheNamedJdkUnlessItIsTooOld() throws Exception {
        jdk(home.resolve(".jdks/99"), 99);
        jdk(folder.resolve("named"), 100);
        environment.put("JAVA_HOME", folder.resolve("named").toString());
        assertEquals(
                folder.resolve("named") + "\n", mvnw(project, "--java-home").said());

        jdk(folder.resolve("named"), 98);

        assertEquals(
                home.resolve(".jdks/99") + "\n", mvnw(project, "--java-home").said());
    }

    @Test
    void followsTheLinksOfTheJavaOnThePath() throws Exception {
        jdk(folder.resolve("jdk"), 99);
        Files.createSymbolicLink(bin.resolve("alternative"), Path.of("../jdk/bin/java"));
        Files.createSymbolicLink(bin.resolve("java"), bin.resolve("alternative"));

        assertEquals(folder.resolve("jdk") + "\n", mvnw(project, "--java-home").said());
    }

    @Test
    void saysWhatToInstallWhenNothingIs() throws Exception {
        var withoutJava = mvnw(project, "verify");
        assertEquals(1, withoutJava.code());
        assertTrue(withoutJava.said().startsWith("mvnw: no JDK 99 or newer found"), withoutJava.said());

        jdk(home.resolve(".jdks/99"), 99);
        var withoutMaven = mvnw(project, "verify");

        assertEquals(1, withoutMaven.code());
        assertTrue(withoutMaven.said().startsWith("mvnw: no Maven found: install Maven 3.9"), withoutMaven.said());
        assertEquals(1, withoutMaven.said().lines().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.9.0", "3.10.1", "4.0.0"})
    void fetchesNothingWhenTheInstalledMavenIsNewEnough(String version) throws Exception {
        tools(version);

        assertEquals(0, mvnw(project, "test").code());

        assertEquals(List.of("-f " + project + "/pom.xml --no-transfer-progress test"), calls());
    }

    @Test
    void anOldMavenFetchesANewOneOnce() throws Exception {
        tools("3.8.7");

        var first = mvnw(project, "verify");
        assertEquals(0, first.code(), first.said());
        assertTrue(first.said().contains("too old for quarkus:dev; fetching 3.9.11"), first.said());
        assertTrue(calls().getFirst().contains("org.apache.maven:apache-maven:3.9.11:zip:bin"), "" + calls());
        var second = mvnw(project, "test");

        assertEquals("", second.said());
        assertEquals(3, calls().size(), "" + calls());
        assertTrue(calls().getLast().endsWith("with 3.9.11"), "" + calls());
    }

    @Test
    void inAServicesFolderItMeansThatService() throws Exception {
        tools("3.9.0");

        mvnw(project.resolve("order/src/main"), "test");

        assertEquals("-f " + project + "/pom.xml -pl order -am --no-transfer-progress test", calls().getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"project", "project/docs", "."})
    void everywhereElseItMeansTheWholeProject(String where) throws Exception {
        tools("3.9.0");

        mvnw(folder.resolve(where), "test");

        assertEquals("-f " + project + "/pom.xml --no-transfer-progress test", calls().getFirst());
    }

    @Test
    void verifiesThreeModulesAtATimeUnlessToldOtherwise() throws Exception {
        tools("3.9.0");

        mvnw(project, "-B", "verify");
        mvnw(project, "-T1", "verify");
        mvnw(project, "verify", "-Dnative");

        assertTrue(calls().get(0).endsWith("--no-transfer-progress -T3 -B verify"), "" + calls());
        assertTrue(calls().get(1).endsWith("--no-transfer-progress -T1 verify"), "" + calls());
        assertTrue(calls().get(2).endsWith("--no-transfer-progress verify -Dnative"), "" + calls());
    }

    @Test
    void developmentModeAsksForTheServersFirst() throws Exception {
        tools("3.9.0");

        var without = mvnw(project.resolve("order"), "quarkus:dev");
        assertEquals(1, without.code());
        assertEquals("mvnw: start ./run infra first: no PostgreSQL answers at localhost:15432\n", without.said());
        assertEquals(List.of(), calls());

        environment.put("ANSWERS", "0");
        mvnw(project.resolve("order"), "quarkus:dev");

        assertTrue(calls().getFirst().endsWith("-pl order -am --no-transfer-progress -P!checks quarkus:dev"));
    }

    @Test
    void developmentModeWithADatabaseOfItsOwnNeedsNoServers() throws Exception {
        tools("3.9.0");

        assertEquals(0, mvnw(project, "quarkus:dev", "-Ddatabase.port=5432").code());
    }

    private void tools(String maven) throws IOException {
        jdk(home.resolve(".jdks/99"), 99);
        script(bin.resolve("mvn"), """
                #!/bin/sh
                if [ "$1" = --version ]; then echo "Apache Maven VERSION (1)"; exit; fi
                echo "$*" >> FOLDER/calls
                for argument; do
                    case $argument in
                    -DoutputDirectory=*)
                        maven=${argument#*=}/apache-maven-3.9.11/bin
                        mkdir -p "$maven"
                        echo '#!/bin/sh' > "$maven/mvn"
                        echo 'echo "$* with 3.9.11" >> FOLDER/calls' >> "$maven/mvn"
                        ;;
                    esac
                done
                """.replace("VERSION", maven).replace("FOLDER", folder.toString()));
    }

    /** Its program for whether PostgreSQL answers is the environment's word. */
    private static void jdk(Path place, int version) throws IOException {
        script(place.resolve("bin/java"), """
                #!/bin/sh
                case "$*" in
                -version) echo 'openjdk version "VERSION.0.1" 2040-01-01' >&2 ;;
                *Answers.java*) exit "${ANSWERS:-1}" ;;
                esac
                """.replace("VERSION", "" + version));
        script(place.resolve("bin/javac"), "#!/bin/sh\n");
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private List<String> calls() throws IOException {
        var calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private Result mvnw(Path where, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(project.resolve("mvnw").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), said);
    }
}
