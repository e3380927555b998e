// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import java.io.IOException;

/** The local disk is at fault, not the store: no room, or no permission. */
public final class ScratchException extends IOException {
    private static final long serialVersionUID = 1L;

    ScratchException(String message) {
        super(message);
    }

    ScratchException(String message, Throwable cause) {
        super(message, cause);
    }
}
