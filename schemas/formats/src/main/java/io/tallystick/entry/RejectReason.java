// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.json.JsonException;

/**
 * Why a record was refused. In order of precedence: the first that matches is the one recorded. A closed list: a new code
 * means a new {@code v}.
 */
public enum RejectReason {
    /** The record has no value. */
    NULL_VALUE("null-value"),
    /** The value is larger than the ledger takes. */
    VALUE_TOO_LARGE("value-too-large"),
    /** Too many headers, or too many bytes in key and headers. */
    HEADERS_TOO_LARGE("headers-too-large"),
    /** The event names another tenant than its topic. */
    TENANT_MISMATCH("tenant-mismatch"),
    /** The registry does not know the schema id, or the schema has references. */
    SCHEMA_UNKNOWN("schema-unknown"),
    /** The bytes are not a datum of the schema. */
    AVRO_INVALID("avro-invalid"),
    /** A CloudEvents attribute is missing or wrong. */
    CLOUDEVENTS_INVALID("cloudevents-invalid"),
    /** JSON that begins with a byte order mark. */
    BYTE_ORDER_MARK("byte-order-mark"),
    /** Declared JSON that is not UTF-8. */
    NOT_UTF8("not-utf8"),
    /** Declared JSON that is not JSON. */
    NOT_JSON("not-json"),
    /** JSON nested deeper than 64. */
    JSON_TOO_DEEP("json-too-deep"),
    /** JSON with two equal names in an object. */
    JSON_DUPLICATE_NAME("json-duplicate-name"),
    /** JSON with the escape of a lone surrogate. */
    JSON_LONE_SURROGATE("json-lone-surrogate"),
    /** JSON with a member {@code $sealed}. */
    PAYLOAD_RESERVED_MEMBER("payload-reserved-member"),
    /** A type that begins with {@code ledger.}, from somebody else than the ledger. */
    TYPE_RESERVED("type-reserved"),
    /** An attribute is over its limit. */
    ATTRIBUTE_TOO_LONG("attribute-too-long"),
    /** An attribute holds a control character. */
    ATTRIBUTE_CONTROL_CHARACTER("attribute-control-character"),
    /** The same event was kept before, and the tenant's policy is to reject. */
    DUPLICATE("duplicate"),
    /** The same producer and id were kept before with another payload. */
    CONFLICT("conflict"),
    /** The event was to be appended only to a chain head that is not the head. */
    HEAD_MISMATCH("head-mismatch");

    private final String code;

    RejectReason(String code) {
        this.code = code;
    }

    /** The value of the member {@code reason}. */
    public String code() {
        return code;
    }

    /** Whether the sequencer decides it, on an event that ingest admitted. */
    public boolean isOfSequencer() {
        return this == DUPLICATE || this == CONFLICT || this == HEAD_MISMATCH;
    }

    /** Whether an earlier entry is named as the one kept. */
    public boolean namesEarlierEntry() {
        return this == DUPLICATE || this == CONFLICT;
    }

    /**
     * The reason of this code.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static RejectReason ofCode(String code) {
        for (RejectReason reason : values()) {
            if (reason.code.equals(code)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("unknown reason '" + code + "' of a rejected entry");
    }

    /**
     * The reason for a fault of the scanner.
     *
     * @throws IllegalArgumentException for {@code WRONG_SHAPE}, which the scanner does not report
     */
    public static RejectReason ofFault(JsonException.Fault fault) {
        return switch (fault) {
            case BYTE_ORDER_MARK -> BYTE_ORDER_MARK;
            case NOT_UTF8 -> NOT_UTF8;
            case NOT_JSON -> NOT_JSON;
            case TOO_DEEP -> JSON_TOO_DEEP;
            case DUPLICATE_NAME -> JSON_DUPLICATE_NAME;
            case LONE_SURROGATE -> JSON_LONE_SURROGATE;
            case RESERVED_MEMBER -> PAYLOAD_RESERVED_MEMBER;
            case WRONG_SHAPE -> throw new IllegalArgumentException("not a fault of the scanner: " + fault);
        };
    }
}
