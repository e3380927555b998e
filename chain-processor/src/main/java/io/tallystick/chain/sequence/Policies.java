// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Control;
import io.tallystick.json.JsonException;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.PoliciesInForce;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Control messages and entries of type {@code ledger.config}. */
final class Policies {
    private Policies() {}

    /** @throws LedgerIntegrityException if a {@code ledger.config} message does not hold policies */
    static Optional<PoliciesInForce> of(Control control) {
        return control.getType().equals(PoliciesInForce.TYPE)
                ? Optional.of(parse(control.getChain(), control.getPayload()))
                : Optional.empty();
    }

    /**
     * Policies a chain already has in an entry.
     *
     * @throws LedgerIntegrityException if the payload does not hold policies
     */
    static PoliciesInForce parse(String chain, ByteBuffer payload) {
        if (payload == null) {
            throw new LedgerIntegrityException("ledger.config of chain " + chain + " came without its payload");
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        try {
            return PoliciesInForce.parse(bytes);
        } catch (JsonException | IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "ledger.config of chain " + chain + " holds no policies: " + e.getMessage(), e);
        }
    }

    static boolean isNewer(PoliciesInForce offered, ChainState state) {
        return state.config().isEmpty()
                || offered.revision() > state.config().get().revision();
    }
}
