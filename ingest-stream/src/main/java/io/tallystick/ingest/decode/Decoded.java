// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.Context;
import io.tallystick.entry.RejectReason;
import java.util.Optional;

/** What became of one source record. */
public sealed interface Decoded {
    /** The record is an event. {@code identity} has id and type. */
    record Accepted(Identity identity, Payload payload, Optional<Context> context) implements Decoded {}

    /**
     * The record is refused.
     *
     * @param reason the first code of DESIGN.md section 5 that matches
     * @param detail one sentence for the tenant: what was wrong, and where
     * @param identity what could be read and keeps its limits
     * @param payload the value as produced; absent for a null value
     * @param context absent if there is nothing to keep, or too much
     */
    record Refused(
            RejectReason reason, String detail, Identity identity, Optional<Payload> payload, Optional<Context> context)
            implements Decoded {}

    /** The record cannot be judged before the schema is known; offer it again when the lookup has an answer. */
    record Waiting(int schemaId) implements Decoded {}
}
