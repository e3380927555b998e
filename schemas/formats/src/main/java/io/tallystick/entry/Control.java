// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * Written by the ledger into a tenant's chain, outside the continuity protocol.
 *
 * @param id at most 512 bytes of JCS text
 * @param type one of {@link #TYPES}
 * @param payload what it says
 */
public record Control(String id, String type, PayloadRef payload) implements Body {
    /** The closed list of types. */
    public static final Set<String> TYPES = Set.of(
            "ledger.config",
            "ledger.hold",
            "ledger.release",
            "ledger.erasure",
            "ledger.disposal",
            "ledger.key",
            "ledger.attest");

    public Control {
        Attributes.require(Attribute.ID, id);
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("unknown type '" + type + "' of a control entry");
        }
        requireNonNull(payload);
    }

    @Override
    public Kind kind() {
        return Kind.CONTROL;
    }
}
