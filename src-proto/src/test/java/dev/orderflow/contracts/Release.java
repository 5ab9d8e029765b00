package dev.orderflow.contracts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the contracts of the working copy the released ones; refuses when they break those released before. */
public final class Release {

    private Release() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        if (Files.exists(folder.resolve("released"))) {
            List<String> violations = Compatibility.violations(
                    Promises.of(Contracts.released(folder)), Promises.of(Contracts.current(folder)));
            if (!violations.isEmpty()) {
                throw new IllegalStateException("not released, this breaks what was released before:\n"
                        + String.join("\n", violations) + "\nsrc-proto/README.md says what to do instead");
            }
        }
        Contracts.release(folder);
    }
}
