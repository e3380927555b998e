// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import java.io.IOException;

/** A state is there, but it is not as this witness left it, or others can change it. The message says what to do. */
public final class WitnessStateException extends IOException {
    private static final long serialVersionUID = 1L;

    WitnessStateException(String message) {
        super(message);
    }

    WitnessStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
