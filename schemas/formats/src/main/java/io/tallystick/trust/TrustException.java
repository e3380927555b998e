// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/** A trust root is malformed, breaks a rule, or is not signed by enough of its root keys. */
public class TrustException extends Exception {
    private static final long serialVersionUID = 1L;

    public TrustException(String message) {
        super(message);
    }

    public TrustException(String message, Throwable cause) {
        super(message, cause);
    }
}
