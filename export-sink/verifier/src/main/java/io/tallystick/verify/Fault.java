// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Something that is not as it must be.
 *
 * @param file path in the bundle, or of the folder
 * @param line 1-based, where the file has lines
 * @param seq sequence in the chain, where the line has one
 * @param message what was expected and what was found
 */
public record Fault(String file, OptionalLong line, OptionalLong seq, String message) {
    public Fault {
        Objects.requireNonNull(file);
        Objects.requireNonNull(line);
        Objects.requireNonNull(seq);
        Objects.requireNonNull(message);
    }

    static Fault in(String file, String message) {
        return new Fault(file, OptionalLong.empty(), OptionalLong.empty(), message);
    }

    static Fault at(String file, long line, String message) {
        return new Fault(file, OptionalLong.of(line), OptionalLong.empty(), message);
    }

    static Fault at(String file, long line, long seq, String message) {
        return new Fault(file, OptionalLong.of(line), OptionalLong.of(seq), message);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        line.ifPresent(number -> text.append(" line ").append(number));
        seq.ifPresent(number -> text.append(" (seq ").append(number).append(')'));
        return text.append(": ").append(message).toString();
    }
}
