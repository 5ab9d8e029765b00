package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresUserTest {

    @TempDir
    Path folder;

    @Test
    void programsAreKeptInAFolderThatEverybodyMayEnterAndOnlyWeMayWriteTo() throws IOException {
        var cache = PostgresUser.ours(folder.resolve("cache"));

        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)));
        assertEquals(cache, PostgresUser.ours(cache));
    }

    @Test
    void aFolderThatOthersMayHaveFilledIsRefused() throws IOException {
        var open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        var link = Files.createSymbolicLink(folder.resolve("link"), PostgresUser.ours(folder.resolve("cache")));

        assertThrows(Failure.class, () -> PostgresUser.ours(open));
        assertThrows(Failure.class, () -> PostgresUser.ours(link));
        assertThrows(Failure.class, () -> PostgresUser.ours(ofSomebodyElse()));
    }

    /** Only root can give a folder away, and only to others the root folder is not their own. */
    private Path ofSomebodyElse() throws IOException {
        if (new UnixSystem().getUid() != 0) {
            return Path.of("/");
        }
        var given = Files.createDirectory(folder.resolve("given"));
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(given, "unix:uid", 65534);
        return given;
    }
}
