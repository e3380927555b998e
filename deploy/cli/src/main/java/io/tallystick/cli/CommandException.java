// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;

/** A command cannot go on: says what was wrong and what to do, and how the process ends. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;
    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message what was wrong, and where
     * @param remedy what the user can do
     */
    CommandException(int exitCode, String message, String remedy) {
        super(message);
        this.remedy = remedy;
        this.exitCode = exitCode;
    }

    /** As {@link #CommandException(int, String, String)}, with the fault behind it. */
    CommandException(int exitCode, String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
        this.exitCode = exitCode;
    }

    String remedy() {
        return remedy;
    }

    int exitCode() {
        return exitCode;
    }
}
