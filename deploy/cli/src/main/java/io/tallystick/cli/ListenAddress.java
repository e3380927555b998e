// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import java.net.InetSocketAddress;

/** The address of {@code --listen}, and ports. */
final class ListenAddress {
    private static final int PORT_MAX = 65_535;

    private ListenAddress() {}

    /** @throws CommandException if the name leads to no address */
    static InetSocketAddress of(String listen, int port) {
        InetSocketAddress address = new InetSocketAddress(listen, port);
        if (address.isUnresolved()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--listen " + listen + " is no address: the name cannot be resolved",
                    "Give an address of this machine, such as 127.0.0.1, or a name that leads to one.");
        }
        return address;
    }

    /** @throws CommandException if it is no port and not 0 */
    static void requirePort(String option, int port) {
        if (port < 0 || port > PORT_MAX) {
            throw new CommandException(
                    ExitCode.USAGE,
                    option + " " + port + " is no port",
                    "Give 1 to " + PORT_MAX + ", or 0: see --help.");
        }
    }
}
