// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The mark that stops a chain. Only an operator clears it. It is stored with the chain's state and, because state can be lost,
 * as a {@code ChainHalt} in the positions topic by the same transaction; see {@link HaltMarks}.
 *
 * @param reason which rule found it
 * @param at ledger clock when it was found
 * @param offset source offset of the record that showed it; the lowest if there were several
 * @param leaderEpoch leader epoch of that record; the highest if there were several
 */
public record Halt(Reason reason, Instant at, long offset, int leaderEpoch) {
    public Halt {
        requireNonNull(reason, "reason");
        requireNonNull(at, "at");
    }

    /** Why a chain is halted. DESIGN.md section 5. */
    public enum Reason {
        /** R2: an offset already accounted for came, or was claimed, under a higher leader epoch: the source lost its tail. */
        SOURCE_TRUNCATED(1, "source-truncated"),
        /** R4: a new offset came under a lower leader epoch than one before it. */
        LEADER_EPOCH_REGRESSED(2, "leader-epoch-regressed");

        private final int code;
        private final String text;

        Reason(int code, String text) {
            this.code = code;
            this.text = text;
        }

        /** The word in {@code ChainHalt} and in the payload that clears it. */
        public String text() {
            return text;
        }

        /** Code in the stored form; 1 to 127, never reused. */
        int code() {
            return code;
        }

        static Reason ofCode(int code) {
            for (Reason reason : values()) {
                if (reason.code == code) {
                    return reason;
                }
            }
            throw new IllegalArgumentException("no halt reason has code " + code);
        }

        /** @throws IllegalArgumentException if there is no such reason */
        static Reason ofText(String text) {
            for (Reason reason : values()) {
                if (reason.text.equals(text)) {
                    return reason;
                }
            }
            throw new IllegalArgumentException("no halt reason is called " + text);
        }
    }
}
