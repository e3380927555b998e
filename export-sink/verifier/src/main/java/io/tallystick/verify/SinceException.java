// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

/** What an earlier verification left cannot be relied on, with the exit code that means. */
public final class SinceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    SinceException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
