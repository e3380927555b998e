// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the bundles of one tenant say of its sources, window after window: nothing that only the operator can say may
 * quietly change. The topic id changes only with a {@code source} entry. An asOf that falls, or a sourceEnd that falls
 * without such an entry, is noted: claims come from several machines, whose clocks and messages may cross.
 */
final class ClaimSequence {
    private static final long SKIPPED_MAX = (1L << 53) - 1;

    private final Findings findings;
    private final Map<Integer, Said> chains = new HashMap<>();

    /** @param recreated a source entry came after the last claim that is known */
    private record Said(Manifest.Chain chain, Optional<String> topicId, boolean recreated, long skipped) {}

    ClaimSequence(Findings findings) {
        this.findings = findings;
    }

    /** Windows are missing: what happened in them is not known. */
    void gap() {
        chains.replaceAll((partition, said) -> new Said(said.chain(), Optional.empty(), true, said.skipped()));
    }

    void offer(String path, Manifest manifest, Map<Integer, ChainEnd> ends) {
        for (Manifest.Chain chain : manifest.chains()) {
            Optional<Said> before = Optional.ofNullable(chains.get(chain.partition()));
            ChainId id = manifest.chainId(chain);
            boolean source = chain.counts().containsKey("source");
            before.ifPresent(said -> noteClaim(path, id, chain, said, source));
            Optional<String> topicId = topicId(path, id, before, ends.get(chain.partition()));
            boolean sameClaim =
                    before.map(said -> said.chain().asOf().equals(chain.asOf())).orElse(false);
            boolean recreated = source || (sameClaim && before.get().recreated());
            long skipped = before.map(Said::skipped).orElse(0L) + chain.skippedOffsets();
            chains.put(chain.partition(), new Said(chain, topicId, recreated, Math.min(skipped, SKIPPED_MAX)));
        }
    }

    private void noteClaim(String path, ChainId id, Manifest.Chain chain, Said said, boolean source) {
        Optional<Instant> old = said.chain().asOf();
        if (old.isEmpty()) {
            return;
        }
        if (chain.asOf().isEmpty() || chain.asOf().get().isBefore(old.get())) {
            findings.note(path + ", chain " + id + ": asOf is "
                    + chain.asOf().map(Instant::toString).orElse("absent") + ", in a bundle before it was "
                    + old.get());
            return;
        }
        long was = said.chain().sourceEnd().orElseThrow();
        long is = chain.sourceEnd().orElseThrow();
        if (is < was && !source && !said.recreated()) {
            findings.note(
                    path + ", chain " + id + ": sourceEnd falls from " + was + " to " + is + " without a source entry");
        }
    }

    private Optional<String> topicId(String path, ChainId id, Optional<Said> before, ChainEnd end) {
        Optional<String> old = before.flatMap(Said::topicId);
        if (end.rebound().isPresent()) {
            if (old.isEmpty()) {
                findings.note(path + ", chain " + id + ": topic id before this window unknown, so that its source entry"
                        + " names another one was not checked");
            } else if (old.equals(end.rebound())) {
                fail(path, "chain " + id + ": source entry names the topic id the chain already has: " + old.get());
            }
        }
        return end.topicId().or(() -> old);
    }

    /** Totals of the chains of the tenant's last manifest, by partition. */
    List<ChainTotal> totals(Manifest last) {
        List<ChainTotal> totals = new ArrayList<>();
        for (Manifest.Chain chain : last.chains()) {
            long skipped = chains.get(chain.partition()).skipped();
            totals.add(new ChainTotal(
                    last.chainId(chain),
                    chain.size(),
                    chain.source().next(),
                    skipped,
                    chain.sourceEnd(),
                    chain.asOf()));
        }
        return totals;
    }

    private void fail(String path, String message) {
        findings.fail(Phase.COMPLETENESS, path, message);
    }
}
