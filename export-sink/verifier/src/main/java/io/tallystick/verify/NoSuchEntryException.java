// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

/** The entry asked for is not there, or the question fits more than one. */
public final class NoSuchEntryException extends Exception {
    private static final long serialVersionUID = 1L;

    NoSuchEntryException(String message) {
        super(message);
    }
}
