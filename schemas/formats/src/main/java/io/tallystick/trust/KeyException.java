// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Optional;

/** A key cannot be used: malformed, weak, of another algorithm, badly protected on disk, or not to be decrypted. */
public class KeyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    public KeyException(String message) {
        super(message);
        this.remedy = null;
    }

    public KeyException(String message, Throwable cause) {
        super(message, cause);
        this.remedy = null;
    }

    /** With what the user can do about it. */
    KeyException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** What the user can do; empty if the message says it, or files must be protected better. */
    public Optional<String> remedy() {
        return Optional.ofNullable(remedy);
    }
}
