// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;
import io.tallystick.bench.faults.check.LedgerRecord.Line;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The oracle without Kafka: is told what is in the ledger, in its sources and in the journals, and keeps what is wrong.
 *
 * <pre>
 * records of ledger.entries --> PartitionAudit: counts without gaps
 *                           \-> ChainAudit: linked, in order, each committed record in one entry <-- records of the sources
 *                                 \-> CommitmentAudit, DuplicateAudit                              |
 *                                                            journals --> JournalAudit <-----------/
 * records of ledger.checkpoints --> CheckpointAudit: one root a size, of the entries above
 * </pre>
 *
 * <p>The three may be offered in any interleaving, each in its own order. Not for several threads, but for
 * {@link #findings}.
 */
public final class Audit {
    private final String sourcePrefix;
    private final Set<String> journaled;
    private final InstantSource clock;
    private final Findings findings = new Findings();
    private final JournalAudit journals = new JournalAudit(findings);
    private final Optional<CheckpointAudit> checkpoints;
    private final Map<Integer, PartitionAudit> partitions = new HashMap<>();
    private final Map<String, ChainAudit> chains = new TreeMap<>();
    private final Map<String, Integer> homes = new HashMap<>();

    /**
     * @param sourcePrefix what a source topic's name has before the tenant
     * @param journaled tenants whose producers keep journals
     * @param sealing what is to be signed; empty while nobody signs
     * @param clock which no fault moves
     */
    public Audit(String sourcePrefix, Set<String> journaled, Optional<Sealing> sealing, InstantSource clock) {
        this.sourcePrefix = sourcePrefix;
        this.journaled = Set.copyOf(journaled);
        this.clock = clock;
        this.checkpoints = sealing.map(signed -> new CheckpointAudit(signed.origin(), signed.windowMs(), findings));
    }

    /**
     * What the ledger signs.
     *
     * @param topic of the signed checkpoints
     * @param origin of the ledger
     * @param windowMs length of a window
     */
    public record Sealing(String topic, String origin, long windowMs) {}

    /** A record of a partition of {@code ledger.entries} that a reader of committed records sees, in offset order. */
    public void ledger(int partition, LedgerRecord record) {
        partitions
                .computeIfAbsent(partition, p -> new PartitionAudit("entries-" + p, findings))
                .next(record);
        Optional<Line> line = record.line();
        if (line.isPresent()) {
            String chain = line.get().chain();
            Integer home = homes.putIfAbsent(chain, partition);
            if (home != null && home != partition) {
                findings.add(Kind.FORKED, chain, "is in partitions " + home + " and " + partition);
            }
            chain(chain).entry(line.get());
            checkpoints.ifPresent(audit ->
                    audit.leaf(chain, line.get().seq(), Digests.leaf(line.get().entry())));
        }
    }

    /** A record of {@code ledger.checkpoints} that a reader of committed records sees, in offset order. */
    public void checkpoint(Checkpoint checkpoint) {
        checkpoints.orElseThrow().checkpoint(checkpoint);
    }

    /**
     * A record of a source that a reader of committed records sees, in offset order.
     *
     * @param value absent if it is null
     */
    public void committed(String topic, int partition, long offset, Optional<ByteBuffer> value) {
        String tenant = topic.substring(sourcePrefix.length());
        String digest = value.map(Digests::plain).orElse(Digests.NO_VALUE);
        chain(tenant + "/" + partition).committed(offset, digest);
        if (journaled.contains(tenant)) {
            journals.found(tenant + "/" + partition, offset, digest);
        }
    }

    /** All that is committed below this position has been offered. */
    public void sourceRead(String topic, int partition, long position) {
        String chain = topic.substring(sourcePrefix.length()) + "/" + partition;
        chain(chain).sourceRead(position);
        journals.sourceRead(chain, position);
    }

    /**
     * A line of a journal, in the order of its file: {@code S <number> <chain> <digest>} before a record is sent,
     * {@code A <number> <offset>} when it is acknowledged (and its transaction committed), {@code X <number>} when its
     * transaction was aborted.
     */
    public void journal(String producer, String line) {
        String[] words = line.split(" ", -1);
        String id = producer + " " + words[1];
        switch (words[0]) {
            case "S" -> journals.sent(id, words[2], words[3]);
            case "A" -> journals.acknowledged(id, Long.parseLong(words[2]));
            case "X" -> journals.aborted(id);
            default -> throw new IllegalArgumentException("not a line of a journal: " + line);
        }
    }

    private ChainAudit chain(String chain) {
        return chains.computeIfAbsent(chain, c -> new ChainAudit(c, findings, clock));
    }

    /** Per chain the source offset up to which its entries account for everything. */
    public Map<String, Long> covered() {
        Map<String, Long> covered = new TreeMap<>();
        chains.forEach((chain, audit) -> covered.put(chain, audit.covered()));
        return covered;
    }

    /** How many entries were checked. */
    public long entries() {
        return chains.values().stream().mapToLong(ChainAudit::entries).sum();
    }

    /** How many committed records wait for their entry. */
    public long due() {
        return chains.values().stream().mapToLong(ChainAudit::due).sum();
    }

    /** How many acknowledged records were looked for. */
    public long acknowledged() {
        return journals.acknowledgements();
    }

    /** How many checkpoints were checked. */
    public long checkpoints() {
        return checkpoints.map(CheckpointAudit::checkpoints).orElse(0L);
    }

    /** How many windows were sealed. */
    public long windows() {
        return checkpoints.map(CheckpointAudit::windows).orElse(0L);
    }

    /** What is wrong so far. */
    public Findings findings() {
        return findings;
    }

    /** Nothing more comes: what is still due is lost. */
    public void finish() {
        chains.values().forEach(ChainAudit::finish);
        journals.finish();
        checkpoints.ifPresent(CheckpointAudit::finish);
    }
}
