// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.bench.faults.check.Finding.Kind;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether an entry is called a duplicate exactly if its producer and id were there before. That every repetition is
 * marked is asked of a chain only from its first {@code ledger.config} entry on, which puts the policy in force.
 */
final class DuplicateAudit {
    private final String chain;
    private final Findings findings;
    private final Map<String, Long> first = new HashMap<>();
    private boolean inForce;

    DuplicateAudit(String chain, Findings findings) {
        this.chain = chain;
        this.findings = findings;
    }

    void check(Entry entry) {
        if (entry.kind().equals("control") && entry.type().equals("ledger.config")) {
            inForce = true;
        }
        boolean refused = entry.reason().equals("duplicate") || entry.reason().equals("conflict");
        if (!entry.kind().equals("event") && !refused) {
            return;
        }
        Long earlier = entry.identity().map(DuplicateAudit::key).map(first::get).orElse(null);
        Long named = entry.duplicateOf().orElse(null);
        if (named != null && !named.equals(earlier)) {
            report(entry, "is called a duplicate of " + named + ", but its identity came first in " + earlier);
        } else if (named == null && (refused || (inForce && earlier != null))) {
            report(entry, "repeats " + earlier + " and does not say so");
        }
        if (entry.kind().equals("event")) {
            entry.identity().map(DuplicateAudit::key).ifPresent(key -> first.putIfAbsent(key, entry.seq()));
        }
    }

    /** 96 bits of a digest: millions of them fit, and do not collide. */
    private static String key(String identity) {
        return Digests.plain(ByteBuffer.wrap(identity.getBytes(UTF_8))).substring(0, 24);
    }

    private void report(Entry entry, String what) {
        findings.add(Kind.IRREGULAR, chain, "entry " + entry.seq() + " " + what);
    }
}
