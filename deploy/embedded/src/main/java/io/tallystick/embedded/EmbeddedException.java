// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

/** The embedded broker or registry cannot run. The message names the cause and, after it, the remedy. */
public final class EmbeddedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Makes an exception of its message, which must name cause and remedy. */
    public EmbeddedException(String message) {
        super(message);
    }

    /** Makes an exception of its message, which must name cause and remedy, and of what led to it. */
    public EmbeddedException(String message, Throwable cause) {
        super(message, cause);
    }
}
