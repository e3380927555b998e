// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

/** The evidence asked for does not fit into one archive that can be verified: to be asked for in shorter periods. */
public final class EvidenceTooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    EvidenceTooLargeException(String message) {
        super(message);
    }
}
