// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/** A key cannot be used: malformed, weak, of another algorithm, badly protected on disk, or not to be decrypted. */
public class KeyException extends Exception {
    private static final long serialVersionUID = 1L;

    public KeyException(String message) {
        super(message);
    }

    public KeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
