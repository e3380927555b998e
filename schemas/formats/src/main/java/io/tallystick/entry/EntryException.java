// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/** The bytes are not an entry, or not a context, in the one form that is allowed. The message names the check. */
public final class EntryException extends Exception {
    private static final long serialVersionUID = 1L;

    public EntryException(String message) {
        super(message);
    }

    public EntryException(String message, Throwable cause) {
        super(message, cause);
    }
}
