package dev.orderflow.messaging;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** Names as everywhere, and one more that resolves from the moment on when a test says so. */
public final class TestNames extends InetAddressResolverProvider {

    static final String LATER = "kafka.invalid";
    static final String IS_KNOWN = "test.kafka.name.is.known"; // a property: tests live in class loaders of their own

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new Resolver(configuration.builtinResolver());
    }

    @Override
    public String name() {
        return "names of tests";
    }

    private record Resolver(InetAddressResolver builtin) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            if (!host.equals(LATER)) {
                return builtin.lookupByName(host, policy);
            }
            if (!Boolean.getBoolean(IS_KNOWN)) {
                throw new UnknownHostException(host);
            }
            return Stream.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}));
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return builtin.lookupByAddress(address);
        }
    }
}
