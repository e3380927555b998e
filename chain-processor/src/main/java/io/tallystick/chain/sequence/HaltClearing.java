// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Control;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Salt;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What an operator says to let a halted chain go on: payload of a {@code control} entry of type {@value #TYPE}. It repeats the
 * mark, so that it clears that one and no other, and stays in the chain for an auditor to read.
 *
 * <pre>
 * {"by":"…","clears":"halt","leaderEpoch":1,"next":10,"offset":5,"reason":"source-truncated","size":11,"statement":"…","v":1}
 * </pre>
 *
 * JCS, at most {@value #BYTES_MAX} bytes. If {@code offset} is below {@code next}, the source holds other records in
 * {@code [offset, next)} than those the chain has entries of, and they are in no entry.
 *
 * @param mark the mark as the positions topic has it, without its time
 * @param by who decided; 1 to 256 characters, not blank
 * @param statement what was found and why the chain may go on; 1 to 4,096 characters, not blank
 */
public record HaltClearing(Mark mark, String by, String statement) {
    /** Type of the control entry. */
    public static final String TYPE = "ledger.attest";

    static final int BYTES_MAX = 32 * 1024;
    private static final String CLEARS = "clears";
    private static final String HALT = "halt";
    private static final int BY_MAX = 256;
    private static final int STATEMENT_MAX = 4_096;

    /**
     * What identifies a mark.
     *
     * @param reason why the chain was halted
     * @param offset source offset of the contradiction
     * @param leaderEpoch its leader epoch; the chain's own once the mark is cleared
     * @param size entries of the chain
     * @param next the source offset the chain needs next
     */
    public record Mark(String reason, long offset, int leaderEpoch, long size, long next) {
        public Mark {
            requireNonNull(reason, "reason");
        }

        static Mark of(ChainHalt halt) {
            return new Mark(halt.getReason(), halt.getOffset(), halt.getLeaderEpoch(), halt.getSize(), halt.getNext());
        }
    }

    /** @throws IllegalArgumentException if a text is blank or too long */
    public HaltClearing {
        requireNonNull(mark, "mark");
        requireText("by", by, BY_MAX);
        requireText("statement", statement, STATEMENT_MAX);
    }

    /** Clears this mark. */
    public static HaltClearing of(ChainHalt halt, String by, String statement) {
        return new HaltClearing(Mark.of(halt), by, statement);
    }

    private static void requireText(String name, String text, int max) {
        if (text.isBlank() || text.length() > max) {
            throw new IllegalArgumentException(
                    name + " must be 1 to " + max + " characters and not blank, got " + text.length());
        }
    }

    /** Identity of the control entry, the same however often it is sent. */
    public String id() {
        return "halt-cleared-" + mark.size() + "-" + mark.offset() + "-" + mark.leaderEpoch();
    }

    /** JCS form, UTF-8. */
    public byte[] encode() {
        return Jcs.encode(JsonObject.builder()
                .put("by", by)
                .put(CLEARS, HALT)
                .put("leaderEpoch", (long) mark.leaderEpoch())
                .put("next", mark.next())
                .put("offset", mark.offset())
                .put("reason", mark.reason())
                .put("size", mark.size())
                .put("statement", statement)
                .put("v", 1L)
                .build());
    }

    /**
     * Reads the payload.
     *
     * @throws IllegalArgumentException if a member is missing, unknown or out of range, or the form is not canonical
     */
    public static HaltClearing parse(byte[] json) {
        if (json.length > BYTES_MAX) {
            throw new IllegalArgumentException("it has " + json.length + " bytes, at most " + BYTES_MAX);
        }
        try {
            JsonObject object = JsonParser.parseObject(json, 1);
            object.requireOnly("by", CLEARS, "leaderEpoch", "next", "offset", "reason", "size", "statement", "v");
            if (!object.string(CLEARS).equals(HALT) || object.longValue("v") != 1) {
                throw new IllegalArgumentException("it clears " + object.string(CLEARS) + " in form "
                        + object.longValue("v") + ", this version knows halt in form 1");
            }
            Mark mark = new Mark(
                    object.string("reason"),
                    object.natural("offset"),
                    Math.toIntExact(object.longValue("leaderEpoch")),
                    object.natural("size"),
                    object.natural("next"));
            HaltClearing clearing = new HaltClearing(mark, object.string("by"), object.string("statement"));
            if (!Arrays.equals(clearing.encode(), json)) {
                throw new IllegalArgumentException("it is not in canonical form (RFC 8785)");
            }
            return clearing;
        } catch (JsonException | ArithmeticException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Whether the message means to clear something; it may still be malformed. */
    static boolean isMeantBy(Control control) {
        if (!control.getType().equals(TYPE) || control.getPayload().remaining() > BYTES_MAX) {
            return false;
        }
        try {
            return JsonParser.parseObject(bytes(control.getPayload()), 1).has(CLEARS);
        } catch (JsonException e) {
            return false; // an attestation of another kind, which is kept as it is
        }
    }

    /**
     * The clearing a message carries, if it is of this chain's mark.
     *
     * @throws IllegalArgumentException naming why it is not
     */
    static HaltClearing of(Control control, ChainState state) {
        byte[] payload = bytes(control.getPayload());
        Hash commit = Commitments.payload(Salt.of(bytes(control.getPayloadSalt())), payload);
        if (!commit.equals(Hash.of(bytes(control.getPayloadCommit())))) {
            throw new IllegalArgumentException("its commitment is not that of its payload");
        }
        HaltClearing clearing = parse(payload);
        if (state.halt().isEmpty()) {
            throw new IllegalArgumentException("the chain is not halted");
        }
        Mark current = Mark.of(HaltMarks.of(state));
        if (!clearing.mark().equals(current)) {
            throw new IllegalArgumentException("it names " + clearing.mark() + ", the chain has " + current);
        }
        return clearing;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
