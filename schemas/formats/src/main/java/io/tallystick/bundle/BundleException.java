// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

/** An object of a bundle does not have the bytes its format demands. The message names the object and the member. */
public final class BundleException extends Exception {
    private static final long serialVersionUID = 1L;

    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
