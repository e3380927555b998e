// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.util.Objects.requireNonNull;

/**
 * The text is refused: not JSON, not the strict JSON the ledger takes, or not of the shape the reader asked for.
 *
 * <p>Bad input is data: callers turn {@link #fault()} into a reason code or wrap the exception with what was read.
 */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. In order of precedence: when several apply to one text, the first is the one reported. */
    public enum Fault {
        /** The text begins with the UTF-8 byte order mark EF BB BF. */
        BYTE_ORDER_MARK,
        /** Ill-formed UTF-8 anywhere: overlong, surrogate code point, above U+10FFFF, truncated. RFC 3629. */
        NOT_UTF8,
        /** Not a single JSON value. RFC 8259. */
        NOT_JSON,
        /** More nested arrays and objects than allowed; a top-level scalar has depth 0. */
        TOO_DEEP,
        /** An object has two members whose names are equal after unescaping. */
        DUPLICATE_NAME,
        /** A {@code \}{@code uD800} to {@code \}{@code uDFFF} escape that is not half of a pair. */
        LONE_SURROGATE,
        /** A member is called {@code $sealed}, which the ledger keeps for itself. */
        RESERVED_MEMBER,
        /** The text is sound JSON, but a member is missing, unknown or of another type. Never from the scanner. */
        WRONG_SHAPE
    }

    private final Fault fault;
    private final int offset;
    private final boolean json;

    JsonException(Fault fault, int offset, boolean json, String message) {
        super(message);
        this.fault = requireNonNull(fault);
        this.offset = offset;
        this.json = json;
    }

    static JsonException shape(String message) {
        return new JsonException(Fault.WRONG_SHAPE, 0, true, message);
    }

    /** What is wrong. */
    public Fault fault() {
        return fault;
    }

    /**
     * Where, as a 0-based byte offset: the first byte of the ill-formed sequence, the byte that cannot stand there (the
     * length of the text if it ends too early), the bracket that opens too deep, the opening quote of the second of two
     * equal names or of the reserved name, the backslash of the lone surrogate; 0 for a byte order mark or a wrong shape.
     */
    public int offset() {
        return offset;
    }

    /**
     * Whether the text, without a leading byte order mark, is a well-formed UTF-8 JSON value that merely breaks one of the
     * ledger's rules. Tells undeclared JSON that must be refused from bytes that are something else.
     */
    public boolean isWellFormedJson() {
        return json;
    }
}
