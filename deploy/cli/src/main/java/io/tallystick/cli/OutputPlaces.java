// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import io.tallystick.verify.Outputs;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Consumer;

/** What a command writes never takes the place of what it reads. Said before any work. */
final class OutputPlaces {
    private OutputPlaces() {}

    /**
     * Refuses outputs by the rules of {@link Outputs}.
     *
     * @param read files and folders that the command reads
     * @param written names what it writes
     * @throws CommandException if it may not
     */
    static void require(Collection<Path> read, Consumer<Outputs> written) {
        try {
            written.accept(Outputs.beside(read));
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "Name another place, apart from what is read.", e);
        }
    }
}
