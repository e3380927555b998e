// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.Attribute;
import io.tallystick.entry.Attributes;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides what a source record is. DESIGN.md section 5, accepted input and refusals.
 *
 * <p>Recognised in this order: CloudEvents structured, CloudEvents binary, Confluent framing, plain. Every check adds what
 * it finds; the first code in the order of section 5 is the reason. Immutable; safe for several threads if the schemas are.
 */
public final class Decoder {
    /** Largest value of {@code ledger.event.max.bytes}. */
    public static final int EVENT_BYTES_MAX = 1024 * 1024;

    private static final String RESERVED_TYPE = "ledger.";

    private final int eventBytesMax;
    private final String operator;
    private final Schemas schemas;

    /**
     * @param eventBytesMax largest value accepted, in bytes, 1 to {@link #EVENT_BYTES_MAX}
     * @param operator the tenant that may use types beginning with {@code ledger.}
     * @param schemas where framed records find their schema
     * @throws IllegalArgumentException if the limit is out of range
     */
    public Decoder(int eventBytesMax, String operator, Schemas schemas) {
        if (eventBytesMax < 1 || eventBytesMax > EVENT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "event limit must be 1 to " + EVENT_BYTES_MAX + " bytes, got " + eventBytesMax);
        }
        this.eventBytesMax = eventBytesMax;
        this.operator = requireNonNull(operator);
        this.schemas = requireNonNull(schemas);
    }

    /** The same, but for where framed records find their schema. */
    public Decoder with(Schemas others) {
        return new Decoder(eventBytesMax, operator, others);
    }

    /** Judges one record. */
    public Decoded decode(SourceRecord record) {
        Reading reading = new Reading();
        Headers headers = new Headers(record.headers());
        checkEnvelope(record, headers, reading);
        OptionalInt awaited = read(record, headers, reading);
        if (awaited.isPresent()) {
            return new Decoded.Waiting(awaited.getAsInt());
        }
        checkAttributes(record, reading);
        return reading.refusals.isEmpty() ? accepted(record, reading) : refused(record, headers, reading);
    }

    /** The id of the schema that {@link #decode} would wait for. Costs nothing but for values that look like frames. */
    public OptionalInt awaited(SourceRecord record) {
        boolean framed = record.value()
                .map(Bytes::array)
                .filter(ConfluentFrame::isFramed)
                .isPresent();
        return framed && decode(record) instanceof Decoded.Waiting waiting
                ? OptionalInt.of(waiting.schemaId())
                : OptionalInt.empty();
    }

    private void checkEnvelope(SourceRecord record, Headers headers, Reading reading) {
        String tenant = record.source().chain().tenant();
        if (record.value().isEmpty()) {
            reading.refuse(RejectReason.NULL_VALUE, "The record has a null value; an event needs one.");
        } else if (record.value().get().length() > eventBytesMax) {
            reading.refuse(
                    RejectReason.VALUE_TOO_LARGE,
                    "The value has " + record.value().get().length() + " bytes; at most " + eventBytesMax
                            + " are taken.");
        }
        checkContextSize(record, record.headers(), reading);
        if (headers.nameOtherThan(tenant)) {
            reading.refuse(
                    RejectReason.TENANT_MISMATCH,
                    "The header ce_ledgertenant is not the tenant of the topic, " + tenant + ".");
        }
    }

    private static void checkContextSize(SourceRecord record, List<ContextHeader> headers, Reading reading) {
        if (Headers.tooLarge(record.key(), headers)) {
            reading.refuse(
                    RejectReason.HEADERS_TOO_LARGE,
                    "There are " + headers.size() + " headers, and " + Headers.bytes(record.key(), headers)
                            + " bytes of key, names and values together; at most " + Headers.COUNT_MAX + " headers and "
                            + Headers.BYTES_MAX + " bytes are taken.");
        }
    }

    /** Reads the record by its form, as far as the envelope lets. */
    private OptionalInt read(SourceRecord record, Headers headers, Reading reading) {
        Optional<Bytes> contentType = headers.last(Headers.CONTENT_TYPE);
        Optional<String> declared = contentType.flatMap(Bytes::text);
        reading.media = declared.filter(media -> !media.isBlank());
        boolean binary = headers.has(BinaryCloudEvent.SPECVERSION);
        if (contentType.isPresent() && declared.isEmpty()) {
            reading.refuse(
                    binary ? RejectReason.CLOUDEVENTS_INVALID : RejectReason.NOT_UTF8,
                    "The header content-type is not UTF-8.");
        }
        // A value over the limit is not looked into, not even for its form.
        Optional<byte[]> value =
                record.value().filter(bytes -> bytes.length() <= eventBytesMax).map(Bytes::array);
        if (reading.media.filter(MediaType::isStructuredCloudEvent).isPresent()) {
            value.ifPresent(bytes ->
                    StructuredCloudEvent.read(bytes, record.source().chain().tenant(), reading));
        } else if (reading.media.filter(MediaType::isBatchOfCloudEvents).isPresent()) {
            reading.refuse(
                    RejectReason.CLOUDEVENTS_INVALID, "A batch of CloudEvents is not taken; a record is one event.");
        } else if (binary) {
            BinaryCloudEvent.read(headers, reading);
            readByMedia(value, reading);
        } else if (value.filter(ConfluentFrame::isFramed).isPresent()) {
            return readFrame(record, value.get(), reading);
        } else {
            reading.nameAfter(record);
            readByMedia(value, reading);
        }
        return OptionalInt.empty();
    }

    /** A record that is refused anyway by its envelope does not wait for the registry. */
    private OptionalInt readFrame(SourceRecord record, byte[] value, Reading reading) {
        if (!reading.refusals.isEmpty()
                && reading.refusals.first().getKey().compareTo(RejectReason.SCHEMA_UNKNOWN) < 0) {
            return OptionalInt.empty();
        }
        OptionalInt awaited = ConfluentFrame.read(value, record, schemas, reading);
        if (!reading.attributes.isEmpty()) {
            checkContextSize(record, contextHeaders(record, reading), reading);
        }
        return awaited;
    }

    private static void readByMedia(Optional<byte[]> value, Reading reading) {
        if (value.isEmpty()) {
            return;
        }
        if (reading.media.isEmpty()) {
            JsonRules.takeUndeclared(value.get(), reading);
        } else if (PayloadRef.isJson(reading.media.get())) {
            JsonRules.takeDeclared(value.get(), reading);
        } else {
            reading.payload = value.get();
        }
    }

    private void checkAttributes(SourceRecord record, Reading reading) {
        boolean reserved =
                reading.type.filter(type -> type.startsWith(RESERVED_TYPE)).isPresent();
        if (reserved && !record.source().chain().tenant().equals(operator)) {
            reading.refuse(RejectReason.TYPE_RESERVED, "Types that begin with ledger. are the ledger's own.");
        }
        check(Attribute.ID, "id", reading.id, reading);
        check(Attribute.TYPE, "type", reading.type, reading);
        check(Attribute.TIME, "time", reading.time, reading);
        check(Attribute.PRODUCER, "producer", reading.producer, reading);
        check(Attribute.SUBJECT, "subject", reading.subject, reading);
        check(Attribute.ACTOR, "actor", reading.actor, reading);
        check(Attribute.MEDIA, "media", reading.media, reading);
    }

    private static void check(Attribute attribute, String name, Optional<String> value, Reading reading) {
        if (value.isEmpty()) {
            return;
        }
        Optional<Attributes.Fault> fault = Attributes.check(attribute, value.get());
        if (fault.isEmpty()) {
            return;
        }
        switch (fault.get()) {
            case TOO_LONG -> reading.refuse(RejectReason.ATTRIBUTE_TOO_LONG, "The attribute " + name + " is too long.");
            case CONTROL_CHARACTER ->
                reading.refuse(
                        RejectReason.ATTRIBUTE_CONTROL_CHARACTER,
                        "The attribute " + name + " holds a control character.");
        }
    }

    private static Decoded accepted(SourceRecord record, Reading reading) {
        Payload payload =
                new Payload(Bytes.wrap(reading.payload), reading.media.orElse(PayloadRef.OCTETS), reading.schema);
        return new Decoded.Accepted(
                new Identity(reading.id, reading.type, reading.time, reading.producer),
                payload,
                context(record, contextHeaders(record, reading), reading.subject, reading.actor));
    }

    private static Decoded refused(SourceRecord record, Headers headers, Reading reading) {
        Map.Entry<RejectReason, String> refusal = reading.refusals.first();
        Optional<Payload> payload =
                record.value().map(value -> new Payload(value, producedMedia(headers), Optional.empty()));
        Optional<Context> context = reading.refusals.has(RejectReason.HEADERS_TOO_LARGE)
                ? Optional.empty()
                : context(
                        record,
                        record.headers(),
                        within(Attribute.SUBJECT, reading.subject),
                        within(Attribute.ACTOR, reading.actor));
        Identity identity = new Identity(
                within(Attribute.ID, reading.id),
                within(Attribute.TYPE, reading.type),
                within(Attribute.TIME, reading.time),
                within(Attribute.PRODUCER, reading.producer));
        return new Decoded.Refused(refusal.getKey(), refusal.getValue(), identity, payload, context);
    }

    /** The media type of the value as produced: as declared if it can stand in an entry. */
    private static String producedMedia(Headers headers) {
        return headers.last(Headers.CONTENT_TYPE)
                .flatMap(Bytes::text)
                .filter(media -> !media.isBlank())
                .filter(media -> Attributes.check(Attribute.MEDIA, media).isEmpty())
                .orElse(PayloadRef.OCTETS);
    }

    private static Optional<String> within(Attribute attribute, Optional<String> value) {
        return value.filter(text -> Attributes.check(attribute, text).isEmpty());
    }

    private static List<ContextHeader> contextHeaders(SourceRecord record, Reading reading) {
        if (reading.attributes.isEmpty()) {
            return record.headers();
        }
        List<ContextHeader> headers = new ArrayList<>(record.headers());
        headers.addAll(reading.attributes);
        return headers;
    }

    private static Optional<Context> context(
            SourceRecord record, List<ContextHeader> headers, Optional<String> subject, Optional<String> actor) {
        if (headers.isEmpty() && record.key().isEmpty() && subject.isEmpty() && actor.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Context(actor, headers, record.key(), subject));
    }
}
