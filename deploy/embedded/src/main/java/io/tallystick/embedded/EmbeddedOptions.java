// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.util.Objects.requireNonNull;

/**
 * How an embedded broker and registry are reached, and how much memory the broker takes.
 *
 * @param bindHost address the listeners bind to; {@code 0.0.0.0} for all
 * @param advertisedHost host name or address that clients are told to connect to
 * @param brokerPort 1 to 65535, or 0: the port kept in the data directory, else a free one
 * @param registryPort likewise
 * @param brokerHeapMegabytes maximum heap of a broker in a JVM of its own, at least 128
 */
public record EmbeddedOptions(
        String bindHost, String advertisedHost, int brokerPort, int registryPort, int brokerHeapMegabytes) {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int HEAP_MEGABYTES = 512;
    private static final int HEAP_MEGABYTES_MIN = 128;
    private static final int PORT_MAX = 65_535;

    /** Checks the ranges. */
    public EmbeddedOptions {
        if (requireNonNull(bindHost).isBlank() || requireNonNull(advertisedHost).isBlank()) {
            throw new IllegalArgumentException("bindHost and advertisedHost must not be blank");
        }
        checkPort("brokerPort", brokerPort);
        checkPort("registryPort", registryPort);
        if (brokerHeapMegabytes < HEAP_MEGABYTES_MIN) {
            throw new IllegalArgumentException("brokerHeapMegabytes must be at least 128, is " + brokerHeapMegabytes);
        }
    }

    private static void checkPort(String name, int port) {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException(name + " must be between 0 and 65535, is " + port);
        }
    }

    /** Loopback only, ports as kept in the data directory or free ones, 512 MiB of heap. */
    public static EmbeddedOptions defaults() {
        return new EmbeddedOptions(LOOPBACK, LOOPBACK, 0, 0, HEAP_MEGABYTES);
    }

    /** These options with other addresses. */
    public EmbeddedOptions withHosts(String bind, String advertised) {
        return new EmbeddedOptions(bind, advertised, brokerPort, registryPort, brokerHeapMegabytes);
    }

    /** These options with another broker port; 0 for a kept or free one. */
    public EmbeddedOptions withBrokerPort(int port) {
        return new EmbeddedOptions(bindHost, advertisedHost, port, registryPort, brokerHeapMegabytes);
    }

    /** These options with another registry port; 0 for a kept or free one. */
    public EmbeddedOptions withRegistryPort(int port) {
        return new EmbeddedOptions(bindHost, advertisedHost, brokerPort, port, brokerHeapMegabytes);
    }

    /** These options with another heap for the broker's own JVM. */
    public EmbeddedOptions withBrokerHeapMegabytes(int megabytes) {
        return new EmbeddedOptions(bindHost, advertisedHost, brokerPort, registryPort, megabytes);
    }
}
