// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.topic.LedgerIntegrityException;
import java.util.Locale;

/**
 * The signer must not sign as it stands, though nothing contradicts the ledger: an operator has something to mend here, and
 * nobody has to look for a second history.
 */
public final class UnfitSignerException extends LedgerIntegrityException {
    private static final long serialVersionUID = 1L;

    /** What has to be mended. */
    public enum Reason {
        /** No key is valid for a window or for what is required of it, or one makes signatures that do not verify. */
        KEY,
        /** The trust root that was installed since the start forbids what a key is to sign, or demands another's signature. */
        TRUST_ROOT,
        /** The guard file is missing, damaged, another ledger's or an old copy. */
        GUARD_FILE;

        /** As metrics have it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    /** @param message as of {@link LedgerIntegrityException#LedgerIntegrityException(String)} */
    public UnfitSignerException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** As {@link #UnfitSignerException(Reason, String)}, with the fault that showed it. */
    public UnfitSignerException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What has to be mended. */
    public Reason reason() {
        return reason;
    }
}
