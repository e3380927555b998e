// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;
import io.tallystick.bench.faults.check.LedgerRecord.Line;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Whether entries commit to the bytes beside them, and these are the bytes that were produced. */
final class CommitmentAudit {
    private static final String PAYLOAD = "tallystick/payload/v1";
    private static final String CONTEXT = "tallystick/context/v1";

    private final String chain;
    private final Findings findings;

    CommitmentAudit(String chain, Findings findings) {
        this.chain = chain;
        this.findings = findings;
    }

    /**
     * @param produced digest of the source record's value. What the campaign produces holds no white space, so that the
     *     payload of an accepted record is its value, as that of a refused one always is
     */
    void check(Line line, Entry entry, String produced) {
        check(line, entry);
        String kept = line.payload().map(Digests::plain).orElse(Digests.NO_VALUE);
        boolean left =
                entry.reason().equals("value-too-large") && line.payload().isEmpty();
        if (!left && !kept.equals(produced)) {
            report(entry, "holds " + kept + " but " + produced + " was produced");
        }
        if (!entry.hasPayload() && !entry.reason().equals("null-value")) {
            report(entry, "commits to no payload");
        }
    }

    void check(Line line, Entry entry) {
        if (entry.hasPayload() && line.payload().isPresent()) {
            same(
                    entry,
                    PAYLOAD,
                    entry.payloadCommit(),
                    line.salt(),
                    line.payload().get());
        } else if (line.payload().isPresent()) {
            report(entry, "has a payload it does not commit to");
        }
        if (entry.hasContext() != line.context().isPresent()) {
            report(entry, "context and commitment do not go together");
        } else if (entry.hasContext()) {
            same(
                    entry,
                    CONTEXT,
                    entry.contextCommit(),
                    line.contextSalt(),
                    line.context().get());
        }
    }

    private void same(Entry entry, String domain, String commit, Optional<ByteBuffer> salt, ByteBuffer bytes) {
        if (salt.isEmpty() || salt.get().remaining() != 16) {
            report(entry, "has no salt for " + domain);
        } else if (!Digests.commitment(domain, salt.get(), bytes).equals(commit)) {
            report(entry, "does not commit to its bytes, " + domain);
        }
    }

    private void report(Entry entry, String what) {
        findings.add(Kind.ALTERED, chain, "entry " + entry.seq() + " " + what);
    }
}
