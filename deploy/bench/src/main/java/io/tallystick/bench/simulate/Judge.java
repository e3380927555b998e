// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Compares what was written with what the sources hold, once faults have stopped and everything had time to settle. It knows
 * the input and takes nobody's word: entries are decoded from the hashed bytes and hashed again.
 */
final class Judge {
    /** Something does not hold. */
    static final class Violation extends Exception {
        private static final long serialVersionUID = 1;

        Violation(String message) {
            super(message);
        }
    }

    private final World world;
    private final Map<String, Account> accounts = new HashMap<>();
    private long entries;

    Judge(World world) {
        this.world = world;
        world.sources.forEach(source -> accounts.put(source.chain.toString(), new Account(source)));
    }

    /** Entries looked at. */
    long entries() {
        return entries;
    }

    /** @throws Violation naming the first thing that does not hold */
    void check() throws Violation {
        Optional<String> seen = world.watch.violation();
        if (seen.isPresent()) {
            throw new Violation(seen.get());
        }
        readEntries();
        for (Source source : world.sources) {
            Account account = accounts.get(source.chain.toString());
            settle(source, account);
        }
        for (Watch.RecordedGap gap : world.watch.gaps) {
            wasLost(gap);
        }
    }

    /** Whether every chain has come to where it can come or somebody is told, and who reads its source has nothing more to say. */
    boolean isSettled() {
        return world.sequencer.lag() == 0 && world.sources.stream().allMatch(this::isSettled);
    }

    private boolean isSettled(Source source) {
        Optional<ChainState> chain = world.sequencer.committed(source);
        if (chain.flatMap(ChainState::halt).isPresent()) {
            return !source.haltsAreCleared;
        }
        if (!source.isBound()) {
            return world.watch.isAlerted(source);
        }
        SourceLog log = source.latest();
        return chain.filter(state -> state.source().topicId().equals(source.expectedId())
                                && !log.hasCommitted(state.source().next(), log.lastStable()))
                        .isPresent()
                && world.group
                        .owner(source)
                        .flatMap(session -> session.reading(source))
                        .filter(reading -> reading.hasReadAll(log))
                        .isPresent();
    }

    // ---- the entries

    private void readEntries() throws Violation {
        Map<String, Hash> last = new HashMap<>();
        Map<String, Long> sizes = new HashMap<>();
        Instant clock = Instant.EPOCH;
        for (int pseq = 1; pseq < world.sequencer.entries.size(); pseq++) {
            SpecificRecord record = world.sequencer.entries.get(pseq);
            if (record instanceof Boundary boundary) {
                require(boundary.getPseq() == pseq, "boundary with pseq " + boundary.getPseq() + " at " + pseq);
                continue;
            }
            LedgerEntry envelope = (LedgerEntry) record;
            require(envelope.getPseq() == pseq, "entry with pseq " + envelope.getPseq() + " at " + pseq);
            byte[] bytes = bytes(envelope.getEntry());
            Entry entry = decode(bytes);
            String chain = entry.chain().toString();
            long seq = sizes.merge(chain, 1L, Long::sum) - 1;
            require(envelope.getChain().equals(chain), "entry of " + chain + " travels as " + envelope.getChain());
            require(entry.seq() == seq, chain + " has seq " + entry.seq() + " where " + seq + " belongs: a fork");
            require(
                    entry.prev().equals(last.getOrDefault(chain, Hash.ZERO)),
                    chain + " entry " + seq + " does not name the one before it");
            require(!entry.recorded().isBefore(clock), chain + " entry " + seq + " was recorded before its neighbour");
            clock = entry.recorded();
            last.put(chain, Rfc6962.leafHash(bytes));
            entries++;
            accounts.get(chain).take(entry, envelope);
        }
    }

    private static Entry decode(byte[] bytes) throws Violation {
        try {
            return EntryCodec.decode(bytes);
        } catch (EntryException e) {
            throw new Violation("an entry cannot be read: " + e.getMessage());
        }
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static void require(boolean holds, String message) throws Violation {
        if (!holds) {
            throw new Violation(message);
        }
    }

    // ---- what must be so at the end

    private void settle(Source source, Account account) throws Violation {
        ChainState chain = world.sequencer.committed(source).orElse(null);
        if (chain == null) {
            require(!source.isBound(), source + " has no genesis");
            waitsInTheOpen(source);
            return;
        }
        require(
                chain.size() == account.size() && chain.source().next() == account.next(),
                source + ": the state says " + chain + ", the entries end at " + account.size() + ", "
                        + account.next());
        SourceLog log = source.life(account.topicId()).orElseThrow();
        if (chain.halt().isPresent()) {
            require(log.wasCut(), source + " is halted (" + chain.halt().get() + "), but its source was never cut");
            require(
                    !source.haltsAreCleared,
                    source + " is halted (" + chain.halt().get() + "), however often that is cleared");
        }
        account.requireNothingPassedOver();
        if (chain.halt().isPresent()) {
            return;
        }
        if (source.isBound()) {
            require(
                    account.topicId().equals(source.expectedId()),
                    source + " still records " + account.topicId() + ", bound is " + source.expectedId());
            account.requireComplete(world.watch.cleared);
        } else {
            waitsInTheOpen(source);
        }
    }

    private void waitsInTheOpen(Source source) throws Violation {
        require(world.watch.isAlerted(source), source + " waits for an operator, whom no metric alerts");
    }

    /** No copy of a record may still have been on its way when it was declared lost. */
    private void wasLost(Watch.RecordedGap gap) throws Violation {
        for (int i = (int) gap.message().landing() + 1; i < world.ingest.landings.size(); i++) {
            IngestLog.Stored later = world.ingest.landings.get(i);
            if (later.parcel().message() instanceof AdmittedEvent event
                    && event.getPayloadCommit() != null
                    && event.getTopicId().equals(gap.topicId())
                    && event.getOffset() >= gap.from()
                    && event.getOffset() < gap.next()
                    && later.parcel().sentAt() <= gap.message().parcel().assignedAt()) {
                throw new Violation(gap.source() + ": record " + event.getOffset()
                        + " was declared lost while a predecessor's copy was on its way");
            }
        }
    }
}
