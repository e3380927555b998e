// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/**
 * The last entry of a chain: nothing follows.
 *
 * @param reason {@link #CLOSED}
 */
public record Closed(String reason) implements Body {
    /** The one reason there is. */
    public static final String CLOSED = "closed";

    public Closed {
        if (!reason.equals(CLOSED)) {
            throw new IllegalArgumentException("unknown reason '" + reason + "' of a closed entry");
        }
    }

    @Override
    public Kind kind() {
        return Kind.CLOSED;
    }
}
