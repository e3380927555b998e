// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import java.net.InetSocketAddress;

/** The address of {@code --listen}. */
final class ListenAddress {
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
}
