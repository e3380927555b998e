// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import io.tallystick.tree.Hash;

/**
 * What an entry says about its context.
 *
 * @param bytes number of bytes of {@link Context#encode}
 * @param commit see {@link Commitments#context}
 */
public record ContextRef(long bytes, Hash commit) {
    public ContextRef {
        Integers.require("context bytes", bytes);
        requireNonNull(commit);
    }
}
