// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A record that was refused. It keeps those attributes that could be read and pass their own limits.
 *
 * @param source the source offsets covered
 * @param reason why
 * @param payload absent for {@code null-value} only; the payload as admitted where the sequencer refused, else the value as
 *     produced
 * @param context never for {@code headers-too-large}
 * @param duplicateOf seq of the first kept event; only for the reasons that name an earlier entry, and there always
 */
public record Rejected(
        SourceRange source,
        RejectReason reason,
        Optional<String> id,
        Optional<String> type,
        Optional<String> time,
        Optional<String> producer,
        Optional<PayloadRef> payload,
        Optional<ContextRef> context,
        OptionalLong duplicateOf)
        implements Body {
    public Rejected {
        requireNonNull(source);
        requireNonNull(reason);
        Attributes.require(Attribute.ID, id);
        Attributes.require(Attribute.TYPE, type);
        Attributes.require(Attribute.TIME, time);
        Attributes.require(Attribute.PRODUCER, producer);
        duplicateOf.ifPresent(seq -> Integers.require("duplicateOf", seq));
        if (payload.isPresent() == (reason == RejectReason.NULL_VALUE)) {
            throw new IllegalArgumentException(
                    "rejected for " + reason.code() + (payload.isPresent() ? " with" : " without") + " payload");
        }
        if (context.isPresent() && reason == RejectReason.HEADERS_TOO_LARGE) {
            throw new IllegalArgumentException("rejected for " + reason.code() + " with context");
        }
        if (duplicateOf.isPresent() != reason.namesEarlierEntry()) {
            throw new IllegalArgumentException("rejected for " + reason.code()
                    + (duplicateOf.isPresent() ? " with" : " without") + " duplicateOf");
        }
        if (reason.isOfSequencer() && (id.isEmpty() || type.isEmpty())) {
            throw new IllegalArgumentException("rejected for " + reason.code() + " without id and type");
        }
    }

    @Override
    public Kind kind() {
        return Kind.REJECTED;
    }
}
