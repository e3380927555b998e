// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;

/**
 * Salted commitments: they bind an entry to bytes it does not hold, and tell nothing about them without the salt.
 *
 * <pre>
 * payload commit = SHA-256("tallystick/payload/v1" || 0x00 || salt[16] || payload bytes)
 * context commit = SHA-256("tallystick/context/v1" || 0x00 || salt[16] || context bytes)
 * </pre>
 */
public final class Commitments {
    private static final byte[] PAYLOAD = domain("tallystick/payload/v1");
    private static final byte[] CONTEXT = domain("tallystick/context/v1");

    private Commitments() {}

    /** Commits to payload bytes as kept: minified if JSON. */
    public static Hash payload(Salt salt, byte[] payload) {
        return Hash.sha256(PAYLOAD, salt.array(), payload);
    }

    /** Commits to payload bytes as kept: minified if JSON. */
    public static Hash payload(Salt salt, Bytes payload) {
        return payload(salt, payload.array());
    }

    /** Commits to a context's encoding, see {@link Context#encode}. */
    public static Hash context(Salt salt, byte[] context) {
        return Hash.sha256(CONTEXT, salt.array(), context);
    }

    private static byte[] domain(String label) {
        return (label + '\0').getBytes(StandardCharsets.US_ASCII);
    }
}
