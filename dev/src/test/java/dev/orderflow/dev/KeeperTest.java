package dev.orderflow.dev;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperTest {

    @TempDir
    Path folder;

    private final Journal journal = new Journal();
    private Keeper keeper = new Keeper(new Shell("true"), journal);

    /** A part that is a shell command; it is ready once it has written the file {@code ready}. */
    private final class Shell extends Part {

        private final String command;

        Shell(String command) {
            super("shell", Path.of("target/keeper-test.log"));
            this.command = command;
        }

        @Override
        List<String> prepare() {
            return List.of("sh", "-c", command, folder.toString());
        }

        @Override
        boolean isReady(long pid) {
            return Files.exists(folder.resolve("ready"));
        }
    }

    @AfterEach
    void stop() {
        keeper.stop();
    }

    @Test
    void aPartThatIsKilledIsStartedAgain() {
        keeper = new Keeper(new Shell("touch $0/ready; exec sleep 600"), journal);
        keeper.start();
        await().until(() -> keeper.state() == Keeper.State.READY);
        var first = keeper.part().pid();

        keeper.kill();

        await().until(() -> keeper.part().isAlive() && keeper.part().pid() != first);
        assertTrue(lines().contains("ended (killed); it is started again in 1 s"), lines());
        assertEquals(0, keeper.failures());
    }

    @Test
    void aPartThatIsStoppedStaysDownUntilItIsStarted() {
        keeper = new Keeper(new Shell("touch $0/ready; exec sleep 600"), journal);
        keeper.start();
        await().until(() -> keeper.state() == Keeper.State.READY);
        var first = keeper.part().pid();

        keeper.stop();
        assertEquals(Keeper.State.STOPPED, keeper.state());
        assertFalse(keeper.part().isAlive());

        keeper.start();
        await().until(() -> keeper.state() == Keeper.State.READY);
        assertNotEquals(first, keeper.part().pid());
    }

    @Test
    void aPartThatDoesNotComeUpIsTriedAgainLaterEachTime() {
        keeper = new Keeper(new Shell("exit 7"), journal);

        keeper.start();

        await().until(() -> keeper.failures() == 2);
        assertTrue(lines().contains("ended (exit code 7); it is started again in 1 s"), lines());
        await().until(() -> lines().contains("it is started again in 2 s"));
    }

    @Test
    void aStopDuringThePauseEndsIt() {
        keeper = new Keeper(new Shell("exit 7"), journal);
        keeper.start();
        await().until(() -> keeper.state() == Keeper.State.WAITING);

        keeper.stop();

        assertEquals(Keeper.State.STOPPED, keeper.state());
    }

    @Test
    void aStartInTheMiddleOfAStopComesAfterIt() throws Exception {
        var stubborn = "trap 'touch $0/told; while [ ! -e $0/go ]; do sleep 0.1; done; exit 0' TERM; echo x >> $0/runs;"
                + " touch $0/ready; while :; do sleep 0.1; done";
        keeper = new Keeper(new Shell(stubborn), journal);
        keeper.start();
        await().until(() -> keeper.state() == Keeper.State.READY);
        var first = ProcessHandle.of(keeper.part().pid()).orElseThrow();
        var stop = Thread.ofVirtual().start(keeper::stop);
        await().until(() -> Files.exists(folder.resolve("told")));

        var start = Thread.ofVirtual().start(keeper::start);
        await().until(() -> start.getState() == Thread.State.WAITING);
        Files.createFile(folder.resolve("go"));
        stop.join();
        start.join();

        await().until(() -> keeper.state() == Keeper.State.READY);
        assertFalse(first.isAlive());
        assertEquals(2, Files.readAllLines(folder.resolve("runs")).size());
    }

    @Test
    void oneThatIsClosedIsNotStartedAnyMore() {
        keeper = new Keeper(new Shell("touch $0/ready; exec sleep 600"), journal);
        keeper.close();

        keeper.start();

        assertEquals(Keeper.State.STOPPED, keeper.state());
        assertFalse(keeper.part().isAlive());
    }

    private String lines() {
        return String.join("\n", journal.from(0));
    }
}
