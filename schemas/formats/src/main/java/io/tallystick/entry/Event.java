// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * An event that was accepted. What is in here is permanent: it must not identify a person.
 *
 * @param source the source offsets covered
 * @param id identity as produced, at most 512 bytes of JCS text
 * @param type type as produced, at most 256 bytes of JCS text
 * @param time the producer's claim of when, as produced, at most 64 bytes of JCS text
 * @param producer CloudEvents source, at most 512 bytes of JCS text
 * @param payload the payload
 * @param context present if the record had a key, a header, a subject or an actor
 * @param duplicateOf seq of the first kept event with the same producer and id
 */
public record Event(
        SourceRange source,
        String id,
        String type,
        Optional<String> time,
        Optional<String> producer,
        PayloadRef payload,
        Optional<ContextRef> context,
        OptionalLong duplicateOf)
        implements Body {
    public Event {
        requireNonNull(source);
        Attributes.require(Attribute.ID, id);
        Attributes.require(Attribute.TYPE, type);
        Attributes.require(Attribute.TIME, time);
        Attributes.require(Attribute.PRODUCER, producer);
        requireNonNull(payload);
        requireNonNull(context);
        duplicateOf.ifPresent(seq -> Integers.require("duplicateOf", seq));
    }

    @Override
    public Kind kind() {
        return Kind.EVENT;
    }
}
