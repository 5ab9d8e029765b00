package dev.orderflow.dev;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whom PostgreSQL's programs run as. They refuse to run as root; root therefore runs them in a user namespace, where
 * root's files still belong to them, or, where the kernel allows none, as an unprivileged user that is given the data.
 */
enum PostgresUser {
    SELF(""),
    NAMESPACE("unshare -U "),
    NOBODY("setpriv --reuid 65534 --regid 65534 --clear-groups ");

    private final String prefix;

    PostgresUser(String prefix) {
        this.prefix = prefix;
    }

    static PostgresUser current() {
        // initdb also refuses a user without a name, as some containers have them.
        if (new UnixSystem().getUid() != 0 && Processes.succeeds("id", "-un")) {
            return SELF;
        }
        if (NAMESPACE.works()) {
            return NAMESPACE;
        }
        if (NOBODY.works()) {
            return NOBODY;
        }
        throw new Failure(
                "PostgreSQL does not run as root, and this system offers neither user namespaces (unshare) nor "
                        + "setpriv: start as an ordinary user");
    }

    private boolean works() {
        return Processes.succeeds(command("true").toArray(String[]::new));
    }

    List<String> command(String... program) {
        var command = new ArrayList<String>();
        Stream.of(prefix.split(" ", -1)).filter(word -> !word.isEmpty()).forEach(command::add);
        command.addAll(List.of(program));
        return command;
    }

    /** Where the programs may lie: a user without a home must be able to reach them. */
    Path cache() {
        if (this == NOBODY) {
            return ours(Path.of("/var/tmp/orderflow"));
        }
        return Home.cache();
    }

    /** Where everybody may write, somebody else could have made it first, with programs of his own. */
    static Path ours(Path folder) {
        try {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder);
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            var found = Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            var owner = String.valueOf(Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS));
            var isOurs = owner.equals(Long.toString(new UnixSystem().getUid()));
            var isOpen = found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                    || found.permissions().contains(PosixFilePermission.OTHERS_WRITE);
            if (!found.isDirectory() || !isOurs || isOpen) {
                throw new Failure("others may have written to " + folder + ": remove it, and start again");
            }
            return folder;
        } catch (IOException e) {
            throw new Failure("cannot use " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Gives the folder and all in it to this user. */
    void own(Path folder) {
        if (this != NOBODY) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.setAttribute(file, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!Processes.succeeds(command("test", "-w", folder.toString()).toArray(String[]::new))) {
            throw new Failure("PostgreSQL cannot run as root here, and an unprivileged user cannot reach " + folder
                    + ": move the project to a folder that everybody may enter, or start as an ordinary user");
        }
    }
}
