package dev.orderflow.dev;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** The terminal's session: who leaves it gets no Ctrl-C and survives the terminal. */
final class Session {

    private Session() {}

    /** Calls setsid(2), because macOS has no program for it. */
    @SuppressWarnings("restricted") // a function without arguments of the C library
    static void leave() {
        var linker = Linker.nativeLinker();
        var setsid = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setsid"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
        try {
            var session = (int) setsid.invokeExact();
            if (session < 0) {
                System.err.println("still in the terminal's session");
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
