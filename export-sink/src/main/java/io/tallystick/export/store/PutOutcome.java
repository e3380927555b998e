// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

/** What a conditional PUT found. */
public enum PutOutcome {
    /** The name was free; the object now holds the given bytes. */
    CREATED,
    /** The name was taken; nothing was written. */
    EXISTED
}
