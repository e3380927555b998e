// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import io.tallystick.entry.Bytes;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** What came of a submission. */
public sealed interface Answer {
    /** Longest text of a reason, in characters. */
    int REASON_MAX = 300;

    /**
     * The anchor vouches for the checkpoint, and its answer has been verified.
     *
     * @param receipt as it is stored; at most {@link #RECEIPT_BYTES_MAX}
     */
    record Confirmed(Bytes receipt) implements Answer {
        public Confirmed {
            if (receipt.length() == 0 || receipt.length() > RECEIPT_BYTES_MAX) {
                throw new IllegalArgumentException("a receipt of " + receipt.length() + " bytes");
            }
        }
    }

    /** Largest receipt, in bytes: far below what a record may be. */
    int RECEIPT_BYTES_MAX = 128 * 1024;

    /**
     * Not reached, not able, or an answer that proves nothing: to be tried again.
     *
     * @param retryAfter how long it asked to be left alone
     */
    record Failed(String reason, Optional<Duration> retryAfter) implements Answer {
        public Failed {
            reason = plain(reason);
            Objects.requireNonNull(retryAfter);
        }

        /** Without a wish of the party. */
        public Failed(String reason) {
            this(reason, Optional.empty());
        }
    }

    /**
     * A witness stands at a size from which no proof is at hand: it was set back, perhaps restored from a backup, or was away
     * for very long. To be tried again with a proof from that size.
     *
     * @param size where it stands, less than what was offered
     */
    record Behind(long size) implements Answer {}

    /** The anchor will never vouch for this checkpoint. */
    record Refused(String reason) implements Answer {
        public Refused {
            reason = plain(reason);
        }
    }

    /** The anchor has seen another history of the ledger: somebody must look, trying again is no remedy. */
    record Contradicted(String reason) implements Answer {
        public Contradicted {
            reason = plain(reason);
        }
    }

    /** A party's words on one line of printable ASCII, cut to {@link #REASON_MAX}. */
    private static String plain(String reason) {
        String line = reason.strip().replaceAll("[^ -~]+", " ");
        return line.length() <= REASON_MAX ? line : line.substring(0, REASON_MAX) + "...";
    }
}
