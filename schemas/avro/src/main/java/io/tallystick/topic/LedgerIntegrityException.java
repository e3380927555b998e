// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

/**
 * An invariant of the ledger is broken. The application that meets it stops; nothing after it may be written or signed.
 *
 * <p>Never caught to go on. Bad input is not a broken invariant: it becomes a rejected entry.
 */
public class LedgerIntegrityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what was checked, where, what was expected and what was found, and what an operator can do */
    public LedgerIntegrityException(String message) {
        super(message);
    }

    /** As {@link #LedgerIntegrityException(String)}, with the fault that showed it. */
    public LedgerIntegrityException(String message, Throwable cause) {
        super(message, cause);
    }
}
