// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

/** What is stored is nothing that could be fetched: an object that no evidence has, by its name or size. */
public final class UnfitBucketException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitBucketException(String message) {
        super(message);
    }
}
