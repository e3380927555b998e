// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/** A signature does not verify, for whatever reason. */
public class InvalidSignatureException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidSignatureException(String message) {
        super(message);
    }

    public InvalidSignatureException(String message, Throwable cause) {
        super(message, cause);
    }
}
